//! Pages: up to 2,048 rows of one column. A page of a field that lacks some rows says first which ones it has; a
//! page without any value takes no byte at all.

use super::format::PAGE_SPARSE;
use crate::codec::limits::{PAGE_ROWS_MAX, PAGE_TEXT_BYTES};
use crate::codec::{self, Decoded, Kind, Malformed, booleans, integers};
use model::{Bitmap, Column, StringColumn, Values};
use std::ops::Range;

/// Where to cut a group of `rows` rows, at the same rows for all of its columns.
pub(crate) fn cuts(rows: usize, columns: &[&Column]) -> Vec<Range<usize>> {
    let texts: Vec<&StringColumn> = columns
        .iter()
        .filter_map(|column| match &column.values {
            Values::String(texts) => Some(texts),
            _ => None,
        })
        .collect();
    let mut pages = Vec::with_capacity(rows.div_ceil(PAGE_ROWS_MAX));
    let mut start = 0;
    while start < rows {
        let longest = rows.min(start + PAGE_ROWS_MAX);
        let end = texts.iter().map(|texts| text_cut(texts, start..longest)).min().unwrap_or(longest);
        pages.push(start..end);
        start = end;
    }
    pages
}

/// The end of the longest page out of `rows` whose text passes the bound with its last row only.
fn text_cut(texts: &StringColumn, rows: Range<usize>) -> usize {
    let mut bytes = 0;
    for row in rows.clone() {
        bytes += texts.get(row).len();
        if bytes > PAGE_TEXT_BYTES {
            return row + 1;
        }
    }
    rows.end
}

/// Appends the page of times: how far each row lies from the first, which the chunk's record holds.
pub(crate) fn encode_times(times: &[i64], out: &mut Vec<u8>) {
    let steps: Vec<i64> = times.iter().map(|ts| ts.wrapping_sub(times[0])).collect();
    integers::encode(&steps, out);
}

/// Appends the `rows` times of a page that begins at `first`.
pub(crate) fn decode_times(bytes: &[u8], rows: usize, first: i64, times: &mut Vec<i64>) -> Decoded<()> {
    let mut input = bytes;
    let from = times.len();
    integers::decode(&mut input, rows, times)?;
    times[from..].iter_mut().for_each(|ts| *ts = ts.wrapping_add(first));
    if input.is_empty() { Ok(()) } else { Err(Malformed("the end of a page")) }
}

/// Appends the page of a field.
pub(crate) fn encode(column: &Column, rows: Range<usize>, out: &mut Vec<u8>) {
    let Some(validity) = &column.validity else {
        return codec::encode(&column.values, rows, out);
    };
    let present: Vec<bool> = rows.clone().map(|row| validity.get(row)).collect();
    if present.iter().all(|present| *present) {
        return codec::encode(&column.values, rows, out);
    }
    if present.contains(&true) {
        out.push(PAGE_SPARSE);
        booleans::encode(&present, out);
        let values =
            gather(&column.values, rows.zip(&present).filter(|(_, present)| **present).map(|(row, _)| row));
        codec::encode(&values, 0..values.len(), out);
    }
}

/// The values of some rows.
fn gather(values: &Values, rows: impl Iterator<Item = usize>) -> Values {
    match values {
        Values::Float(v) => Values::Float(rows.map(|row| v[row]).collect()),
        Values::Integer(v) => Values::Integer(rows.map(|row| v[row]).collect()),
        Values::Unsigned(v) => Values::Unsigned(rows.map(|row| v[row]).collect()),
        Values::Boolean(v) => Values::Boolean(rows.map(|row| v[row]).collect()),
        Values::String(v) => Values::String(rows.map(|row| v.get(row)).collect()),
    }
}

/// Appends the rows `keep` of a page of `rows` rows to `column`.
pub(crate) fn decode(bytes: &[u8], rows: usize, keep: Range<usize>, column: &mut Column) -> Decoded<()> {
    let mut input = bytes;
    let from = column.len();
    match bytes.first() {
        None => {
            (keep).for_each(|_| column.push(None));
            return Ok(());
        }
        Some(&PAGE_SPARSE) => {
            input = &bytes[1..];
            decode_sparse(&mut input, rows, keep, column)?;
        }
        Some(_) => {
            decode_rows(&mut input, rows, keep, &mut column.values)?;
            if let Some(validity) = &mut column.validity {
                (from..column.values.len()).for_each(|_| validity.push(true));
            }
        }
    }
    if input.is_empty() { Ok(()) } else { Err(Malformed("the end of a page")) }
}

