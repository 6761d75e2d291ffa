//! Batches of points, filled by hand.

use super::*;
use crate::{FieldValue, Tags};

fn series(host: &str) -> SeriesKey {
    SeriesKey::new("cpu", &Tags::new([("host", host)]))
}

fn fields(values: &[(&'static str, FieldValue)]) -> Vec<(String, FieldValue)> {
    values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn push(batch: &mut PointBatch, host: &str, ts: i64, values: &[(&'static str, FieldValue)]) {
    let refs = values.iter().map(|(name, value)| FieldRef { name, value: value.as_ref() });
    batch.push(&series(host), ts, refs);
}

fn owned(point: PointRef<'_>) -> Vec<(String, FieldValue)> {
    point.fields().map(|field| (field.name.to_owned(), field.value.to_owned())).collect()
}

#[test]
fn points_come_back_as_they_were_pushed() {
    let values = [
        ("f", FieldValue::Float(1.5)),
        ("i", FieldValue::Integer(-1)),
        ("u", FieldValue::Unsigned(u64::MAX)),
        ("b", FieldValue::Boolean(true)),
        ("s", FieldValue::String("text".into())),
    ];
    let mut batch = PointBatch::new();
    push(&mut batch, "a", 1, &values);
    push(&mut batch, "b", 2, &values[1..3]);
    assert_eq!((batch.len(), batch.value_count()), (2, 7));
    assert_eq!(owned(batch.get(0)), fields(&values));
    assert_eq!(owned(batch.get(1)), fields(&values[1..3]));
    assert_eq!((batch.get(1).series_key(), batch.get(1).ts()), (series("b"), 2));
    assert!(batch.bytes() >= 7 * 16);
}

#[test]
fn a_point_without_fields_leaves_nothing() {
    let mut batch = PointBatch::new();
    push(&mut batch, "a", 1, &[]);
    assert!(batch.is_empty());
    assert_eq!(batch.text, "");
}

#[test]
fn a_point_moves_from_batch_to_batch() {
    let mut first = PointBatch::new();
    push(&mut first, "a", 1, &[("s", FieldValue::String("x".into())), ("v", FieldValue::Float(-0.0))]);
    let mut second = PointBatch::new();
    push(&mut second, "b", 0, &[("v", FieldValue::Integer(1))]);
    second.push_point(first.get(0));
    assert_eq!(owned(second.get(1)), owned(first.get(0)));
    assert_eq!((second.get(1).series_text(), second.get(1).ts()), ("cpu,host=a", 1));
}

#[test]
fn points_can_be_taken_out() {
    let mut batch = PointBatch::new();
    (0..5).for_each(|ts| push(&mut batch, "a", ts, &[("v", FieldValue::Integer(ts))]));
    batch.retain(|index| index % 2 == 0);
    assert_eq!(batch.iter().map(|point| point.ts()).collect::<Vec<_>>(), [0, 2, 4]);
    assert_eq!(owned(batch.get(1)), fields(&[("v", FieldValue::Integer(2))]));
}
