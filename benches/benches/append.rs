//! What a write costs the engine: `Engine::append` of parsed batches, and the wait for the disk.
//!
//! The points of each pass are later ones of a fleet that goes on reporting, parsed outside the clock;
//! passes that wrote the same points again would measure a head that real fleets do not make. Freezing
//! and merging go on in their thread meanwhile, on a real folder.

use benches::{Lines, Workload};
use criterion::{BatchSize, Criterion, Throughput};
use disk::StdFs;
use model::line_protocol::{ParseOptions, parse};
use model::{Budget, PointBatch, SystemClock};
use std::hint::black_box;
use std::sync::Arc;
use tsdb::{Engine, Options, SyncPolicy};

const DATABASE: &str = "benchmark";
/// What the budget of a small server would be.
const BUDGET_BYTES: usize = 512 << 20;
/// About 1,000 lines each: the size of batch that agents send.
const STEPS_PER_BATCH: u32 = 10;
const WORKLOADS: [Workload; 3] = [
    Workload::Devops { hosts: 100, steps: u32::MAX },
    Workload::Agent { hosts: 20, steps: u32::MAX },
    Workload::Cardinality { series: 100, steps: u32::MAX },
];

fn next_batch(lines: &mut Lines) -> PointBatch {
    let mut text = String::new();
    for _ in 0..STEPS_PER_BATCH {
        lines.next_step(&mut text);
    }
    parse(text.into_bytes(), &ParseOptions::default()).points
}

fn open(folder: &std::path::Path, sync: SyncPolicy) -> Arc<Engine> {
    let options = Options { sync, ..Options::new(Arc::new(SystemClock::new()), Budget::new(BUDGET_BYTES)) };
    let engine = Engine::open(Arc::new(StdFs), folder, options).expect("a new folder opens");
    engine.create_database(DATABASE).expect("a new database");
    engine
}

fn append(criterion: &mut Criterion, group_name: &str, sync: SyncPolicy) {
    let mut group = criterion.benchmark_group(group_name);
    for workload in WORKLOADS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (engine, mut lines) = (open(folder.path(), sync), workload.lines());
        let values = workload.value_count() / u64::from(u32::MAX) * u64::from(STEPS_PER_BATCH);
        group.throughput(Throughput::Elements(values));
        group.bench_function(workload.name(), |bencher| {
            bencher.iter_batched(
                || next_batch(&mut lines),
                |points| {
                    let written = engine.append(DATABASE, None, black_box(points)).expect("it is taken");
                    written.ticket.wait().expect("the disk takes it");
                },
                BatchSize::PerIteration,
            );
        });
        engine.stop().expect("a clean stop");
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    append(&mut criterion, "append", SyncPolicy::Os);
    append(&mut criterion, "append and fsync", SyncPolicy::Always);
    criterion.final_summary();
}
