//! What an index had no room for, so that questions do not try it anew one after the other.

use std::collections::VecDeque;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::Facet;
use crate::generation::MeasurementId;
use crate::limits::INDEX_REFUSED_MAX;

/// What an index is asked to take in: a facet of a measurement, or else the series of all measurements.
pub(super) type Wanted<'a> = Option<(MeasurementId, &'a Facet)>;

/// The latest refusals, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Refused(VecDeque<Refusal>);

#[derive(Debug)]
struct Refusal {
    /// The hash of what was wanted. Of two with one hash one is refused for nothing, and answered without an index.
    wanted: u64,
    /// It may be tried again by so many series.
    series: usize,
    /// Or when so many bytes of the budget are free.
    free: usize,
}

impl Refused {
    /// Notes a refusal. It holds while there are fewer than `series` series and fewer than `free` bytes.
    pub(super) fn add(&mut self, wanted: Wanted<'_>, series: usize, free: usize) {
        let wanted = hash(wanted);
        self.0.retain(|known| known.wanted != wanted);
        if self.0.len() >= INDEX_REFUSED_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Refusal { wanted, series, free });
    }

    /// Whether this was refused, or what it is made of, and nothing has changed since.
    pub(super) fn holds(&self, wanted: Wanted<'_>, series: usize, free: usize) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let wanted = [hash(None), hash(wanted)];
        let of =
            |known: &Refusal| wanted.contains(&known.wanted) && series < known.series && free < known.free;
        self.0.iter().any(of)
    }
}

fn hash(wanted: Wanted<'_>) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(wanted)
}
