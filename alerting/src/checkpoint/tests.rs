//! The state through its bytes.

use super::{BODY_AT, decode, encode, load, save};
use crate::evaluator::Evaluator;
use crate::event::Event;
use crate::outbox::{Letter, Outbox, OutboxState};
use crate::{Aggregate, Rule, RuleSpec, Window};
use disk::{Fs, SimFs};
use model::line_protocol::{ParseOptions, parse};
use model::{Budget, Lsn, StreamBatch};
use parking_lot::Mutex;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn rules(group_by: &[&str]) -> Vec<Rule> {
    let spec = RuleSpec {
        group_by: group_by.iter().map(|tag| (*tag).to_owned()).collect(),
        levels: [Some("> 1".to_owned()), None, Some("> 8".to_owned())],
        ..RuleSpec::new("plain", "m", "v")
    };
    let window = Some(Window { length: Duration::from_nanos(10), aggregate: Aggregate::Mean });
    let windowed = RuleSpec { name: "windowed".to_owned(), window, ..spec.clone() };
    let held = RuleSpec { name: "held".to_owned(), hold: Duration::from_nanos(100), ..spec.clone() };
    [spec, windowed, held].map(|spec| Rule::compile(spec).unwrap()).into()
}

fn fed(group_by: &[&str]) -> (Evaluator, Vec<Event>) {
    let mut evaluator = Evaluator::new(rules(group_by), &Budget::new(1 << 30));
    let lines = "m,host=a v=5 1\nm,host=b v=9 1\nm,host=a v=7 2\nm,host=c v=0 3\nm,host=a v=2 12\n";
    let points = Arc::new(parse(lines.as_bytes().to_vec(), &ParseOptions::default()).points);
    let batch = StreamBatch { lsn: Lsn(4), db: "telegraf".into(), rp: "autogen".into(), points };
    let events = evaluator.apply(&batch);
    (evaluator, events)
}

fn outbox_state(events: Vec<Event>) -> OutboxState {
    let letters = (7..).zip(events);
    let letter = |(entry, event)| Letter { entry, lsn: 4, at: 3, to: vec!["slack".to_owned()], event };
    OutboxState { journal: 3, next_entry: 20, letters: letters.map(letter).collect() }
}

#[test]
fn what_is_written_is_read_back() {
    let (evaluator, events) = fed(&["host"]);
    let state = outbox_state(events);
    let bytes = encode(evaluator.lsn, &evaluator.graphs, &state);
    let mut again = Evaluator::new(rules(&["host"]), &Budget::new(1 << 30));
    let (lsn, outbox) = decode(&bytes).unwrap().restore(&mut again.graphs);
    assert_eq!((lsn, &outbox), (Lsn(4), &state));
    assert_eq!(again.active(10), evaluator.active(10));
    assert_eq!(encode(lsn, &again.graphs, &outbox), bytes, "windows and what is on its way included");
}

#[test]
fn a_rule_that_groups_otherwise_starts_anew() {
    let (evaluator, _) = fed(&["host"]);
    let bytes = encode(evaluator.lsn, &evaluator.graphs, &OutboxState::default());
    let mut other = Evaluator::new(rules(&["*"]), &Budget::new(1 << 30));
    decode(&bytes).unwrap().restore(&mut other.graphs);
    assert!(other.active(10).is_empty());
}

#[test]
fn damage_anywhere_is_noticed() {
    let (evaluator, events) = fed(&["host"]);
    let bytes = encode(evaluator.lsn, &evaluator.graphs, &outbox_state(events));
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(decode(&damaged).is_none(), "byte {at}");
        assert!(decode(&bytes[..at]).is_none(), "cut at {at}");
    }
}

#[test]
fn bytes_that_lie_under_a_right_checksum_are_refused_and_never_panic() {
    let seed = 0x5eed_u64;
    println!("seed {seed}");
    let (evaluator, events) = fed(&["host"]);
    let bytes = encode(evaluator.lsn, &evaluator.graphs, &outbox_state(events));
    let mut random = seed;
    for _ in 0..3_000 {
        let mut damaged = bytes.clone();
        for _ in 0..3 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let body = (damaged.len() - BODY_AT) as u64;
            let at = BODY_AT + usize::try_from((random >> 33) % body).unwrap();
            damaged[at] = random.to_be_bytes()[0];
        }
        let crc = disk::crc32(&damaged[BODY_AT..]).to_le_bytes();
        damaged[BODY_AT - 4..BODY_AT].copy_from_slice(&crc);
        let mut again = Evaluator::new(rules(&["host"]), &Budget::new(1 << 30));
        if let Some(saved) = decode(&damaged) {
            saved.restore(&mut again.graphs);
        }
    }
}

#[test]
fn a_damaged_file_is_set_aside() {
    let sim = SimFs::new(1);
    let directory = Path::new("alerting");
    sim.create_dir_all(directory).unwrap();
    let fs: Arc<dyn Fs> = Arc::new(sim.clone());
    let (outbox, _) = Outbox::open(Arc::clone(&fs), directory.to_owned(), OutboxState::default());
    assert!(load(&sim, directory).is_none());
    save(&sim, directory, &Mutex::new(fed(&["host"]).0), &outbox).unwrap();
    assert!(load(&sim, directory).is_some());
    sim.flip_bit(&super::path(directory), 40, 1).unwrap();
    assert!(load(&sim, directory).is_none());
    assert!(sim.exists(&directory.join("alerts.state.damaged")).unwrap());
    assert!(!sim.exists(&super::path(directory)).unwrap());
}
