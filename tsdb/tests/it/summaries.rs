//! What statistics tell is what the rows say: every value, every bit, every instant that matters.

use std::collections::BTreeMap;

use model::{
    Budget, Deletion, FieldRequest, FieldSummary, FieldType, Picked, SeriesKey, SummaryBatch, SummaryKinds,
    SummaryPart, SummaryRequest, TimeRange, ValueRef,
};
use tsdb::{Engine, Snapshot};

use crate::deletes::{of, tag};
use crate::harness::{Dice, Machine, NOW_NS, request, write};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;

/// What the values of a field come to in one window.
#[derive(Debug, Clone, PartialEq)]
struct Outcome {
    count: u64,
    sum: Sum,
    /// Value bits and time.
    min: (u64, i64),
    max: (u64, i64),
    first: (u64, i64),
    last: (u64, i64),
}

/// A sum: of floats, or of integers, which wrap. The floats here add up exactly, in any order.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sum {
    Float(f64),
    Wrapping(u64),
}

impl Sum {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Float(value) => Self::Float(value),
            value => Self::Wrapping(bits(value)),
        }
    }

    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => Self::Float(a + b),
            (Self::Wrapping(a), Self::Wrapping(b)) => Self::Wrapping(a.wrapping_add(b)),
            _ => unreachable!("one field has one type"),
        }
    }
}

/// By series, field and window.
type Outcomes = BTreeMap<(String, String, i64), Outcome>;

fn bits(value: ValueRef<'_>) -> u64 {
    match value {
        ValueRef::Float(value) => value.to_bits(),
        ValueRef::Integer(value) => value.cast_unsigned(),
        ValueRef::Unsigned(value) => value,
        ValueRef::Boolean(value) => u64::from(value),
        ValueRef::String(_) => unreachable!("no strings here"),
    }
}

fn number(value: ValueRef<'_>) -> f64 {
    match value {
        ValueRef::Float(value) => value,
        ValueRef::Integer(value) => value as f64,
        ValueRef::Unsigned(value) => value as f64,
        ValueRef::Boolean(value) => f64::from(u8::from(value)),
        ValueRef::String(_) => unreachable!("no strings here"),
    }
}

/// Whether `a` is smaller; NaN never comes in through lines.
fn is_less(a: ValueRef<'_>, b: ValueRef<'_>) -> bool {
    match (a, b) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a < b,
        (ValueRef::Unsigned(a), ValueRef::Unsigned(b)) => a < b,
        (a, b) => number(a) < number(b),
    }
}

#[derive(Default)]
struct Sums {
    outcomes: BTreeMap<(String, String, i64), Kept>,
}

/// An outcome on its way.
struct Kept {
    count: u64,
    sum: Sum,
    min: (model::FieldValue, i64),
    max: (model::FieldValue, i64),
    first: (model::FieldValue, i64),
    last: (model::FieldValue, i64),
}

impl Sums {
    /// Takes in what some values come to: of equal ones the earlier counts.
    fn add(&mut self, key: (String, String, i64), more: Kept) {
        let Some(kept) = self.outcomes.get_mut(&key) else {
            self.outcomes.insert(key, more);
            return;
        };
        kept.count += more.count;
        kept.sum = kept.sum.plus(more.sum);
        let less = |a: &model::FieldValue, b: &model::FieldValue| is_less(a.as_ref(), b.as_ref());
        if less(&more.min.0, &kept.min.0) || !less(&kept.min.0, &more.min.0) && more.min.1 < kept.min.1 {
            kept.min = more.min;
        }
        if less(&kept.max.0, &more.max.0) || !less(&more.max.0, &kept.max.0) && more.max.1 < kept.max.1 {
            kept.max = more.max;
        }
        if more.first.1 < kept.first.1 {
            kept.first = more.first;
        }
        if more.last.1 > kept.last.1 {
            kept.last = more.last;
        }
    }

