//! Grouping: which fields of a series share a time column in the file.
//!
//! Groups come as the head or a merge has them. Those whose times are the same in every row become one, so that a
//! writer of one field per line does not store its times once per field.

use crate::run::Group;
use hashbrown::{HashMap, HashSet};
use model::Column;
use std::hash::{Hash, Hasher};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// The groups to store: fields without a value and groups without a field are gone, equal times are one group.
pub(crate) fn regroup(mut groups: Vec<Group>) -> Vec<Group> {
    for group in &mut groups {
        group.fields.retain(|(_, column)| column.valid_count() > 0);
    }
    groups.retain(|group| !group.fields.is_empty());
    if groups.len() > 1 { join(groups) } else { groups }
}

/// Joins groups of equal times, unless they have a field in common.
fn join(groups: Vec<Group>) -> Vec<Group> {
    let mut joined: Vec<(Group, HashSet<u64>)> = Vec::with_capacity(groups.len());
    let mut by_times: HashMap<u64, usize> = HashMap::new();
    for mut group in groups {
        // Two names of one hash would only keep two groups apart.
        let names: HashSet<u64> = group.fields.iter().map(|(name, _)| xxh3_64(name.as_bytes())).collect();
        let place = *by_times.entry(hash(&group.times)).or_insert(joined.len());
        match joined.get_mut(place) {
            Some((other, taken)) if other.times == group.times && names.is_disjoint(taken) => {
                other.fields.append(&mut group.fields);
                taken.extend(names);
            }
            _ => joined.push((group, names)),
        }
    }
    joined.into_iter().map(|(group, _)| group).collect()
}

fn hash(times: &[i64]) -> u64 {
    let mut hasher = Xxh3::new();
    times.hash(&mut hasher);
    hasher.finish()
}

/// The columns of a group.
pub(crate) fn columns(group: &Group) -> Vec<&Column> {
    group.fields.iter().map(|(_, column)| column).collect()
}

/// Checks what whoever builds groups promises.
///
/// # Panics
/// If times do not rise strictly, or a column is not as long as they are: such a segment would answer wrongly.
pub(crate) fn assert_sound(group: &Group) {
    assert!(group.times.is_sorted_by(|a, b| a < b), "the times of a group rise strictly");
    for (name, column) in &group.fields {
        assert_eq!(column.len(), group.times.len(), "rows of field {name}");
    }
}
