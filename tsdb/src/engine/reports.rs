//! What `/metrics` asks for.

use std::time::Duration;

use super::Engine;
use crate::stats::EngineStats;
use crate::wal::Wal;

impl Engine {
    /// Counters since the start, and what the engine holds now.
    #[must_use]
    pub fn stats(&self) -> EngineStats {
        let mut stats = self.counters.report();
        let view = self.view();
        stats.last_lsn = view.active().last_lsn().0;
        stats.generations = view.generations.len() as u64;
        stats.databases = view.catalog.database_count() as u64;
        stats.tombstones = view.tombstones.len() as u64;
        stats.shards = view.shard_count() as u64;
        let oldest = view.generations.iter().find(|generation| !generation.is_empty());
        let since = oldest.map(|generation| generation.first_frame().unwrap_or(self.opened));
        stats.wal_age =
            since.map_or(Duration::ZERO, |since| self.options.clock.monotonic().saturating_sub(since));
        stats.flush_debt_bytes = view.sealed().iter().map(|generation| generation.head_bytes()).sum();
        for generation in &view.generations {
            stats.head_bytes += generation.head_bytes();
            stats.head_rows += u64::from(generation.rows());
            stats.wal_bytes += generation.wal_bytes();
            stats.series += generation.data.read().tables.series_count() as u64;
        }
        for segment in view.shards().flat_map(|shard| &shard.segments) {
            stats.segments += 1;
            stats.segment_bytes += segment.info.bytes;
            stats.segment_rows += segment.info.rows;
            stats.series += segment.info.series;
        }
        stats.segments_open = self.readers.open_count() as u64;
        stats.damage_marks = self.damage.mark_count();
        stats.damage_met = self.damage.met_count();
        stats.merges_running = u64::from(self.merging.is_running());
        stats.shards_held = self.merging.held().len() as u64;
        let (batches, bytes) = self.ring.size();
        (stats.stream_batches, stats.stream_bytes) = (batches as u64, bytes as u64);
        let wal = self.wal.read().as_ref().map(Wal::status);
        let wal_is_read_only = wal.as_ref().is_none_or(|wal| wal.read_only.is_some());
        stats.wal_queued_bytes = wal.map_or(0, |wal| wal.queued_bytes as u64);
        stats.read_only = wal_is_read_only || self.space.is_low();
        stats.clock_is_doubted = self.clock_guard.is_doubted();
        stats.disk_free_bytes = self.space.free_bytes();
        stats.disk_reserve_bytes = self.space.reserve_bytes();
        stats.disk_resume_bytes = self.space.resume_bytes();
        stats
    }
}