    fn finish(self) -> Outcomes {
        let plain = |(value, ts): (model::FieldValue, i64)| (bits(value.as_ref()), ts);
        let outcome = |kept: Kept| Outcome {
            count: kept.count,
            sum: kept.sum,
            min: plain(kept.min),
            max: plain(kept.max),
            first: plain(kept.first),
            last: plain(kept.last),
        };
        self.outcomes.into_iter().map(|(key, kept)| (key, outcome(kept))).collect()
    }
}

fn window_of(request: &SummaryRequest, ts: i64) -> i64 {
    if request.interval == 0 { 0 } else { (ts - request.offset).div_euclid(request.interval) }
}

fn add_rows(sums: &mut Sums, request: &SummaryRequest, batch: &model::ScanBatch) {
    for (row, ts) in batch.columns.times.iter().enumerate() {
        let key = SeriesKey::new(&request.scan.measurement, batch.series.tags(row)).as_str().to_owned();
        for (field, column) in request.scan.fields.iter().zip(&batch.columns.columns) {
            let Some(value) = column.get(row) else { continue };
            let at = || (value.to_owned(), *ts);
            let kept = Kept { count: 1, sum: Sum::of(value), min: at(), max: at(), first: at(), last: at() };
            sums.add((key.clone(), field.name.to_string(), window_of(request, *ts)), kept);
        }
    }
}

fn add_told(sums: &mut Sums, request: &SummaryRequest, told: &SummaryBatch) {
    let key = SeriesKey::new(&request.scan.measurement, &told.tags).as_str().to_owned();
    for (field, summary) in request.scan.fields.iter().zip(&told.fields) {
        for (index, stretch) in told.stretches.iter().enumerate() {
            assert_eq!(window_of(request, stretch.start), window_of(request, stretch.end - 1));
            assert!(request.scan.time.intersect(stretch) == *stretch, "{stretch:?} is outside");
            if summary.counts[index] > 0 {
                let window = window_of(request, stretch.start);
                sums.add((key.clone(), field.name.to_string(), window), kept(summary, index));
            }
        }
    }
}

fn kept(summary: &FieldSummary, index: usize) -> Kept {
    let at = |picked: &Option<Picked>| {
        let picked = picked.as_ref().expect("it was asked for");
        (picked.values.get(index).to_owned(), picked.times[index])
    };
    let sum = Sum::of(summary.sums.as_ref().expect("it was asked for").get(index));
    Kept {
        count: summary.counts[index],
        sum,
        min: at(&summary.min),
        max: at(&summary.max),
        first: at(&summary.first),
        last: at(&summary.last),
    }
}

/// The outcomes by rows alone, those by statistics where they can tell, and how many values these told.
fn both(snapshot: &Snapshot, request: &SummaryRequest) -> (Outcomes, Outcomes, u64) {
    let mut plain = Sums::default();
    let mut scan = snapshot.scan(&request.scan).unwrap();
    while let Some(batch) = scan.next_batch().unwrap() {
        add_rows(&mut plain, request, &batch);
    }
    let (mut fast, mut values_told) = (Sums::default(), 0);
    let mut summaries = snapshot.summarise(request).unwrap();
    while let Some(part) = summaries.next_part().unwrap() {
        match part {
            SummaryPart::Rows(batch) => add_rows(&mut fast, request, &batch),
            SummaryPart::Summaries(told) => {
                values_told += told.fields.iter().flat_map(|field| &field.counts).sum::<u64>();
                add_told(&mut fast, request, &told);
            }
        }
    }
    (plain.finish(), fast.finish(), values_told)
}

fn assert_same(plain: &Outcomes, fast: &Outcomes, what: &str) {
    for (key, outcome) in plain {
        assert_eq!(fast.get(key), Some(outcome), "{what}: {key:?}");
    }
    assert_eq!(plain.len(), fast.len(), "{what}");
}

const FIELDS: [(&str, FieldType); 4] = [
    ("f", FieldType::Float),
    ("i", FieldType::Integer),
    ("u", FieldType::Unsigned),
    ("b", FieldType::Boolean),
];

