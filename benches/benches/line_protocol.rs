//! How fast a body becomes points: `model::line_protocol::parse` over the four workloads.
//!
//! A body is cloned for each pass, outside the clock, since parsing keeps it.

use benches::Workload;
use criterion::{BatchSize, Criterion, Throughput};
use model::line_protocol::{ParseOptions, parse};
use std::hint::black_box;

/// About 10,000 lines each: the size of batch that loaders send.
const WORKLOADS: [Workload; 4] = [
    Workload::Devops { hosts: 100, steps: 100 },
    Workload::Agent { hosts: 100, steps: 20 },
    Workload::Telegraf { hosts: 100, steps: 20 },
    Workload::Cardinality { series: 10_000, steps: 1 },
];

fn body(workload: &Workload) -> Vec<u8> {
    let (mut lines, mut text) = (workload.lines(), String::new());
    while lines.next_step(&mut text) {}
    text.into_bytes()
}

fn parse_workloads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("line_protocol");
    let options = ParseOptions::default();
    for workload in WORKLOADS {
        let body = body(&workload);
        group.throughput(Throughput::Elements(workload.value_count()));
        group.bench_function(workload.name(), |bencher| {
            bencher.iter_batched(
                || body.clone(),
                |body| parse(black_box(body), &options),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    parse_workloads(&mut criterion);
    criterion.final_summary();
}
