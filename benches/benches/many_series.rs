//! What queries cost while a million series are in memory: those that want a few of them, those that list them, and
//! those that come after deletes.
//!
//! `cargo bench -p benches --bench many_series [-- SERIES]`; with `-- churn` a day in which series come and go. It prints one line for each question: the first answer,
//! which may prepare something, and the median of the following ones.

#![expect(clippy::print_stdout, reason = "its table is what it is for")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use disk::StdFs;
use model::line_protocol::{ParseOptions, parse};
use model::{
    Budget, CancelToken, Deletion, Direction, FieldRequest, FieldType, ManualClock, ScanOrder, ScanRequest,
    SeriesRequest, SystemClock, TagMatch, TagPredicate, TimeRange,
};
use tsdb::{Engine, Options, Snapshot, SyncPolicy};

const DATABASE: &str = "benchmark";
const BUDGET_BYTES: usize = 4 << 30;
const SERIES_PER_HOST: u32 = 100;
const LINES_PER_WRITE: u32 = 10_000;
const REPEATS: usize = 9;
const DELETES: u32 = 300;
const HOUR_NS: i64 = 3_600_000_000_000;
/// Series that live at a time in the day of churn.
const CHURN_LIVE: u32 = 200_000;

fn main() {
    if std::env::args().any(|word| word == "churn") {
        return churn();
    }
    let series = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = Options {
        sync: SyncPolicy::Os,
        generation_wal_bytes: u64::MAX,
        generation_head_bytes: u64::MAX,
        background: false,
        ..Options::new(Arc::new(SystemClock::new()), Budget::new(BUDGET_BYTES))
    };
    let engine = Engine::open(Arc::new(StdFs), folder.path(), options).expect("a new folder opens");
    engine.create_database(DATABASE).expect("a new database");
    let began = Instant::now();
    fill(&engine, series);
    println!("{series} series written in {:.2?}, {} MiB resident", began.elapsed(), resident_mib());
    let before = anonymous_kib();
    ask(&engine, "in a head");
    let more = anonymous_kib().saturating_sub(before);
    println!("{:.1} bytes per series more after these questions", more as f64 * 1024.0 / f64::from(series));
    for number in 0..DELETES {
        let tags = equal("host", &format!("h{:05}", number % (series / SERIES_PER_HOST).max(1)));
        let deletion = Deletion { sources: Vec::new(), tags, time: TimeRange::ALL };
        engine.delete(DATABASE, &deletion).expect("it is taken");
    }
    ask(&engine, "in a head with deletes");
    println!("{} MiB resident", resident_mib());
    engine.freeze().expect("a segment is written");
    ask(&engine, "in a segment");
}

fn fill(engine: &Engine, series: u32) {
    let now_ns = jiff::Timestamp::now().as_nanosecond();
    let mut text = String::new();
    for number in 0..series {
        let (host, region) = (number / SERIES_PER_HOST, number % 7);
        let _ =
            writeln!(text, "req,container=c{number:07},host=h{host:05},region=r{region} v={number} {now_ns}");
        if (number + 1) % LINES_PER_WRITE == 0 || number + 1 == series {
            let points = parse(std::mem::take(&mut text).into_bytes(), &ParseOptions::default()).points;
            engine.append(DATABASE, None, points).expect("it is taken");
        }
    }
}

fn ask(engine: &Engine, place: &str) {
    println!("{place}:");
    let regex = |text: &str| TagMatch::Regex(regex::Regex::new(text).expect("a pattern"));
    let tag = |key: &str, matcher| TagPredicate::Tag { key: key.into(), matcher };
    let both = TagPredicate::And(vec![tag("region", regex("r[12]")), equal("host", "h00777")]);
    let two = TagPredicate::Or(vec![equal("host", "h00778"), equal("host", "h00779")]);
    let scans = [
        ("rows of host = one", equal("host", "h00777")),
        ("rows of container = one", equal("container", "c0077777")),
        ("rows of host =~ one in 1,000", tag("host", regex("^h0077"))),
        ("rows of region =~ and host =", both),
        ("rows of host = or host =", two),
        ("rows of nobody", equal("host", "nobody")),
    ];
    let snapshot = || engine.snapshot(DATABASE, None).expect("the database is there");
    for (name, predicate) in &scans {
        time(name, || rows(&snapshot(), predicate));
    }
    let all = SeriesRequest::all("req", &Budget::new(BUDGET_BYTES));
    let of_host = all.clone().filtered(&equal("host", "h00777"));
    time("values of region", || snapshot().tag_values("region", &all).map(|v| v.len()));
    time("values of host", || snapshot().tag_values("host", &all).map(|v| v.len()));
    time("values of container of a host", || {
        snapshot().tag_values("container", &of_host).map(|values| values.len())
    });
    time("keys", || snapshot().tag_keys(&all).map(|keys| keys.len()));
    time("series, counted", || snapshot().series_count(&all));
}