/// A point every `step` from minute `from` to minute `to`, with values that tie, zeros of both signs, and holes.
fn lines(dice: &mut Dice, host: &str, from: i64, to: i64, step: i64) -> String {
    let mut lines = String::new();
    let mut ts = NOW_NS + from * MINUTE;
    while ts < NOW_NS + to * MINUTE {
        let float = ["0", "-0", "1.5", "-2.25", "7", "1e10"][usize::try_from(dice.below(6)).unwrap()];
        let mut fields = vec![
            format!("f={float}"),
            format!("i={}i", dice.below(9)),
            format!("u={}u", u64::MAX - dice.below(3)),
        ];
        if dice.below(3) > 0 {
            fields.push(format!("b={}", dice.below(2) == 0));
        }
        lines.push_str(&format!("m,host={host} {} {ts}\n", fields.join(",")));
        ts += step;
    }
    lines
}

fn summary_request(snapshot: &Snapshot, fields: &[(&str, FieldType)]) -> SummaryRequest {
    let all = SummaryKinds { sum: true, min: true, max: true, first: true, last: true };
    let fields: Vec<FieldRequest> =
        fields.iter().map(|(name, ty)| FieldRequest { name: (*name).into(), ty: *ty }).collect();
    let kinds = vec![all; fields.len()];
    let scan = model::ScanRequest { fields, ..request(snapshot, "m") };
    SummaryRequest { scan, kinds, interval: 0, offset: 0, times: true }
}

/// Every shape of window and range, over what the engine holds now. Says how many values statistics told at most.
fn compare(engine: &Engine, what: &str) -> u64 {
    let snapshot = engine.snapshot("db", None).unwrap();
    let mut told_most = 0;
    for (interval, offset) in
        [(0, 0), (60 * MINUTE, 0), (60 * MINUTE, 7 * MINUTE), (5 * MINUTE, 0), (SECOND, 0)]
    {
        for (from, to) in [(i64::MIN, i64::MAX), (3, 500), (17, 18), (299, 301)] {
            for fields in [&FIELDS[..], &FIELDS[..1], &FIELDS[3..]] {
                let mut request = summary_request(&snapshot, fields);
                (request.interval, request.offset) = (interval, offset);
                if from != i64::MIN {
                    let time = TimeRange::new(NOW_NS + from * MINUTE + 5, NOW_NS + to * MINUTE);
                    request.scan.time = time;
                }
                let (plain, fast, told) = both(&snapshot, &request);
                assert_same(&plain, &fast, &format!("{what}: {interval} {offset} {from}..{to} {fields:?}"));
                told_most = told_most.max(told);
            }
        }
    }
    told_most
}

#[test]
fn statistics_tell_what_the_rows_say() {
    let machine = Machine::new(11);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut dice = Dice::new(11);
    write(&engine, "db", None, &lines(&mut dice, "a", 0, 600, 10 * SECOND));
    write(&engine, "db", None, &lines(&mut dice, "b", 5, 400, 7 * SECOND + 13));
    assert_eq!(compare(&engine, "in the head"), 0, "a head has no statistics");
    engine.freeze().unwrap();
    let told = compare(&engine, "one segment");
    assert!(told > 20_000, "{told} values were told");
    // Later values for some instants, in a second segment, then in the head.
    write(&engine, "db", None, &lines(&mut dice, "a", 100, 160, 20 * SECOND));
    engine.freeze().unwrap();
    let overlapped = compare(&engine, "two segments");
    assert!(overlapped > 0 && overlapped < told, "{overlapped} of {told} values were told");
    write(&engine, "db", None, &lines(&mut dice, "b", 300, 301, SECOND));
    compare(&engine, "and a head");
    // Other fields of one series in lines of their own, at the same instants and at others.
    let apart = lines(&mut dice, "c", 0, 300, 10 * SECOND).replace(",i=", &format!(" {NOW_NS}\nm,host=c i="));
    write(&engine, "db", None, &apart);
    engine.freeze().unwrap();
    compare(&engine, "fields apart");
    write(&engine, "db", None, &lines(&mut dice, "c", 290, 310, 9 * SECOND));
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    let merged = compare(&engine, "merged");
    assert!(merged > overlapped, "{merged} after the merge, {overlapped} before");
}

