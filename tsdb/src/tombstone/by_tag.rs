//! Predicates by a tag that every series that passes must have, so that a series meets only those that may mean it.

use hashbrown::HashMap;
use model::{TagMatch, TagPredicate, Tags};

use super::hidden::Cover;

/// A predicate and what is hidden of the series that pass.
pub(super) type Condition<'a> = (&'a TagPredicate, Cover);

/// Conditions by key and value of a tag.
#[derive(Debug, Default)]
pub(super) struct ByTag<'a> {
    conditions: HashMap<(&'a str, &'a str), Vec<Condition<'a>>>,
}

impl<'a> ByTag<'a> {
    /// Takes a condition in; false if series without a certain tag may pass.
    pub(super) fn add(&mut self, (predicate, cover): Condition<'a>) -> bool {
        let mut tags = Vec::new();
        let is_bound = needed_tags(predicate, &mut tags);
        if is_bound {
            tags.into_iter().for_each(|tag| self.conditions.entry(tag).or_default().push((predicate, cover)));
        }
        is_bound
    }

    pub(super) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Every condition, some more than once.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Condition<'a>> {
        self.conditions.values().flatten()
    }

    /// Adds the covers of the series with these tags.
    pub(super) fn add_covers(&self, tags: &Tags, covers: &mut Vec<Cover>) {
        if self.conditions.is_empty() {
            return;
        }
        for tag in tags.iter() {
            let conditions = self.conditions.get(&tag).map_or(&[][..], |conditions| conditions);
            let passing = conditions.iter().filter(|(predicate, _)| predicate.matches(tags));
            covers.extend(passing.map(|(_, cover)| *cover));
        }
    }
}

/// Collects tags of which each series that passes has one; false if there are no such tags.
fn needed_tags<'a>(predicate: &'a TagPredicate, tags: &mut Vec<(&'a str, &'a str)>) -> bool {
    match predicate {
        TagPredicate::Tag { key, matcher: TagMatch::Equal(value) } if !value.is_empty() => {
            tags.push((key, value));
            true
        }
        TagPredicate::And(parts) => parts.iter().any(|part| {
            let known = tags.len();
            let is_bound = needed_tags(part, tags);
            if !is_bound {
                tags.truncate(known);
            }
            is_bound
        }),
        TagPredicate::Or(parts) => parts.iter().all(|part| needed_tags(part, tags)),
        TagPredicate::Nothing => true,
        TagPredicate::All | TagPredicate::Tag { .. } => false,
    }
}
