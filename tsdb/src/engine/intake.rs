//! Where each point of a write goes, or why it is rejected.

use std::sync::Arc;

use model::{PointRef, ValueRef};

use super::Writer;
use super::room::Rooms;
use super::types::ShardTypes;
use crate::catalog::Policy;
use crate::error::{Error, Result};
use crate::generation::{GenerationData, Layout, SeriesId};
use crate::limits::{REJECTED_MAX, SHARDS_MAX};
use crate::rejected::{RejectReason, Rejected};
use crate::shard::{ShardId, ShardInfo};
use crate::view::View;
use crate::wal::RowsEncoder;

/// A point that is accepted.
#[derive(Debug)]
pub(super) struct Resolved {
    /// Its index in the batch.
    pub(super) point: usize,
    pub(super) shard: ShardId,
    pub(super) series: SeriesId,
    pub(super) layout: Arc<Layout>,
}

/// One write while its points are resolved and encoded.
pub(super) struct Intake<'a> {
    policy: &'a Policy,
    /// Points before this instant are rejected.
    kept_since: i64,
    data: &'a mut GenerationData,
    writer: &'a mut Writer,
    /// The shard of the point before, which most often is that of the next.
    shard: Option<ShardInfo>,
    /// Whether any number of series may come to that shard.
    has_ample_room: bool,
    rooms: Rooms,
    values: Vec<ValueRef<'a>>,
    outcome: Outcome,
}

/// What the points of a write came to.
pub(super) struct Outcome {
    /// The view with the shards that the write makes.
    pub(super) view: Arc<View>,
    pub(super) encoder: RowsEncoder,
    pub(super) resolved: Vec<Resolved>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) rejected_count: usize,
    /// Those of them that would have made a series too many.
    pub(super) over_series_max: u64,
}

impl<'a> Intake<'a> {
    pub(super) fn new(
        view: Arc<View>,
        policy: &'a Policy,
        kept_since: i64,
        data: &'a mut GenerationData,
        writer: &'a mut Writer,
        rooms: Rooms,
    ) -> Self {
        let outcome = Outcome {
            view,
            encoder: RowsEncoder::default(),
            resolved: Vec::new(),
            rejected: Vec::new(),
            rejected_count: 0,
            over_series_max: 0,
        };
        let (shard, has_ample_room, values) = (None, true, Vec::new());
        Self { policy, kept_since, data, writer, shard, has_ample_room, rooms, values, outcome }
    }

    pub(super) fn finish(self) -> Outcome {
        self.outcome
    }

    /// Resolves a point and encodes it, or notes why it is rejected.
    pub(super) fn take(&mut self, index: usize, point: PointRef<'a>) -> Result<()> {
        match self.resolve(index, point)? {
            Ok(row) => {
                self.encode(point, &row);
                self.outcome.resolved.push(row);
            }
            Err(reason) => {
                self.outcome.rejected_count += 1;
                if self.outcome.rejected.len() < REJECTED_MAX {
                    self.outcome.rejected.push(Rejected { point: index, reason });
                }
            }
        }
        Ok(())
    }

    fn resolve(
        &mut self,
        index: usize,
        point: PointRef<'_>,
    ) -> Result<std::result::Result<Resolved, RejectReason>> {
        if point.ts() < self.kept_since {
            return Ok(Err(RejectReason::BeyondRetention));
        }
        let shard = self.shard_for(point.ts())?;
        if !self.has_ample_room && !self.admits_series(point.series_text())? {
            return Ok(Err(RejectReason::SeriesLimit { max: self.rooms.series_max() }));
        }
        let tables = &mut self.data.tables;
        let series = tables.resolve_series(point.series_text(), &mut self.writer.unlogged);
        let layout = tables.resolve_layout(series, point.fields(), &mut self.writer.unlogged);
        Ok(self.check_types(shard, &layout)?.map(|()| Resolved { point: index, shard, series, layout }))
    }

    /// Whether the series is one of the present shard or may become one. Deletes may have made room that shows only
    /// when the head is in segments.
    fn admits_series(&mut self, raw: &str) -> Result<bool> {
        let Some(shard) = &self.shard else { return Ok(true) };
        let (view, refused) = (&self.outcome.view, &mut self.writer.refused);
        let is_admitted = self.rooms.admit(raw, shard, view, self.data, refused)?;
        self.outcome.over_series_max += u64::from(!is_admitted);
        self.writer.must_seal |= !is_admitted && !self.data.deletes.is_empty();
        Ok(is_admitted)
    }

    /// A shape that was admitted once since the last delete is.
    fn check_types(
        &mut self,
        shard: ShardId,
        layout: &Layout,
    ) -> Result<std::result::Result<(), RejectReason>> {
        let types = match self.writer.types.entry(shard) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(ShardTypes::load(&self.outcome.view, shard, self.data)?)
            }
        };
        if types.knows(layout) {
            return Ok(Ok(()));
        }
        if self.writer.admitting.last() != Some(&shard) {
            self.writer.admitting.push(shard);
        }
        Ok(types.admit(self.data.tables.measurement(layout.measurement), layout))
    }

    fn encode(&mut self, point: PointRef<'a>, row: &Resolved) {
        self.values.clear();
        self.values.extend(point.fields().map(|field| field.value));
        for part in &row.layout.parts {
            let values = part.sources.iter().map(|source| self.values[*source as usize]);
            self.outcome.encoder.push(row.shard, part.shape, row.series, point.ts(), values);
        }
    }

    fn shard_for(&mut self, ts: i64) -> Result<ShardId> {
        if let Some(shard) = self.shard.filter(|shard| shard.time.contains(ts)) {
            return Ok(shard.id);
        }
        let known = self.outcome.view.shard_at(self.policy.id, ts).map(|shard| shard.info);
        let info = known.map_or_else(|| self.new_shard(ts), Ok)?;
        if self.rooms.is_held(info.id) {
            return Err(Error::Busy { what: "merging of segments" });
        }
        self.shard = Some(info);
        self.has_ample_room = self.rooms.is_ample(&self.outcome.view, &info, self.data);
        if self.data.shards.insert(info.id, info).is_none() {
            self.writer.unlogged.shard(&info);
        }
        Ok(info.id)
    }

    fn new_shard(&mut self, ts: i64) -> Result<ShardInfo> {
        let view = Arc::make_mut(&mut self.outcome.view);
        if view.shard_count() >= SHARDS_MAX {
            let (count, max) = (view.shard_count() + 1, SHARDS_MAX);
            return Err(Error::TooMany { what: "shards", count, max });
        }
        let time = view.range_for(self.policy, ts);
        let info = ShardInfo { id: self.writer.next_shard, policy: self.policy.id, time };
        self.writer.next_shard += 1;
        view.add_shard(info);
        Ok(info)
    }
}