#[test]
fn statistics_do_not_tell_what_was_deleted() {
    let engine = Machine::new(13).open();
    engine.create_database("db").unwrap();
    let mut dice = Dice::new(13);
    write(&engine, "db", None, &lines(&mut dice, "a", 0, 300, 10 * SECOND));
    write(&engine, "db", None, &lines(&mut dice, "b", 0, 300, 10 * SECOND));
    engine.freeze().unwrap();
    let told = compare(&engine, "before");
    let time = TimeRange::new(NOW_NS + 100 * MINUTE + 1, NOW_NS + 170 * MINUTE);
    engine.delete("db", &Deletion { tags: tag("host", "a"), time, ..of("m") }).unwrap();
    let left = compare(&engine, "after");
    assert!(left > told / 2 && left < told, "{left} of {told} values were told");
    write(&engine, "db", None, &lines(&mut dice, "a", 120, 140, 10 * SECOND));
    compare(&engine, "written again");
    engine.freeze().unwrap();
    compare(&engine, "in a second segment");
}

#[test]
fn a_field_of_another_type_in_one_shard_is_told_by_rows() {
    let machine = Machine::new(12);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut dice = Dice::new(12);
    write(&engine, "db", None, &lines(&mut dice, "a", 0, 100, 10 * SECOND));
    let two_weeks_ago = NOW_NS - 14 * 24 * 60 * MINUTE;
    let integers: String = (0..600)
        .map(|row| format!("m,host=a f={}i {}\n", dice.below(100), two_weeks_ago + row * 10 * SECOND))
        .collect();
    write(&engine, "db", None, &integers);
    engine.freeze().unwrap();
    let snapshot = engine.snapshot("db", None).unwrap();
    for ty in [FieldType::Float, FieldType::Integer] {
        let request = summary_request(&snapshot, &[("f", ty)]);
        let (plain, fast, told) = both(&snapshot, &request);
        assert!(told > 0, "the other shard's statistics tell");
        assert_same(&plain, &fast, "two types");
    }
}

/// A slice is a group of its own: buckets that lie within one are told, those over a cut are read.
#[test]
fn statistics_of_a_series_that_was_merged_in_slices_tell_what_the_rows_say() {
    let machine = Machine { budget: Budget::new(4 << 20), ..Machine::new(14) };
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut dice = Dice::new(14);
    for round in 0..4 {
        write(&engine, "db", None, &lines(&mut dice, "a", round, 400, 13 * SECOND));
        // The fields of this one are apart, at times between each other.
        let line = |row: i64| {
            let fields = if row % 2 == 0 { "f=1.5".into() } else { format!("i={row}i,u={row}u,b=true") };
            format!("m,host=b {fields} {}\n", NOW_NS + row * 12 * SECOND + round * SECOND)
        };
        write(&engine, "db", None, &(0..2000).map(line).collect::<String>());
        engine.freeze().unwrap();
    }
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().segments, engine.stats().merges), (1, 1));
    let told = compare(&engine, "merged in slices");
    assert!(told > 10_000, "{told} values were told");
    let time = TimeRange::new(NOW_NS + 100 * MINUTE + 1, NOW_NS + 170 * MINUTE);
    engine.delete("db", &Deletion { tags: tag("host", "a"), time, ..of("m") }).unwrap();
    write(&engine, "db", None, &lines(&mut dice, "b", 200, 210, SECOND));
    let left = compare(&engine, "deleted from and written to");
    assert!(left > told / 3 && left < told, "{left} of {told} values were told");
}
