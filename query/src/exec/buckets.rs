//! Which buckets have rows: bucket starts to small numbers, densely while they lie close together.

use crate::limits::DENSE_BUCKETS_MAX;
use crate::{Error, Limits, Result};
use std::collections::HashMap;

const UNKNOWN: u32 = u32::MAX;

/// Numbers buckets in the order of their first row.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    /// The start of each bucket, by number.
    starts: Vec<i64>,
    /// The bucket asked for last.
    last: Option<(i64, usize)>,
    /// Numbers by distance from `base`, in intervals.
    dense: Vec<u32>,
    base: i64,
    sparse: HashMap<i64, usize>,
}

impl Buckets {
    /// The number of the bucket that starts at `start`.
    ///
    /// # Errors
    /// When there are more buckets than allowed.
    pub(crate) fn number(&mut self, start: i64, interval: i64, limits: &Limits) -> Result<usize> {
        if let Some((known, number)) = self.last.filter(|(known, _)| *known == start) {
            debug_assert_eq!(known, start);
            return Ok(number);
        }
        let number = match self.find(start, interval) {
            Some(number) => number,
            None => self.add(start, interval, limits)?,
        };
        self.last = Some((start, number));
        Ok(number)
    }

    fn place(&self, start: i64, interval: i64) -> Option<usize> {
        if interval == 0 || self.starts.is_empty() {
            return None;
        }
        let distance = start.checked_sub(self.base)?;
        let on_grid = distance >= 0 && distance % interval == 0 && distance / interval < DENSE_BUCKETS_MAX;
        on_grid.then(|| usize::try_from(distance / interval).unwrap_or(usize::MAX))
    }

    fn find(&self, start: i64, interval: i64) -> Option<usize> {
        match self.place(start, interval) {
            Some(place) => {
                self.dense.get(place).filter(|number| **number != UNKNOWN).map(|number| *number as usize)
            }
            None => self.sparse.get(&start).copied(),
        }
    }

    fn add(&mut self, start: i64, interval: i64, limits: &Limits) -> Result<usize> {
        let number = self.starts.len();
        if number >= limits.buckets_max {
            return Err(Error::Buckets { buckets: number as u64 + 1, limit: limits.buckets_max });
        }
        if self.starts.is_empty() {
            self.base = start;
        }
        self.starts.push(start);
        match (self.place(start, interval), u32::try_from(number)) {
            (Some(place), Ok(short)) => {
                if self.dense.len() <= place {
                    self.dense.resize(place + 1, UNKNOWN);
                }
                self.dense[place] = short;
            }
            _ => {
                self.sparse.insert(start, number);
            }
        }
        Ok(number)
    }

    /// The buckets by start: start and number.
    pub(crate) fn sorted(&self) -> Vec<(i64, usize)> {
        let mut buckets: Vec<(i64, usize)> =
            self.starts.iter().enumerate().map(|(number, start)| (*start, number)).collect();
        buckets.sort_unstable();
        buckets
    }

    /// Roughly how many bytes are held.
    pub(crate) fn bytes(&self) -> usize {
        self.starts.len() * 8 + self.dense.len() * 4 + self.sparse.len() * 24
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_far_apart_are_numbered_too() {
        let (mut buckets, limits) = (Buckets::default(), Limits::default());
        for (expected, start) in [0, 10, 1 << 60, -(1 << 60), 10, 0].into_iter().enumerate() {
            let number = buckets.number(start, 10, &limits).unwrap();
            assert_eq!(number, if expected > 3 { 5 - expected } else { expected });
        }
        assert_eq!(buckets.sorted(), [(-(1 << 60), 3), (0, 0), (10, 1), (1 << 60, 2)]);
    }

    #[test]
    fn too_many_buckets_are_refused() {
        let limits = Limits { buckets_max: 2, ..Limits::default() };
        let mut buckets = Buckets::default();
        buckets.number(0, 1, &limits).unwrap();
        buckets.number(1, 1, &limits).unwrap();
        assert_eq!(
            buckets.number(2, 1, &limits).unwrap_err().to_string(),
            "max-select-buckets limit exceeded: (3/2)"
        );
    }
}
