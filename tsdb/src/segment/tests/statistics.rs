//! Statistics equal what decoding gives.

use super::fixture::{Noise, START, STEP, Series, group, integers, key, segment};
use crate::run::Group;
use crate::segment::{SegmentReader, Stretches, WantedField};
use model::{
    Column, FieldSummary, FieldType, FieldValue, Picked, SummaryKinds, TagPredicate, TimeRange, ValueRef,
};
use std::cmp::Ordering;

const SECOND: i64 = STEP / 10;

/// What a bucket comes to.
#[derive(Debug, PartialEq)]
struct Bucket {
    range: TimeRange,
    count: u64,
    numbers: Option<Numbers>,
}

/// The sum, and the others with their instants.
#[derive(Debug, PartialEq)]
struct Numbers {
    sum: FieldValue,
    min: (FieldValue, i64),
    max: (FieldValue, i64),
    first: (FieldValue, i64),
    last: (FieldValue, i64),
}

fn read_one(reader: &SegmentReader, field: &str, ty: FieldType) -> (Vec<Group>, Option<Vec<Bucket>>) {
    let chunk = reader.series("m", &TagPredicate::All).expect("its series")[0].chunk;
    let groups = reader.read(chunk, TimeRange::ALL, &[field]).expect("its rows");
    let is_number = ty != FieldType::String;
    let kinds =
        SummaryKinds { sum: is_number, min: is_number, max: is_number, first: is_number, last: is_number };
    let wanted = WantedField { name: field, ty, kinds };
    let open = reader.open_chunk(chunk).expect("its record");
    let stretches = open.stretches(&[wanted], true, |_| true).expect("its statistics");
    assert!(stretches.len() <= 1, "there is one group");
    (groups, stretches.first().map(buckets))
}

fn buckets(stretches: &Stretches) -> Vec<Bucket> {
    let [field] = &stretches.fields[..] else { panic!("one field was asked for") };
    let filled = (0..stretches.ranges.len()).filter(|index| field.counts[*index] > 0);
    let bucket = |index: usize| Bucket {
        range: stretches.ranges[index],
        count: field.counts[index],
        numbers: numbers(field, index),
    };
    filled.map(bucket).collect()
}

fn numbers(field: &FieldSummary, index: usize) -> Option<Numbers> {
    let at = |picked: &Option<Picked>| {
        let picked = picked.as_ref()?;
        Some((picked.values.get(index).to_owned(), picked.times[index]))
    };
    Some(Numbers {
        sum: field.sums.as_ref()?.get(index).to_owned(),
        min: at(&field.min)?,
        max: at(&field.max)?,
        first: at(&field.first)?,
        last: at(&field.last)?,
    })
}

/// Checks the statistics of the one field of a series against its rows, one value at a time.
fn check(times: Vec<i64>, column: Column) -> Vec<Bucket> {
    let ty = column.field_type();
    let pushed = group(times, vec![("other", integers(0..column.len() as i64)), ("v", column)]);
    let (_fs, reader) = segment(&Series::from([(key("m", &[]), vec![pushed])]));
    let (groups, statistics) = read_one(&reader, "v", ty);
    let statistics = statistics.expect("a field with statistics");
    let (times, column) = (&groups[0].times, &groups[0].fields[0].1);
    let mut rows_seen = 0;
    for bucket in &statistics {
        let rows: Vec<usize> = (0..times.len())
            .filter(|row| bucket.range.contains(times[*row]) && column.is_valid(*row))
            .collect();
        assert_eq!(*bucket, expected(bucket.range, times, column, &rows));
        rows_seen += rows.len();
    }
    assert_eq!(rows_seen, column.valid_count());
    assert!(statistics.is_sorted_by(|a, b| a.range.end <= b.range.start));
    // The first and the last bucket may be cut off by the ends of time.
    if let [_, inner @ .., _] = &statistics[..] {
        let width = inner.first().map_or(1, |bucket| bucket.range.end - bucket.range.start);
        let aligned = |ts: i64| ts % width == 0;
        assert!(inner.iter().all(|bucket| aligned(bucket.range.start) && aligned(bucket.range.end)));
    }
    statistics
}

fn expected(range: TimeRange, times: &[i64], column: &Column, rows: &[usize]) -> Bucket {
    Bucket { range, count: rows.len() as u64, numbers: expected_numbers(times, column, rows) }
}

fn expected_numbers(times: &[i64], column: &Column, rows: &[usize]) -> Option<Numbers> {
    if column.field_type() == FieldType::String {
        return None;
    }
    let value = |row: usize| column.values.get(row);
    let pick = |wanted: Ordering| {
        rows.iter()
            .copied()
            .reduce(|best, row| if order(value(row), value(best)) == wanted { row } else { best })
    };
    let at = |row: usize| (value(row).to_owned(), times[row]);
    Some(Numbers {
        sum: sum(column, rows).to_owned(),
        min: at(pick(Ordering::Less)?),
        max: at(pick(Ordering::Greater)?),
        first: at(rows[0]),
        last: at(rows[rows.len() - 1]),
    })
}

