//! Segments in memory and series to put into them.

use crate::run::Group;
use crate::segment::{SegmentId, SegmentReader, SegmentSummary, SegmentWriter};
use disk::{Fs, SimFs};
use model::{Column, Lsn, SeriesKey, Tags, TimeRange, ValueRef, Values};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) const STEP: i64 = 10_000_000_000;
pub(super) const START: i64 = 1_451_606_400_000_000_000;

pub(super) type Series = BTreeMap<SeriesKey, Vec<Group>>;

/// The one segment of a test's disk.
pub(super) fn path() -> PathBuf {
    PathBuf::from("/data/1.seg")
}

pub(super) fn empty_disk() -> SimFs {
    let fs = SimFs::new(1);
    fs.create_dir_all(Path::new("/data")).expect("a folder");
    fs
}

pub(super) fn write(fs: &dyn Fs, series: &Series) -> SegmentSummary {
    let mut writer =
        SegmentWriter::new(fs, &path(), SegmentId(7), 3, Lsn(10)..=Lsn(20)).expect("a new segment");
    for (key, groups) in series {
        writer.push(key, groups.clone()).expect("a sound series");
    }
    writer.finish().expect("a durable segment")
}

/// A segment of these series, and its disk.
pub(super) fn segment(series: &Series) -> (SimFs, Arc<SegmentReader>) {
    let fs = empty_disk();
    write(&fs, series);
    let reader = SegmentReader::open(&fs, &path()).expect("the segment just written");
    (fs, Arc::new(reader))
}

pub(super) fn key(measurement: &str, tags: &[(&str, &str)]) -> SeriesKey {
    SeriesKey::new(measurement, &Tags::new(tags.iter().copied()))
}

pub(super) fn group(times: Vec<i64>, fields: Vec<(&str, Column)>) -> Group {
    Group { times, fields: fields.into_iter().map(|(name, column)| (name.into(), column)).collect() }
}

pub(super) fn integers(values: impl IntoIterator<Item = i64>) -> Column {
    Column::dense(Values::Integer(values.into_iter().collect()))
}

/// Numbers without a pattern, the same on every run.
pub(super) struct Noise(pub(super) u64);

impl Noise {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) ^ (self.0 << 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// An index below `len`.
    pub(super) fn pick(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("an index")
    }

    /// A column of any type; `nulls` in a hundred rows are null.
    pub(super) fn column(&mut self, ty: u64, rows: usize, nulls: u64) -> Column {
        let mut column = Column::dense(match ty % 5 {
            0 => Values::Float(Vec::new()),
            1 => Values::Integer(Vec::new()),
            2 => Values::Unsigned(Vec::new()),
            3 => Values::Boolean(Vec::new()),
            _ => Values::String(model::StringColumn::default()),
        });
        for _ in 0..rows {
            let number = self.next();
            let text = format!("state {}", number % 9);
            let value = match ty % 5 {
                0 if number.is_multiple_of(41) => ValueRef::Float(f64::NAN),
                0 => ValueRef::Float((number % 10_000) as f64 / 100.0),
                1 => ValueRef::Integer(number.cast_signed() >> (number % 60)),
                2 => ValueRef::Unsigned(u64::MAX - number % 1000),
                3 => ValueRef::Boolean(number.is_multiple_of(3)),
                _ => ValueRef::String(&text),
            };
            column.push((self.below(100) >= nulls).then_some(value));
        }
        column
    }
}

/// Every value of some groups by time and field; of a value given twice the later one.
pub(super) fn points(groups: &[Group], time: TimeRange, fields: &[&str]) -> BTreeMap<(i64, String), String> {
    let mut points = BTreeMap::new();
    for group in groups {
        for (name, column) in group.fields.iter().filter(|(name, _)| fields.contains(&&**name)) {
            for (ts, value) in group.times.iter().zip(column.iter()).filter(|(ts, _)| time.contains(**ts)) {
                if let Some(value) = value {
                    points.insert((*ts, name.to_string()), bits(value));
                }
            }
        }
    }
    points
}

/// A value as text that differs where a bit does.
fn bits(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Float(value) => format!("float {:016x}", value.to_bits()),
        other => format!("{other:?}"),
    }
}
