//! What tombstones hide in one place: a segment or a head, for one measurement.

use std::sync::Arc;

use model::{Lsn, TagPredicate, Tags, TimeRange};

use super::by_tag::{ByTag, Condition};
use super::hidden::{Cover, Hidden};
use super::list::Placed;
use crate::generation::{GenerationId, RowNumber};

/// Covers for all series and for some.
#[derive(Debug, Default)]
pub(crate) struct Veil<'a> {
    every: Vec<Cover>,
    /// What `every` hides.
    hidden: Option<Arc<Hidden>>,
    /// For series that have one of some tags.
    pub(super) by_tag: ByTag<'a>,
    /// For others.
    pub(super) some: Vec<Condition<'a>>,
}

impl<'a> Veil<'a> {
    /// The veil over a segment whose instants lie inside `time` and in which tombstones were carried out up to
    /// `settled`.
    pub(crate) fn of_segment(touching: &[&'a Placed], settled: Lsn, time: &TimeRange) -> Self {
        let later = touching.iter().filter(|placed| placed.tombstone.lsn > settled);
        Self::new(later.map(|placed| (*placed, RowNumber::MAX)), time)
    }

    /// The veil over a head of `generation` whose instants lie inside `time`.
    pub(crate) fn of_head(touching: &[&'a Placed], generation: GenerationId, time: &TimeRange) -> Self {
        Self::new(touching.iter().map(|placed| (*placed, placed.below(generation))), time)
    }

    fn new(tombstones: impl Iterator<Item = (&'a Placed, RowNumber)>, time: &TimeRange) -> Self {
        let mut veil = Self::default();
        for (placed, below) in tombstones {
            let tombstone = &placed.tombstone;
            if below > 0 && tombstone.time.overlaps(time) {
                let cover = Cover { time: tombstone.time, below };
                match &tombstone.tags {
                    TagPredicate::All => veil.every.push(cover),
                    TagPredicate::Nothing => {}
                    tags if veil.by_tag.add((tags, cover)) => {}
                    tags => veil.some.push((tags, cover)),
                }
            }
        }
        veil.hidden = Hidden::new(veil.every.clone()).map(Arc::new);
        veil
    }

    /// Whether nothing is hidden.
    pub(crate) fn is_empty(&self) -> bool {
        self.every.is_empty() && self.by_tag.is_empty() && self.some.is_empty()
    }

    /// Whether of every series each row inside `time` with a number lower than `rows` is hidden.
    pub(crate) fn hides_every_series(&self, time: &TimeRange, rows: RowNumber) -> bool {
        self.hidden.as_ref().is_some_and(|hidden| hidden.hides_all(time, rows))
    }

    /// What is hidden of the series with these tags.
    pub(crate) fn hidden(&self, tags: &Tags) -> Option<Arc<Hidden>> {
        let matching = self.some.iter().filter(|(predicate, _)| predicate.matches(tags));
        let mut covers = matching.map(|(_, cover)| *cover).collect();
        self.by_tag.add_covers(tags, &mut covers);
        self.with(covers)
    }

    /// What `covers` hide together with what is hidden of every series.
    pub(super) fn with(&self, mut covers: Vec<Cover>) -> Option<Arc<Hidden>> {
        if covers.is_empty() {
            return self.hidden.clone();
        }
        covers.extend(&self.every);
        Hidden::new(covers).map(Arc::new)
    }
}