/// A day in which every hour a twentieth of the series ends and as many begin, with a point of each that lives.
fn churn() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let begin_ns = jiff::Timestamp::now().as_second() / 3600 * HOUR_NS - 48 * HOUR_NS;
    let clock = Arc::new(ManualClock::new(begin_ns));
    let options = Options {
        sync: SyncPolicy::Os,
        background: false,
        merge_bytes_per_second: None,
        ..Options::new(clock.clone(), Budget::new(BUDGET_BYTES))
    };
    let engine = Engine::open(Arc::new(StdFs), folder.path(), options).expect("a new folder opens");
    engine.create_database(DATABASE).expect("a new database");
    for hour in 0..24 {
        clock.advance(Duration::from_secs(3600));
        let first = hour * CHURN_LIVE / 20;
        let mut text = String::new();
        for number in first..first + CHURN_LIVE {
            let (host, ts) = (number % 1000, begin_ns + i64::from(hour) * HOUR_NS);
            let _ = writeln!(text, "req,container=c{number:07},host=h{host:03} v={number} {ts}");
            if (number + 1) % LINES_PER_WRITE == 0 || number + 1 == first + CHURN_LIVE {
                let points = parse(std::mem::take(&mut text).into_bytes(), &ParseOptions::default()).points;
                engine.append(DATABASE, None, points).expect("it is taken");
            }
        }
        engine.freeze().expect("a segment is written");
        (0..8).for_each(|_| engine.maintain_once().expect("upkeep"));
        let stats = engine.stats();
        let known = f64::from(first + CHURN_LIVE);
        println!(
            "hour {hour:2}: {known:7} series so far, {} KiB anonymous, {} segments, {:.1} bytes each of {} rows, {:.1} per series so far",
            anonymous_kib(),
            stats.segments,
            stats.segment_bytes as f64 / stats.segment_rows as f64,
            stats.segment_rows,
            stats.segment_bytes as f64 / known
        );
    }
}

fn anonymous_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn equal(key: &str, value: &str) -> TagPredicate {
    TagPredicate::Tag { key: key.into(), matcher: TagMatch::Equal(value.into()) }
}

fn rows(snapshot: &Snapshot, tags: &TagPredicate) -> tsdb::Result<usize> {
    let mut scan = snapshot.scan(&ScanRequest {
        measurement: "req".into(),
        time: TimeRange::ALL,
        tags: tags.clone(),
        fields: vec![FieldRequest { name: "v".into(), ty: FieldType::Float }],
        group_by: Vec::new(),
        order: ScanOrder::BySeries,
        direction: Direction::Ascending,
        series_rows_max: None,
        cancel: CancelToken::new(),
        budget: Budget::new(BUDGET_BYTES),
    })?;
    let mut rows = 0;
    while let Some(batch) = scan.next_batch()? {
        rows += batch.columns.len();
    }
    Ok(rows)
}

fn time<T: std::fmt::Debug>(name: &str, mut ask: impl FnMut() -> tsdb::Result<T>) {
    let mut timed = || {
        let began = Instant::now();
        let answer = ask().expect("an answer");
        (began.elapsed(), answer)
    };
    let (first, answer) = timed();
    let mut later: Vec<Duration> = (0..REPEATS).map(|_| timed().0).collect();
    later.sort_unstable();
    println!("  {name:<32} {:>10.2?} then {:>10.2?}  ({answer:?})", first, later[REPEATS / 2]);
}

fn resident_mib() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4096 / (1 << 20)
}
