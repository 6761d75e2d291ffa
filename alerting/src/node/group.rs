//! The group node: one state per set of tag values, within a bound.

use crate::limits::GROUPS_MAX;
use crate::node::window::Bucket;
use crate::rule::GroupBy;
use crate::state::AlertState;
use hashbrown::HashMap;
use model::{Budget, Lease, Share, Tags};
use std::sync::Arc;

/// The states of one rule.
#[derive(Debug)]
pub(crate) struct Groups {
    by_tags: HashMap<Arc<Tags>, u32>,
    groups: Vec<Group>,
    lease: Lease,
    groups_max: usize,
    /// How many series were turned away because there was no room for their group.
    pub(crate) refused: u64,
}

/// One alert: its tags, its state, and what the page says of it.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) tags: Arc<Tags>,
    pub(crate) state: AlertState,
    pub(crate) bucket: Option<Box<Bucket>>,
    /// What was told last; none while it is OK.
    pub(crate) told: Option<Box<Told>>,
}

/// What was told of an alert that is on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) message: String,
    pub(crate) tags: Tags,
    /// The newest value.
    pub(crate) value: Option<f64>,
}

impl Group {
    fn new(tags: Arc<Tags>) -> Self {
        Self { tags, state: AlertState::default(), bucket: None, told: None }
    }
}

impl Groups {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self::with_max(budget, GROUPS_MAX)
    }

    pub(crate) fn with_max(budget: &Budget, groups_max: usize) -> Self {
        let lease = budget.empty_lease(Share::Alert);
        Self { by_tags: HashMap::new(), groups: Vec::new(), lease, groups_max, refused: 0 }
    }

    /// The group of these tags, made if it is new; none when there is no room for it.
    pub(crate) fn find_or_add(&mut self, tags: Tags) -> Option<u32> {
        if let Some(index) = self.by_tags.get(&tags) {
            return Some(*index);
        }
        let index = u32::try_from(self.groups.len()).ok().filter(|_| self.groups.len() < self.groups_max);
        let Some(index) = index.filter(|_| self.lease.grow(bytes(&tags)).is_ok()) else {
            self.refused += 1;
            return None;
        };
        let tags = Arc::new(tags);
        self.by_tags.insert(Arc::clone(&tags), index);
        self.groups.push(Group::new(tags));
        Some(index)
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> &mut Group {
        &mut self.groups[index as usize]
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Group> {
        self.groups.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.groups.len()
    }
}

impl GroupBy {
    /// The tags that name the group of a series.
    pub(crate) fn of_series(&self, tags: &Tags) -> Tags {
        match self {
            Self::All => tags.clone(),
            Self::Tags(keys) => Tags::new(keys.iter().filter_map(|key| Some((key.as_str(), tags.get(key)?)))),
        }
    }

    /// A group as ids spell it: `host=a,path=/`, a missing tag as empty, and `nil` for no tags at all.
    pub(crate) fn text(&self, group: &Tags) -> String {
        let pairs: Vec<String> = match self {
            Self::All => group.iter().map(|(key, value)| format!("{key}={value}")).collect(),
            Self::Tags(keys) => {
                keys.iter().map(|key| format!("{key}={}", group.value_or_empty(key))).collect()
            }
        };
        if pairs.is_empty() { "nil".to_owned() } else { pairs.join(",") }
    }
}

/// Roughly what a group takes, for the budget.
fn bytes(tags: &Tags) -> usize {
    let text: usize = tags.iter().map(|(key, value)| key.len() + value.len() + 64).sum();
    text + size_of::<Group>() + 64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(host: &str) -> Tags {
        Tags::new([("host", host), ("path", "/")])
    }

    #[test]
    fn equal_tags_are_one_group() {
        let mut groups = Groups::new(&Budget::new(1 << 20));
        assert_eq!(groups.find_or_add(tags("a")), Some(0));
        assert_eq!(groups.find_or_add(tags("b")), Some(1));
        assert_eq!(groups.find_or_add(tags("a")), Some(0));
        assert_eq!((groups.len(), groups.refused), (2, 0));
    }

    #[test]
    fn groups_beyond_the_bound_are_refused_and_counted() {
        let mut groups = Groups::with_max(&Budget::new(1 << 20), 1);
        assert_eq!(groups.find_or_add(tags("a")), Some(0));
        assert_eq!(groups.find_or_add(tags("b")), None);
        assert_eq!(groups.find_or_add(tags("a")), Some(0), "those that are known go on");
        assert_eq!(groups.refused, 1);
    }

    #[test]
    fn groups_beyond_the_budget_are_refused_and_the_room_is_given_back() {
        let budget = Budget::new(1_000);
        let mut groups = Groups::new(&budget);
        let taken = (0..100).filter(|number| groups.find_or_add(tags(&number.to_string())).is_some()).count();
        assert!((1..5).contains(&taken), "{taken}");
        assert_eq!(groups.refused, 100 - taken as u64);
        assert!(budget.used_by(Share::Alert) > 0);
        drop(groups);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_group_is_named_by_its_tags() {
        let by = GroupBy::Tags(vec!["host".to_owned(), "path".to_owned()]);
        let series = Tags::new([("host", "a"), ("cpu", "0")]);
        let group = by.of_series(&series);
        assert_eq!(group, Tags::new([("host", "a")]));
        assert_eq!(by.text(&group), "host=a,path=");
        assert_eq!(GroupBy::All.text(&GroupBy::All.of_series(&series)), "cpu=0,host=a");
        assert_eq!(GroupBy::Tags(Vec::new()).text(&Tags::default()), "nil");
    }
}
