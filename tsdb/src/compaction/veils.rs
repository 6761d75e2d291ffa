//! Veils: what was deleted of the inputs of a merge, so that the results do without it.

use std::sync::Arc;

use model::{Lsn, SeriesKey, TimeRange};

use super::Input;
use crate::catalog::{CatalogId, PolicyId};
use crate::manifest::SegmentInfo;
use crate::tombstone::{Hidden, Tombstones, Veil};

/// The tombstones that a merge carries out, and whose rows it merges. Only durable ones may be here.
#[derive(Debug, Clone)]
pub(crate) struct Deletes {
    pub(crate) tombstones: Tombstones,
    pub(crate) database: CatalogId,
    pub(crate) policy: PolicyId,
}

impl Deletes {
    /// Up to which LSN tombstones are carried out in a segment made of these.
    pub(crate) fn settled<'a>(&self, inputs: impl Iterator<Item = &'a SegmentInfo>) -> Lsn {
        let carried_out = self.tombstones.last_lsn();
        inputs.map(|info| info.settled).chain(carried_out).max().unwrap_or(Lsn(0))
    }
}

/// What is hidden in each input of the measurement that was read last.
pub(crate) struct Veils<'a> {
    deletes: &'a Deletes,
    inputs: Vec<&'a Input>,
    measurement: Option<(Box<str>, Vec<Veil<'a>>)>,
}

impl<'a> Veils<'a> {
    pub(crate) const fn new(deletes: &'a Deletes, inputs: Vec<&'a Input>) -> Self {
        Self { deletes, inputs, measurement: None }
    }

    /// What is hidden of a series in each input; nothing at all if that is nothing anywhere.
    pub(crate) fn hidden(&mut self, key: &SeriesKey) -> Vec<Option<Arc<Hidden>>> {
        if self.deletes.tombstones.is_empty() {
            return Vec::new();
        }
        let name = key.measurement();
        if self.measurement.as_ref().is_none_or(|(known, _)| **known != *name) {
            let veils = self.inputs.iter().map(|input| self.veil(&name, input)).collect();
            self.measurement = Some((name.as_ref().into(), veils));
        }
        let veils = self.measurement.as_ref().map_or(&[][..], |(_, veils)| veils);
        if veils.iter().all(Veil::is_empty) {
            return Vec::new();
        }
        let tags = key.tags();
        veils.iter().map(|veil| veil.hidden(&tags)).collect()
    }

    fn veil(&self, measurement: &str, input: &Input) -> Veil<'a> {
        let Deletes { tombstones, database, policy } = self.deletes;
        let time: &TimeRange = &input.info.time;
        let touching = tombstones.touching(*database, *policy, measurement, time);
        Veil::of_segment(&touching, input.info.settled, time)
    }
}
