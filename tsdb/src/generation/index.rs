//! Which series of a generation have a tag value: made when a query first asks for a tag, and added to by later ones.
//!
//! Writers know nothing of it. It is a cache: it holds no more than a part of the budget, and goes when there is no
//! room for it, or when writers need the room; whoever asks then looks at each series. What there was no room for is
//! refused for a while ([`Refused`]) and takes nothing away from what is there. Keys and values lie in the
//! tables of the generation only; what is kept here are four bytes for each series and tag that was asked for, and
//! fourteen to twenty-three for each distinct value ([`Chains`]).
//!
//! Lock order: the index before the data of its generation.

mod chains;
mod refused;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use model::{Budget, CancelToken, KeyRef, Lease, Share};
use threads::{RwLock, RwLockReadGuard};

pub(crate) use chains::{Chains, Texts};

use refused::{Refused, Wanted};

use super::{GenerationData, MeasurementId, SeriesId, Tables};
use crate::error::{Error, Result};
use crate::limits::INDEX_BUDGET_DIVISOR;

/// Series that are taken in before the locks are let go.
const SERIES_PER_STEP: usize = 16_384;

/// What series are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Facet {
    /// The value of a tag; the empty text without it.
    Value(Box<str>),
    /// The keys of all tags, with newlines between, which no key has.
    Keys,
}

impl Facet {
    /// What a series is to this.
    pub(crate) fn text<'a>(&self, key: KeyRef<'a>) -> Cow<'a, str> {
        let plain = plain_tags(key);
        match self {
            Self::Value(tag) => match plain {
                Some(mut tags) => {
                    let value = tags.find_map(|pair| pair.strip_prefix(&**tag)?.strip_prefix('='));
                    Cow::Borrowed(value.unwrap_or_default())
                }
                None => key.value(tag).unwrap_or_default(),
            },
            Self::Keys => {
                let mut keys = String::with_capacity(key.as_str().len());
                let mut add = |key: &str| {
                    keys.push_str(if keys.is_empty() { "" } else { "\n" });
                    keys.push_str(key);
                };
                match plain {
                    Some(tags) => {
                        tags.for_each(|pair| add(pair.split_once('=').map_or(pair, |(key, _)| key)));
                    }
                    None => key.pairs().for_each(|(key, _)| add(&key)),
                }
                Cow::Owned(keys)
            }
        }
    }
}

/// The tags of a key in which nothing is escaped, each as key, `=` and value. Most are so, and are taken apart in a
/// third of the time.
fn plain_tags(key: KeyRef<'_>) -> Option<impl Iterator<Item = &str>> {
    let text = key.as_str();
    (!text.contains('\\')).then(|| text.split(',').skip(1))
}

/// The index of one generation.
#[derive(Debug, Default)]
pub(crate) struct Index(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    /// Series below this one are in the lists of their measurements.
    covered: SeriesId,
    measurements: Vec<OfMeasurement>,
    bytes: usize,
    lease: Option<Lease>,
    refused: Refused,
}

/// How far something has been taken in: series in their lists, and in the facet.
type Reached = (SeriesId, usize);

#[derive(Debug, Default)]
struct OfMeasurement {
    /// In rising order.
    series: Vec<SeriesId>,
    chains: Vec<Chains>,
}

/// Who asks an index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) data: &'a RwLock<GenerationData>,
    pub(crate) budget: &'a Budget,
    pub(crate) cancel: &'a CancelToken,
}

impl Index {
    /// Gives the series of a measurement to `take`, in the order in which they came.
    ///
    /// # Errors
    /// When the asker gave up, or `take` fails. Nothing is given where there is no room.
    pub(crate) fn series<T>(
        &self,
        asker: Asker<'_>,
        measurement: MeasurementId,
        take: impl FnOnce(&[SeriesId]) -> Result<T>,
    ) -> Result<Option<T>> {
        let goal = asker.data.read().tables.series_count();
        let Some(state) = self.covering(asker, measurement, None, goal)? else { return Ok(None) };
        state.measurements.get(measurement as usize).map(|of| take(&of.series)).transpose()
    }

    /// Gives the series of a measurement by their values to `take`.
    ///
    /// # Errors
    /// As [`series`](Self::series).
    pub(crate) fn values<T>(
        &self,
        asker: Asker<'_>,
        measurement: MeasurementId,
        facet: &Facet,
        take: impl FnOnce(&[SeriesId], &Chains) -> Result<T>,
    ) -> Result<Option<T>> {
        let goal = asker.data.read().tables.series_count();
        let Some(state) = self.covering(asker, measurement, Some(facet), goal)? else { return Ok(None) };
        let of = state.measurements.get(measurement as usize);
        let found = of.and_then(|of| Some((of, of.chains.iter().find(|chains| chains.facet == *facet)?)));
        found.map(|(of, chains)| take(&of.series, chains)).transpose()
    }

    /// Gives back what it holds, unless it is being read or added to: writers do not wait for readers.
    pub(crate) fn clear(&self) {
        if let Some(mut state) = self.0.try_write() {
            *state = State::default();
        }
    }

