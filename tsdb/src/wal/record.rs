//! Encoding and decoding the payload of a frame.

use disk::varint;
use model::{FieldType, ValueRef};

use crate::catalog::Change;
use crate::decode::{Decoder, write_count};
use crate::generation::{Definition, Definitions, SeriesId, ShapeId, Tables};
use crate::shard::ShardId;

/// Collects the rows of one frame. Neighbours of one shard and shape are a run and share its header.
#[derive(Debug, Default)]
pub(crate) struct RowsEncoder {
    runs: Vec<u8>,
    run: Vec<u8>,
    run_of: Option<(ShardId, ShapeId)>,
    run_rows: u64,
    series: SeriesId,
    ts: i64,
    string_bytes_max: usize,
}

impl RowsEncoder {
    /// Adds a row: one value for each field of the shape, in its order.
    pub(crate) fn push<'a>(
        &mut self,
        shard: ShardId,
        shape: ShapeId,
        series: SeriesId,
        ts: i64,
        values: impl Iterator<Item = ValueRef<'a>>,
    ) {
        if self.run_of != Some((shard, shape)) {
            self.end_run();
            self.run_of = Some((shard, shape));
        }
        varint::write_i64(&mut self.run, i64::from(series) - i64::from(self.series));
        varint::write_i64(&mut self.run, ts.wrapping_sub(self.ts));
        (self.series, self.ts) = (series, ts);
        self.run_rows += 1;
        for value in values {
            if let ValueRef::String(text) = value {
                self.string_bytes_max = self.string_bytes_max.max(text.len());
            }
            write_value(&mut self.run, value);
        }
    }

    /// The length of the longest string so far, in bytes.
    pub(crate) const fn string_bytes_max(&self) -> usize {
        self.string_bytes_max
    }

    fn end_run(&mut self) {
        if let Some((shard, shape)) = self.run_of.take() {
            varint::write_u64(&mut self.runs, shard);
            varint::write_u64(&mut self.runs, u64::from(shape));
            varint::write_u64(&mut self.runs, self.run_rows);
            self.runs.append(&mut self.run);
            self.run_rows = 0;
        }
    }

    /// The payload: definitions first.
    pub(crate) fn finish(mut self, definitions: &Definitions) -> Vec<u8> {
        self.end_run();
        let mut payload = Vec::with_capacity(self.runs.len() + definitions.bytes() + 8);
        definitions.encode(&mut payload);
        payload.append(&mut self.runs);
        payload
    }
}

fn write_value(buf: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Float(v) => buf.extend_from_slice(&v.to_bits().to_le_bytes()),
        ValueRef::Integer(v) => varint::write_i64(buf, v),
        ValueRef::Unsigned(v) => varint::write_u64(buf, v),
        ValueRef::Boolean(v) => buf.push(u8::from(v)),
        ValueRef::String(v) => varint::write_bytes(buf, v.as_bytes()),
    }
}

fn read_value<'a>(input: &mut Decoder<'a>, ty: FieldType) -> Option<ValueRef<'a>> {
    Some(match ty {
        FieldType::Float => ValueRef::Float(f64::from_bits(input.fixed_u64()?)),
        FieldType::Integer => ValueRef::Integer(input.i64()?),
        FieldType::Unsigned => ValueRef::Unsigned(input.u64()?),
        FieldType::Boolean => ValueRef::Boolean(match input.byte()? {
            0 => false,
            1 => true,
            _ => return None,
        }),
        FieldType::String => ValueRef::String(input.text()?),
    })
}

/// A frame of rows as it was read.
#[derive(Debug)]
pub(crate) struct RowsRecord<'a> {
    pub(crate) definitions: Vec<Definition<'a>>,
    runs: Decoder<'a>,
}

/// A row as it was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecodedRow<'a, 'v> {
    pub(crate) shard: ShardId,
    pub(crate) shape: ShapeId,
    pub(crate) series: SeriesId,
    pub(crate) ts: i64,
    /// One value for each field of the shape.
    pub(crate) values: &'v [ValueRef<'a>],
}

impl<'a> RowsRecord<'a> {
    pub(crate) fn decode(payload: &'a [u8]) -> Option<Self> {
        let mut runs = Decoder::new(payload);
        let definitions = runs.list(Definition::decode)?;
        Some(Self { definitions, runs })
    }

    /// Gives each row; `tables` must know what the frame defines. `None` if the bytes are no rows; the rows
    /// before the place where that shows were given.
    pub(crate) fn each_row(
        &self,
        tables: &Tables,
        mut take: impl FnMut(DecodedRow<'a, '_>) -> Option<()>,
    ) -> Option<()> {
        let mut input = self.runs;
        let (mut series, mut ts) = (0_i64, 0_i64);
        let mut values = Vec::new();
        while !input.is_empty() {
            let (shard, shape) = (input.u64()?, input.u32()?);
            let rows = input.count()?;
            for _ in 0..rows {
                series = series.checked_add(input.i64()?)?;
                ts = ts.wrapping_add(input.i64()?);
                let id = SeriesId::try_from(series).ok()?;
                if !tables.knows(id, shape) {
                    return None;
                }
                values.clear();
                for ty in tables.shape_types(shape) {
                    values.push(read_value(&mut input, ty)?);
                }
                take(DecodedRow { shard, shape, series: id, ts, values: &values })?;
            }
        }
        Some(())
    }
}

/// The payload of a frame of changes.
pub(crate) fn encode_changes(changes: &[Change]) -> Vec<u8> {
    let mut payload = Vec::new();
    write_count(&mut payload, changes.len());
    changes.iter().for_each(|change| change.encode(&mut payload));
    payload
}

/// The changes of a frame.
pub(crate) fn decode_changes(payload: &[u8]) -> Option<Vec<Change>> {
    let mut input = Decoder::new(payload);
    let changes = input.list(Change::decode)?;
    input.is_empty().then_some(changes)
}
