//! Every page, statistic and posting of a segment.

use std::path::Path;

use model::{Column, SeriesKey, TagPredicate};
use roaring::RoaringBitmap;

use crate::error::Result;
use crate::inspect::finding::{Finding, Findings};
use crate::inspect::segment::chunks;
use crate::segment::{Measurement, PageAt, SegmentReader, SurveyGroup, decode_page, decode_times};

/// What was decoded.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Decoded {
    pub(super) pages: u64,
    pub(super) rows: u64,
    pub(super) values: u64,
}

/// Decodes all of a segment; what is wrong in one chunk or measurement does not hide the next one.
pub(super) fn check(path: &Path, reader: &SegmentReader, findings: &mut Findings, total: &mut Decoded) {
    for measurement in reader.numbered_measurements() {
        findings.note(path, check_postings(reader, measurement));
    }
    findings.note(path, check_numbers(reader));
    let Some(chunks) = findings.note(path, chunks(reader)) else { return };
    let (mut here, before) = (Decoded::default(), findings.list.len());
    for chunk in chunks {
        let checked = reader.each_group(chunk, |_, group| check_group(reader, &group, &mut here));
        findings.note(path, checked);
    }
    if findings.list.len() == before {
        check_totals(path, reader, &here, findings);
    }
    total.pages += here.pages;
    total.rows += here.rows;
    total.values += here.values;
}

fn check_totals(path: &Path, reader: &SegmentReader, found: &Decoded, findings: &mut Findings) {
    let totals = reader.totals();
    for (what, found, told) in [("rows", found.rows, totals.rows), ("values", found.values, totals.values)] {
        if found != told {
            let expected = format!("{told} {what}, as the footer says");
            findings.add(Finding::new(path, None, expected, found.to_string()));
        }
    }
}

/// Every series belongs to one measurement.
fn check_numbers(reader: &SegmentReader) -> Result<()> {
    let (mut all, mut sum) = (RoaringBitmap::new(), 0);
    for measurement in reader.numbered_measurements() {
        let series = reader.series_bitmap(measurement)?;
        sum += series.len();
        all |= series;
    }
    let told = reader.totals().series;
    let chunks = reader.chunk_count()? as u64;
    if all.len() == told && sum == told && chunks == told {
        return Ok(());
    }
    let found = format!("{} in {chunks} chunks, listed {sum} times", all.len());
    Err(reader.damage(0, &format!("{told} series, each of one measurement"), &found))
}

/// Keys and tag values rise, and the postings of a tag's values are the series that have it.
fn check_postings(reader: &SegmentReader, measurement: &Measurement) -> Result<()> {
    let mut last: Option<SeriesKey> = None;
    reader.each_series(&measurement.name, &TagPredicate::All, |series| {
        if last.as_ref().is_some_and(|last| *last >= series.key) {
            let found = format!("{} after it", series.key);
            return Err(reader.damage(
                measurement.series.offset,
                "series in the order of their keys",
                &found,
            ));
        }
        last = Some(series.key);
        Ok(())
    })?;
    for key in &measurement.tag_keys {
        let (mut found, mut last) = (RoaringBitmap::new(), String::new());
        reader.each_posting(key, |offset, value| {
            if *value.text <= *last {
                return Err(reader.damage(offset, "tag values that rise", value.text));
            }
            value.text.clone_into(&mut last);
            reader.add_posting(offset, &value, &mut found)
        })?;
        if found != reader.tag_bitmap(key)? {
            let expected = format!("the series that have the tag {}", key.name);
            return Err(reader.damage(key.present.offset, &expected, "others than its values have"));
        }
    }
    Ok(())
}

/// Decodes the pages and statistics of a group.
fn check_group(reader: &SegmentReader, group: &SurveyGroup<'_>, found: &mut Decoded) -> Result<()> {
    let mut counts = vec![0_u64; group.fields.len()];
    let mut last = None;
    for page in group.pages() {
        found.pages += 1;
        match page.column.checked_sub(1) {
            None => last = Some(check_times(reader, group, &page, last)?),
            Some(field) => counts[field] += count_values(group, &page, field)?,
        }
    }
    let (first, end) = (group.index.pages[0].first_time, last.unwrap_or(group.index.last_time));
    if (first, end) != (group.index.first_time, group.index.last_time) {
        let expected = format!("times {} to {}", group.index.first_time, group.index.last_time);
        return Err(reader.damage(group.index.offset, &expected, &format!("{first} to {end}")));
    }
    if let Some(told) = group.statistics_counts()?
        && told != counts
    {
        let found = format!("statistics of {told:?}");
        return Err(reader.damage(group.index.offset, &format!("values {counts:?} per field"), &found));
    }
    found.rows += group.index.rows() as u64;
    found.values += counts.iter().sum::<u64>();
    Ok(())
}

/// Decodes a page of times, which rise from `last` on, and says its last one.
fn check_times(
    reader: &SegmentReader,
    group: &SurveyGroup<'_>,
    page: &PageAt,
    last: Option<i64>,
) -> Result<i64> {
    let times = group.decode(page, |bytes| {
        let mut times = Vec::with_capacity(page.rows);
        decode_times(bytes, page.rows, page.first_time, &mut times).map(|()| times)
    })?;
    let rises = times.windows(2).all(|pair| pair[0] < pair[1])
        && times.first() == Some(&page.first_time)
        && last.is_none_or(|last| last < page.first_time);
    match times.last() {
        Some(end) if rises => Ok(*end),
        _ => {
            let expected = format!("times that rise from {}", page.first_time);
            Err(reader.damage(page.extent.offset, &expected, "others"))
        }
    }
}

fn count_values(group: &SurveyGroup<'_>, page: &PageAt, field: usize) -> Result<u64> {
    group.decode(page, |bytes| {
        let mut column = Column::empty(group.fields[field].ty);
        decode_page(bytes, page.rows, 0..page.rows, &mut column)?;
        Ok(column.valid_count() as u64)
    })
}