    /// The index with all series below `goal`; nothing where there is no room for them.
    fn covering(
        &self,
        asker: Asker<'_>,
        measurement: MeasurementId,
        facet: Option<&Facet>,
        goal: usize,
    ) -> Result<Option<RwLockReadGuard<'_, State>>> {
        let state = self.0.read();
        if state.covers(measurement, facet, goal) {
            return Ok(Some(state));
        }
        if state.refused.holds(facet.map(|facet| (measurement, facet)), goal, free(asker.budget)) {
            return Ok(None);
        }
        drop(state);
        let mut reached = Reached::default();
        loop {
            if asker.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match self.step(asker, measurement, facet, goal, &mut reached) {
                None => {}
                Some(true) => return Ok(self.still_covering(measurement, facet, goal)),
                Some(false) => return Ok(None),
            }
        }
    }

    /// The index, if it has all series below `goal` now. Whoever has made it so let go of the lock since, and others may
    /// have cleared it and begun anew.
    fn still_covering(
        &self,
        measurement: MeasurementId,
        facet: Option<&Facet>,
        goal: usize,
    ) -> Option<RwLockReadGuard<'_, State>> {
        Some(self.0.read()).filter(|state| state.covers(measurement, facet, goal))
    }

    /// Takes in a few more of the series below `goal`: true when all are there, false if that will not be.
    fn step(
        &self,
        asker: Asker<'_>,
        measurement: MeasurementId,
        facet: Option<&Facet>,
        goal: usize,
        reached: &mut Reached,
    ) -> Option<bool> {
        let mut state = self.0.write();
        if state.covers(measurement, facet, goal) {
            return Some(true);
        }
        let wanted = facet.map(|facet| (measurement, facet));
        // Others may take away what is there as often as it is made.
        if state.reached(wanted) < *reached || state.refused.holds(wanted, goal, free(asker.budget)) {
            return Some(false);
        }
        let is_list = (state.covered as usize) < goal;
        state.extend(&asker.data.read().tables, measurement, facet, goal);
        let has_room = state.lease(asker.budget) || (is_list && state.lease_without_facets(asker.budget));
        if !has_room {
            state.refuse(wanted.filter(|_| !is_list), goal, asker.budget);
            return Some(false);
        }
        *reached = state.reached(wanted);
        None
    }
}

fn free(budget: &Budget) -> usize {
    budget.limit().saturating_sub(budget.used())
}

impl State {
    fn covers(&self, measurement: MeasurementId, facet: Option<&Facet>, goal: usize) -> bool {
        if (self.covered as usize) < goal {
            return false;
        }
        let Some(facet) = facet else { return true };
        let of = self.measurements.get(measurement as usize);
        of.is_some_and(|of| {
            let wanted = of.series.partition_point(|id| (*id as usize) < goal);
            of.chains.iter().any(|chains| chains.facet == *facet && chains.len() >= wanted)
        })
    }

    /// One step: more series into the lists of their measurements, or, when all are there, into the chains.
    fn extend(&mut self, tables: &Tables, measurement: MeasurementId, facet: Option<&Facet>, goal: usize) {
        if (self.covered as usize) < goal {
            let end = goal.min(self.covered as usize + SERIES_PER_STEP);
            while (self.covered as usize) < end {
                let series = self.covered;
                self.of(tables.measurement_of(series) as usize).series.push(series);
                self.covered += 1;
            }
        } else if let Some(facet) = facet {
            let of = self.of(measurement as usize);
            if of.chains.iter().all(|chains| chains.facet != *facet) {
                of.chains.push(Chains::new(facet.clone()));
            }
            let chains = of.chains.iter_mut().filter(|chains| chains.facet == *facet);
            chains.for_each(|chains| chains.extend(tables, &of.series, SERIES_PER_STEP));
        }
        self.weigh();
    }

    fn weigh(&mut self) {
        self.bytes = self.measurements.capacity() * size_of::<OfMeasurement>()
            + self.measurements.iter().map(OfMeasurement::bytes).sum::<usize>();
    }

    fn reached(&self, wanted: Wanted<'_>) -> Reached {
        let chains = wanted.and_then(|(measurement, facet)| {
            let of = self.measurements.get(measurement as usize)?;
            of.chains.iter().find(|chains| chains.facet == *facet)
        });
        (self.covered, chains.map_or(0, Chains::len))
    }

    fn of(&mut self, measurement: usize) -> &mut OfMeasurement {
        if measurement >= self.measurements.len() {
            self.measurements.resize_with(measurement + 1, OfMeasurement::default);
        }
        &mut self.measurements[measurement]
    }

    /// Brings the lease to what is held; false if that is more than there is.
    fn lease(&mut self, budget: &Budget) -> bool {
        let lease = self.lease.get_or_insert_with(|| budget.empty_lease(Share::Head));
        let more = self.bytes.saturating_sub(lease.bytes());
        lease.shrink_to(self.bytes);
        self.bytes <= budget.limit() / INDEX_BUDGET_DIVISOR && lease.grow(more).is_ok()
    }

    /// The same, after the lists of series have taken the room of all facets: without the lists there are no facets.
    fn lease_without_facets(&mut self, budget: &Budget) -> bool {
        self.measurements.iter_mut().for_each(|of| of.chains = Vec::new());
        self.refused = Refused::default();
        self.weigh();
        self.lease(budget)
    }

    /// Gives up what was to be taken in. It is tried again when the series have doubled; if it was the budget that had
    /// no room, also when twice of what was held is free.
    fn refuse(&mut self, wanted: Wanted<'_>, series: usize, budget: &Budget) {
        let (held, is_bound) = (self.bytes, self.bytes > budget.limit() / INDEX_BUDGET_DIVISOR);
        match wanted {
            Some((measurement, facet)) => {
                self.of(measurement as usize).chains.retain(|chains| chains.facet != *facet);
                self.weigh();
                self.lease(budget);
            }
            None => *self = Self::default(),
        }
        let free = if is_bound { usize::MAX } else { 2 * (held - self.bytes) };
        self.refused.add(wanted, 2 * series, free);
    }
}

impl OfMeasurement {
    fn bytes(&self) -> usize {
        let chains: usize = self.chains.iter().map(Chains::bytes).sum();
        self.series.capacity() * size_of::<SeriesId>() + self.chains.capacity() * size_of::<Chains>() + chains
    }
}