/// How `a` lies to the best so far: a NaN wins nothing, and loses to any number.
fn order(a: ValueRef<'_>, best: ValueRef<'_>) -> Ordering {
    match (a, best) {
        (ValueRef::Float(a), ValueRef::Float(best)) => a.partial_cmp(&best).unwrap_or(Ordering::Equal),
        (ValueRef::Integer(a), ValueRef::Integer(best)) => a.cmp(&best),
        (ValueRef::Unsigned(a), ValueRef::Unsigned(best)) => a.cmp(&best),
        (ValueRef::Boolean(a), ValueRef::Boolean(best)) => a.cmp(&best),
        _ => Ordering::Equal,
    }
}

fn sum(column: &Column, rows: &[usize]) -> ValueRef<'static> {
    let zero = match column.values.get(rows[0]) {
        ValueRef::Float(_) => ValueRef::Float(0.0),
        ValueRef::Integer(_) => ValueRef::Integer(0),
        _ => ValueRef::Unsigned(0),
    };
    let sum = rows.iter().fold(zero, |sum, row| match (sum, column.values.get(*row)) {
        (ValueRef::Float(sum), ValueRef::Float(v)) => ValueRef::Float(sum + v),
        (ValueRef::Integer(sum), ValueRef::Integer(v)) => ValueRef::Integer(sum.wrapping_add(v)),
        (ValueRef::Unsigned(sum), ValueRef::Unsigned(v)) => ValueRef::Unsigned(sum.wrapping_add(v)),
        (ValueRef::Unsigned(sum), ValueRef::Boolean(v)) => ValueRef::Unsigned(sum + u64::from(v)),
        (sum, _) => sum,
    });
    match sum {
        ValueRef::Float(sum) if sum.is_nan() => ValueRef::Float(f64::NAN),
        sum => sum,
    }
}

#[test]
fn every_ten_seconds_makes_buckets_of_an_hour() {
    let times: Vec<i64> = (0..8640).map(|i| START + i * STEP).collect();
    let statistics = check(times, integers((0..8640).map(|i| i % 101)));
    assert_eq!(statistics.len(), 24);
    assert!(statistics.iter().all(|bucket| bucket.count == 360));
}

#[test]
fn statistics_of_every_type_equal_the_decoded_values() {
    for seed in 1..=4 {
        for ty in 0..5 {
            for nulls in [0, 3, 60] {
                let mut noise = Noise(seed);
                let rows = 64 + noise.pick(3000);
                let times = (0..rows as i64).map(|row| START + row * STEP + noise.below(1000).cast_signed());
                let times = times.collect();
                check(times, noise.column(ty, rows, nulls));
            }
        }
    }
}

/// The smallest of numbers that begin with a NaN: the oracle starts from the first number.
#[test]
fn a_nan_is_extreme_only_where_nothing_else_is() {
    let times: Vec<i64> = (0..720).map(|i| START + i * STEP).collect();
    let mut values = vec![f64::NAN; 720];
    (values[5], values[6], values[7]) = (2.0, 1.0, 2.0);
    let column = Column::dense(model::Values::Float(values));
    let (_fs, reader) = segment(&Series::from([(key("m", &[]), vec![group(times, vec![("v", column)])])]));
    let statistics = read_one(&reader, "v", FieldType::Float).1.expect("statistics");
    let numbers: Vec<&Numbers> = statistics.iter().filter_map(|bucket| bucket.numbers.as_ref()).collect();
    let at = |value: f64, row: i64| (FieldValue::Float(value), START + row * STEP);
    assert_eq!(numbers[0].min, at(1.0, 6));
    assert_eq!(numbers[0].max, at(2.0, 5));
    assert_eq!(numbers[0].sum, FieldValue::Float(f64::NAN));
    assert_eq!(numbers[1].min, at(f64::NAN, 360));
}

#[test]
fn gaps_negative_times_and_wrapping_sums_are_told_right() {
    let times = (0..300).map(|i| i * STEP - 7 * STEP + if i > 150 { 9_000 * STEP } else { 0 });
    check(times.collect(), integers((0..300).map(|i| i64::MAX - i)));
}

#[test]
fn a_small_group_has_no_statistics() {
    let times: Vec<i64> = (0..63).map(|i| START + i * STEP).collect();
    let series = Series::from([(key("m", &[]), vec![group(times, vec![("v", integers(0..63))])])]);
    let (_fs, reader) = segment(&series);
    assert_eq!(read_one(&reader, "v", FieldType::Integer).1, None);
    assert_eq!(read_one(&reader, "w", FieldType::Integer).1, None);
}

#[test]
fn times_at_the_ends_of_the_range_have_buckets_or_none() {
    for start in [model::MIN_TIME, model::MAX_TIME - 3000 * SECOND] {
        check((0..3000).map(|i| start + i * SECOND).collect(), integers(0..3000));
        check((0..3000).map(|i| start + i).collect(), integers(0..3000));
    }
    let far: Vec<i64> =
        (0..50).map(|i| model::MIN_TIME + i).chain((0..50).map(|i| model::MAX_TIME - 60 + i)).collect();
    let series = Series::from([(key("m", &[]), vec![group(far.clone(), vec![("v", integers(0..100))])])]);
    let (_fs, reader) = segment(&series);
    let (groups, statistics) = read_one(&reader, "v", FieldType::Integer);
    assert_eq!(groups[0].times, far);
    assert_eq!(statistics, None);
}
