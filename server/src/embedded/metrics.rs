//! What the store counts, for `/metrics`.

use crate::MetricsText;
use tsdb::{EngineStats, MeasurementSeries, SYNC_BUCKETS_US};

type Value = (&'static str, &'static str, fn(&EngineStats) -> u64);

const COUNTERS: [Value; 18] = [
    ("vigie_store_points_written_total", "Points accepted by the store", |s| s.points_written),
    ("vigie_store_points_future_total", "Accepted points that lie in the future", |s| s.points_future),
    (
        "vigie_store_points_over_series_max_total",
        "Points rejected because they would have made a series too many",
        |s| s.points_over_series_max,
    ),
    ("vigie_wal_frames_total", "Frames committed to the log", |s| s.wal_frames),
    ("vigie_wal_bytes_written_total", "Bytes committed to the log", |s| s.wal_bytes_written),
    ("vigie_freezes_total", "Generations written to segments", |s| s.freezes),
    ("vigie_freeze_failures_total", "Freezes that failed and are repeated", |s| s.freeze_failures),
    ("vigie_merges_total", "Merges of segments", |s| s.merges),
    ("vigie_merge_failures_total", "Merges that failed", |s| s.merge_failures),
    ("vigie_merges_cancelled_total", "Merges that ended early: stop or drop", |s| s.merges_cancelled),
    ("vigie_merges_without_space_total", "Merges put off: too little disk", |s| s.merges_without_space),
    ("vigie_merges_without_memory_total", "Merges that found too little memory; the next takes less", |s| {
        s.merges_without_memory
    }),
    ("vigie_merge_panics_total", "Merges that met a fault of the program", |s| s.merge_panics),
    ("vigie_merge_read_bytes_total", "Bytes of segments that merges have read", |s| s.merge_bytes_read),
    ("vigie_merge_written_bytes_total", "Bytes of segments that merges wrote", |s| s.merge_bytes_written),
    ("vigie_deletes_total", "Statements that deleted points", |s| s.deletes),
    ("vigie_damage_met_total", "Reads that met damaged bytes", |s| s.damage_met),
    ("vigie_shards_dropped_total", "Shards dropped by retention or statements", |s| s.shards_dropped),
];

const GAUGES: [Value; 26] = [
    ("vigie_wal_bytes", "Bytes of log that a restart would read", |s| s.wal_bytes),
    ("vigie_wal_queued_bytes", "Bytes of log that wait for the committer", |s| s.wal_queued_bytes),
    ("vigie_read_only", "1 while no points are taken", |s| u64::from(s.read_only)),
    ("vigie_clock_doubted", "1 while nothing is dropped for its age, because the clock is in doubt", |s| {
        u64::from(s.clock_is_doubted)
    }),
    ("vigie_disk_free_bytes", "Free bytes of the store's disk", |s| s.disk_free_bytes),
    ("vigie_disk_reserve_bytes", "Bytes of the store's disk that stay free of points", |s| {
        s.disk_reserve_bytes
    }),
    ("vigie_last_lsn", "The last log sequence number given", |s| s.last_lsn),
    ("vigie_generations", "Generations in memory", |s| s.generations),
    ("vigie_head_bytes", "Anonymous memory of points that are in no segment yet", |s| s.head_bytes),
    ("vigie_flush_debt_bytes", "Bytes of heads that wait to be written into segments", |s| {
        s.flush_debt_bytes
    }),
    ("vigie_head_rows", "Rows in no segment yet", |s| s.head_rows),
    ("vigie_merges_running", "Merges under way", |s| s.merges_running),
    ("vigie_merge_debt_bytes", "Bytes that the merges that are due would read", |s| s.merge_debt_bytes),
    ("vigie_merges_paused", "Shards and segments left alone after merges of them failed", |s| {
        s.merges_paused
    }),
    ("vigie_shards_held", "Shards that take no writes until merges catch up", |s| s.shards_held),
    ("vigie_databases", "Databases", |s| s.databases),
    ("vigie_shards", "Shards", |s| s.shards),
    ("vigie_segments", "Segments", |s| s.segments),
    ("vigie_segments_open", "Segments that are open", |s| s.segments_open),
    ("vigie_damage_marks", "Places of files found damaged", |s| s.damage_marks),
    ("vigie_segment_bytes", "Bytes of segments, file-backed when mapped", |s| s.segment_bytes),
    ("vigie_segment_rows", "Rows in segments", |s| s.segment_rows),
    ("vigie_series", "Series, counted once per segment and head", |s| s.series),
    ("vigie_tombstones", "Deletes that are not carried out in every segment yet", |s| s.tombstones),
    ("vigie_stream_batches", "Batches kept for alerting", |s| s.stream_batches),
    ("vigie_stream_bytes", "Bytes kept for alerting", |s| s.stream_bytes),
];

/// Adds the largest measurements.
pub(crate) fn write_measurements(largest: &[MeasurementSeries], out: &mut MetricsText) {
    for MeasurementSeries { measurement, series } in largest {
        out.gauge(
            "vigie_measurement_series",
            "Series of the largest measurements, as of the last minute",
            &[("measurement", measurement.to_string())],
            *series as f64,
        );
    }
}

/// Adds the store's counters.
pub(crate) fn write(stats: &EngineStats, out: &mut MetricsText) {
    for (name, help, value) in COUNTERS {
        out.counter(name, help, &[], value(stats));
    }
    for (name, help, value) in GAUGES {
        out.gauge(name, help, &[], value(stats) as f64);
    }
    out.gauge(
        "vigie_wal_oldest_seconds",
        "Age of the oldest frame of the log",
        &[],
        stats.wal_age.as_secs_f64(),
    );
    let mut total = 0;
    let buckets = SYNC_BUCKETS_US.iter().zip(&stats.sync_histogram).map(|(bound_us, count)| {
        total += count;
        (*bound_us as f64 / 1e6, total)
    });
    let buckets: Vec<(f64, u64)> = buckets.collect();
    out.histogram(
        "vigie_sync_seconds",
        "Time of a log sync",
        &buckets,
        stats.sync_us as f64 / 1e6,
        stats.syncs,
    );
}