fn decode_rows(input: &mut &[u8], rows: usize, keep: Range<usize>, values: &mut Values) -> Decoded<()> {
    if let Values::String(texts) = values {
        let mut all = StringColumn::default();
        codec::strings::decode(input, rows, &mut all)?;
        keep.for_each(|row| texts.push(all.get(row)));
        return Ok(());
    }
    let from = values.len();
    codec::decode(input, rows, values)?;
    match values {
        Values::Float(v) => trim(v, from, keep),
        Values::Integer(v) => trim(v, from, keep),
        Values::Unsigned(v) => trim(v, from, keep),
        Values::Boolean(v) => trim(v, from, keep),
        Values::String(_) => {}
    }
    Ok(())
}

/// Keeps the range `keep` of what stands in `values` from `from` on.
pub(crate) fn trim<T>(values: &mut Vec<T>, from: usize, keep: Range<usize>) {
    values.truncate(from + keep.end);
    values.drain(from..from + keep.start);
}

fn decode_sparse(input: &mut &[u8], rows: usize, keep: Range<usize>, column: &mut Column) -> Decoded<()> {
    let mut present = Vec::with_capacity(rows);
    booleans::decode(input, rows, &mut present)?;
    let count = present.iter().filter(|present| **present).count();
    let values = codec::decode_new(input, count, column.field_type())?;
    let skipped = present[..keep.start].iter().filter(|present| **present).count();
    let present = &present[keep];
    scatter(&values, skipped, present, &mut column.values);
    let before = column.values.len() - present.len();
    let validity = column.validity.get_or_insert_with(|| Bitmap::filled(before, true));
    present.iter().for_each(|present| validity.push(*present));
    Ok(())
}

/// Appends a value per row: the next one of `values` where there is one, any other where not.
fn scatter(values: &Values, skipped: usize, present: &[bool], out: &mut Values) {
    match (values, out) {
        (Values::Float(v), Values::Float(out)) => spread(&v[skipped..], present, out),
        (Values::Integer(v), Values::Integer(out)) => spread(&v[skipped..], present, out),
        (Values::Unsigned(v), Values::Unsigned(out)) => spread(&v[skipped..], present, out),
        (Values::Boolean(v), Values::Boolean(out)) => spread(&v[skipped..], present, out),
        (Values::String(v), Values::String(out)) => {
            let mut texts = v.iter().skip(skipped);
            present
                .iter()
                .for_each(|present| out.push(if *present { texts.next().unwrap_or("") } else { "" }));
        }
        _ => unreachable!("the values were decoded with the type of the column"),
    }
}

fn spread<T: Copy + Default>(values: &[T], present: &[bool], out: &mut Vec<T>) {
    let mut values = values.iter();
    out.extend(
        present.iter().map(
            |present| {
                if *present { values.next().copied().unwrap_or_default() } else { T::default() }
            },
        ),
    );
}

/// What a field page says of itself before its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageFacts {
    /// How many rows have a value.
    pub(crate) values: usize,
    /// How these are encoded; nothing where there are none.
    pub(crate) kind: Option<Kind>,
}

/// Reads as much of a page of `rows` rows as tells what it is.
pub(crate) fn facts(bytes: &[u8], rows: usize) -> Decoded<PageFacts> {
    let mut input = bytes;
    let values = match bytes.first() {
        None => return Ok(PageFacts { values: 0, kind: None }),
        Some(&PAGE_SPARSE) => {
            input = &bytes[1..];
            let mut present = Vec::with_capacity(rows);
            booleans::decode(&mut input, rows, &mut present)?;
            present.iter().filter(|present| **present).count()
        }
        Some(_) => rows,
    };
    Ok(PageFacts { values, kind: Some(Kind::read(&mut input)?) })
}

/// How a page of times is encoded.
pub(crate) fn time_kind(bytes: &[u8]) -> Decoded<Kind> {
    let mut input = bytes;
    Kind::read(&mut input)
}
