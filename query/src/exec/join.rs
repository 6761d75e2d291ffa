//! The points of several calls as rows: one row per instant that some call has a point at.

use super::columns::{filler, from_values};
use crate::ast::Fill;
use crate::functions::{Number, Point};
use crate::statement::Select;
use model::{Column, FieldType, FieldValue};
use std::iter::Peekable;
use std::vec::IntoIter;

/// Rows out of the points of all calls.
pub(crate) struct Joined {
    /// The instant of each row.
    pub(crate) times: Vec<i64>,
    /// The result of each call.
    pub(crate) calls: Vec<Column>,
    /// The inputs that a selector carries along; all others are null.
    pub(crate) inputs: Vec<Column>,
}

/// What a row shows where a call has no value.
#[derive(Clone, Copy)]
enum Missing {
    Null,
    Number(f64),
    /// What the row before showed.
    Held,
}

fn missing(fill: Fill) -> Missing {
    match fill {
        Fill::Integer(number) => Missing::Number(number.to_float()),
        Fill::Float(number) => Missing::Number(number),
        Fill::Previous => Missing::Held,
        Fill::Null | Fill::None | Fill::Linear => Missing::Null,
    }
}

/// Joins the points of a group. `points` has one entry per call; each is in the order of the SELECT.
pub(crate) fn join(select: &Select, points: Vec<Vec<Point>>) -> Joined {
    let missing = missing(select.fill);
    let mut times = Vec::new();
    let mut values: Vec<Vec<Option<FieldValue>>> = points.iter().map(|_| Vec::new()).collect();
    let mut aux: Vec<Vec<Option<FieldValue>>> = select.aux.iter().map(|_| Vec::new()).collect();
    let mut heads: Vec<Peekable<IntoIter<Point>>> =
        points.into_iter().map(|points| points.into_iter().peekable()).collect();
    while let Some(time) = next_time(&mut heads, select.ascending) {
        times.push(time);
        for (call, head) in heads.iter_mut().enumerate() {
            let point = head.next_if(|point| point.time == time);
            let mut carried = Vec::new();
            let value = point.and_then(|point| {
                carried = point.aux.into_vec();
                point.value
            });
            match select.calls[call].ty {
                Some(ty) => push(&mut values[call], value, missing, ty),
                None => values[call].push(None),
            }
            if select.is_selector() {
                carried.resize(select.aux.len(), None);
                for ((column, value), input) in aux.iter_mut().zip(carried).zip(&select.aux) {
                    push(column, value, missing, input_type(select, *input));
                }
            }
        }
    }
    let calls = values.iter().zip(&select.calls).map(|(values, call)| {
        from_values(call.ty.unwrap_or(FieldType::Float), values.iter().map(Option::as_ref))
    });
    let calls = calls.collect();
    let inputs = input_columns(select, &aux, times.len());
    Joined { times, calls, inputs }
}

fn input_type(select: &Select, input: usize) -> FieldType {
    select.inputs[input].field_type().unwrap_or(FieldType::Float)
}

fn push(column: &mut Vec<Option<FieldValue>>, value: Option<FieldValue>, missing: Missing, ty: FieldType) {
    let value = value.or_else(|| match missing {
        Missing::Null => None,
        Missing::Number(number) => Some(filler(number, ty)),
        Missing::Held => column.last().cloned().flatten(),
    });
    column.push(value);
}

fn next_time(heads: &mut [Peekable<IntoIter<Point>>], ascending: bool) -> Option<i64> {
    let times = heads.iter_mut().filter_map(|head| head.peek().map(|point| point.time));
    if ascending { times.min() } else { times.max() }
}

fn input_columns(select: &Select, aux: &[Vec<Option<FieldValue>>], len: usize) -> Vec<Column> {
    (0..select.inputs.len())
        .map(|input| {
            let ty = input_type(select, input);
            let place = select.aux.iter().position(|aux| *aux == input).filter(|_| select.is_selector());
            match place {
                Some(place) => from_values(ty, aux[place].iter().map(Option::as_ref)),
                None => Column::nulls(ty, len),
            }
        })
        .collect()
}
