//! Statistics equal what decoding gives.

use super::fixture::{Noise, START, STEP, Series, group, integers, key, segment};
use crate::run::Group;
use crate::segment::{BucketStatistics, Numbers, SegmentReader};
use model::{Column, TagPredicate, TimeRange, ValueRef};
use std::cmp::Ordering;

const SECOND: i64 = STEP / 10;

fn read_one(reader: &SegmentReader, field: &str) -> (Vec<Group>, Option<Vec<BucketStatistics>>) {
    let chunk = reader.series("m", &TagPredicate::All).expect("its series")[0].chunk;
    let groups = reader.read(chunk, TimeRange::ALL, &[field]).expect("its rows");
    (groups, reader.statistics(chunk, field).expect("its statistics"))
}

/// Checks the statistics of the one field of a series against its rows, one value at a time.
fn check(times: Vec<i64>, column: Column) -> Vec<BucketStatistics> {
    let pushed = group(times, vec![("other", integers(0..column.len() as i64)), ("v", column)]);
    let (_fs, reader) = segment(&Series::from([(key("m", &[]), vec![pushed])]));
    let (groups, statistics) = read_one(&reader, "v");
    let statistics = statistics.expect("a field with statistics");
    let (times, column) = (&groups[0].times, &groups[0].fields[0].1);
    let mut rows_seen = 0;
    for bucket in &statistics {
        let rows: Vec<usize> = (0..times.len())
            .filter(|row| bucket.range.contains(times[*row]) && column.is_valid(*row))
            .collect();
        assert_eq!(*bucket, expected(bucket.range, column, &rows));
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

fn expected(range: TimeRange, column: &Column, rows: &[usize]) -> BucketStatistics {
    let small = |row: usize| u32::try_from(row).expect("a row");
    BucketStatistics {
        range,
        count: small(rows.len()),
        first_row: small(rows[0]),
        last_row: small(rows[rows.len() - 1]),
        numbers: expected_numbers(column, rows),
    }
}

fn expected_numbers(column: &Column, rows: &[usize]) -> Option<Numbers> {
    let value = |row: usize| fixed(column.values.get(row));
    value(rows[0])?;
    let pick = |wanted: Ordering| {
        rows.iter()
            .copied()
            .reduce(|best, row| if order(value(row), value(best)) == wanted { row } else { best })
    };
    let (min, max) = (pick(Ordering::Less)?, pick(Ordering::Greater)?);
    Some(Numbers {
        sum: sum(column, rows),
        min: value(min)?,
        max: value(max)?,
        first: value(rows[0])?,
        last: value(rows[rows.len() - 1])?,
        min_row: u32::try_from(min).ok()?,
        max_row: u32::try_from(max).ok()?,
    })
}

/// The value as one that borrows nothing; strings have no numbers.
fn fixed(value: ValueRef<'_>) -> Option<ValueRef<'static>> {
    Some(match value {
        ValueRef::Float(v) => ValueRef::Float(v),
        ValueRef::Integer(v) => ValueRef::Integer(v),
        ValueRef::Unsigned(v) => ValueRef::Unsigned(v),
        ValueRef::Boolean(v) => ValueRef::Boolean(v),
        ValueRef::String(_) => return None,
    })
}

/// How `a` lies to the best so far: a NaN wins nothing, and loses to any number.
fn order(a: Option<ValueRef<'_>>, best: Option<ValueRef<'_>>) -> Ordering {
    match (a, best) {
        (Some(ValueRef::Float(a)), Some(ValueRef::Float(best))) => {
            a.partial_cmp(&best).unwrap_or(Ordering::Equal)
        }
        (Some(ValueRef::Integer(a)), Some(ValueRef::Integer(best))) => a.cmp(&best),
        (Some(ValueRef::Unsigned(a)), Some(ValueRef::Unsigned(best))) => a.cmp(&best),
        (Some(ValueRef::Boolean(a)), Some(ValueRef::Boolean(best))) => a.cmp(&best),
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
    let statistics = read_one(&reader, "v").1.expect("statistics");
    let numbers: Vec<Numbers> = statistics.iter().filter_map(|bucket| bucket.numbers).collect();
    assert_eq!((numbers[0].min, numbers[0].min_row), (ValueRef::Float(1.0), 6));
    assert_eq!((numbers[0].max, numbers[0].max_row), (ValueRef::Float(2.0), 5));
    assert_eq!(numbers[0].sum, ValueRef::Float(f64::NAN));
    assert_eq!((numbers[1].min, numbers[1].min_row), (ValueRef::Float(f64::NAN), 360));
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
    assert_eq!(read_one(&reader, "v").1, None);
    assert_eq!(read_one(&reader, "w").1, None);
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
    let (groups, statistics) = read_one(&reader, "v");
    assert_eq!(groups[0].times, far);
    assert_eq!(statistics, None);
}
