//! A store in which more segments overlap than queries can bear: writers wait until merges have caught up.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use disk::StdFs;
use model::line_protocol::{ParseOptions, parse};
use model::{Budget, SystemClock};
use tsdb::limits::SHARD_CROWD_MAX;
use tsdb::{Engine, Options};

use crate::vigie::Home;
use crate::wait::{self, PATIENCE};

/// Series in each of the segments that are merged first, so that merging them takes a while.
const SERIES: usize = 4_000;

const LARGE_SEGMENTS: usize = 16;

/// Leaves a store whose one shard has more segments than may be, none of them merged. Gives the number of its points.
fn leave_crowd(dir: &Path) -> usize {
    let budget = Budget::new(512 << 20);
    let options = Options { background: false, ..Options::new(Arc::new(SystemClock::new()), budget) };
    let engine = Engine::open(Arc::new(StdFs), dir, options).unwrap();
    engine.create_database("d").unwrap();
    let mut points = 0;
    for segment in 0..SHARD_CROWD_MAX + 8 {
        let mut lines = String::new();
        for series in 0..if segment < LARGE_SEGMENTS { SERIES } else { 1 } {
            writeln!(lines, "m,segment={segment},series={series} v=1 {segment}").unwrap();
            points += 1;
        }
        let parsed = parse(lines.into_bytes(), &ParseOptions::default());
        engine.append("d", None, parsed.points).unwrap().ticket.wait().unwrap();
        engine.freeze().unwrap();
    }
    assert_eq!(engine.stats().segments, SHARD_CROWD_MAX as u64 + 8);
    engine.stop().unwrap();
    points
}

#[test]
fn writes_to_a_crowded_shard_are_refused_for_a_while_and_taken_again_by_themselves() {
    let home = Home::new();
    let mut points = leave_crowd(&home.data_dir());
    let vigie = home.start("server");
    let started = Instant::now();
    // Before the first look at what is due, writes are taken.
    let refused = loop {
        let answer = vigie.write("d", &format!("m,late=yes v=1 {points}"));
        if answer.status == 503 {
            break answer;
        }
        assert_eq!(answer.status, 204, "{answer:?}");
        assert!(started.elapsed() < PATIENCE, "no write was refused");
        points += 1;
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    assert!(refused.body.contains("merging of segments is busy; try again later"), "{refused:?}");
    let rows = vigie.rows("d", "SELECT count(v) FROM m");
    assert!(rows[0][1].as_u64().is_some_and(|count| count >= points as u64 - 1), "queries go on: {rows:?}");
    wait::until("the next write", || {
        (vigie.write("d", &format!("m,late=yes v=1 {points}")).status == 204).then_some(())
    });
    let rows = vigie.rows("d", "SELECT count(v) FROM m");
    assert_eq!(rows[0][1], points + 1, "{rows:?}");
    vigie.stop();
}
