//! Which series of a generation have a tag value: made when a query first asks for a tag, and added to by later ones.
//!
//! Writers know nothing of it. It is a cache: it holds no more than a part of the budget, and goes when there is no
//! room for it, or when writers need the room; whoever asks then looks at each series. Keys and values lie in the
//! tables of the generation only; what is kept here are four bytes for each series and tag that was asked for, and
//! fourteen to twenty-three for each distinct value ([`Chains`]).
//!
//! Lock order: the index before the data of its generation.

mod chains;

use std::borrow::Cow;

use model::{Budget, CancelToken, KeyRef, Lease, Share};
use threads::RwLock;

pub(crate) use chains::{Chains, Texts};

use super::{GenerationData, MeasurementId, SeriesId, Tables};
use crate::error::{Error, Result};
use crate::limits::INDEX_BUDGET_DIVISOR;

/// Series that are taken in before the locks are let go.
const SERIES_PER_STEP: usize = 16_384;

/// What series are told apart by.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

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
        if !self.cover(asker, measurement, None, goal)? {
            return Ok(None);
        }
        let state = self.0.read();
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
        if !self.cover(asker, measurement, Some(facet), goal)? {
            return Ok(None);
        }
        let state = self.0.read();
        let of = state.measurements.get(measurement as usize);
        let found = of.and_then(|of| Some((of, of.chains.iter().find(|chains| chains.facet == *facet)?)));
        found.map(|(of, chains)| take(&of.series, chains)).transpose()
    }

    /// Gives back what it holds.
    pub(crate) fn clear(&self) {
        *self.0.write() = State::default();
    }

    /// Takes in all series below `goal`; false if there is no room for that.
    fn cover(
        &self,
        asker: Asker<'_>,
        measurement: MeasurementId,
        facet: Option<&Facet>,
        goal: usize,
    ) -> Result<bool> {
        if self.0.read().covers(measurement, facet, goal) {
            return Ok(true);
        }
        loop {
            if asker.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let mut state = self.0.write();
            if state.covers(measurement, facet, goal) {
                return Ok(true);
            }
            state.extend(&asker.data.read().tables, measurement, facet, goal);
            if !state.lease(asker.budget) {
                *state = State::default();
                return Ok(false);
            }
        }
    }
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
        self.bytes = self.measurements.capacity() * size_of::<OfMeasurement>()
            + self.measurements.iter().map(OfMeasurement::bytes).sum::<usize>();
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
        self.bytes <= budget.limit() / INDEX_BUDGET_DIVISOR && lease.grow(more).is_ok()
    }
}

impl OfMeasurement {
    fn bytes(&self) -> usize {
        let chains: usize = self.chains.iter().map(Chains::bytes).sum();
        self.series.capacity() * size_of::<SeriesId>() + self.chains.capacity() * size_of::<Chains>() + chains
    }
}
