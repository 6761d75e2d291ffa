//! What a frame of the WAL says before its rows use it (`docs/format/wal.md`).

use std::sync::Arc;

use disk::varint;
use model::{FieldType, KeyRef};

use super::Shape;
use super::tables::FieldEntry;
use crate::decode::{Decoder, write_count, write_text};
use crate::shard::ShardInfo;

/// What a frame says before its rows use it, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Definition<'a> {
    /// A shard came into being.
    Shard(ShardInfo),
    /// The next series.
    Series(&'a str),
    /// The next field.
    Field(FieldEntry),
    /// The next shape.
    Shape(Shape),
}

/// What the next frame has to say before its rows: encoded at once, so that a new series costs no copy of its key
/// but the one on its way to the disk.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    count: usize,
    bytes: Vec<u8>,
}

const DEFINE_SHARD: u8 = 1;
const DEFINE_SERIES: u8 = 2;
const DEFINE_FIELD: u8 = 3;
const DEFINE_SHAPE: u8 = 4;

/// What is kept of the buffer from one frame to the next.
const DEFINITIONS_KEPT_BYTES: usize = 256 << 10;

impl Definitions {
    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// How many bytes they take.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn clear(&mut self) {
        self.count = 0;
        self.bytes.clear();
        self.bytes.shrink_to(DEFINITIONS_KEPT_BYTES);
    }

    pub(crate) fn shard(&mut self, shard: &ShardInfo) {
        shard.encode(self.begin(DEFINE_SHARD));
    }

    pub(crate) fn series(&mut self, key: KeyRef<'_>) {
        write_text(self.begin(DEFINE_SERIES), key.as_str());
    }

    pub(crate) fn field(&mut self, field: &FieldEntry) {
        let buf = self.begin(DEFINE_FIELD);
        varint::write_u64(buf, u64::from(field.measurement));
        write_text(buf, &field.name);
        buf.push(field.ty as u8);
    }

    pub(crate) fn shape(&mut self, shape: &Shape) {
        let buf = self.begin(DEFINE_SHAPE);
        varint::write_u64(buf, u64::from(shape.measurement));
        write_count(buf, shape.fields.len());
        shape.fields.iter().for_each(|field| varint::write_u64(buf, u64::from(*field)));
    }

    fn begin(&mut self, kind: u8) -> &mut Vec<u8> {
        self.count += 1;
        self.bytes.push(kind);
        &mut self.bytes
    }

    /// Appends all of them to a frame.
    pub(crate) fn encode(&self, buf: &mut Vec<u8>) {
        write_count(buf, self.count);
        buf.extend_from_slice(&self.bytes);
    }
}

impl<'a> Definition<'a> {
    /// Takes a definition off the front of a frame.
    pub(crate) fn decode(input: &mut Decoder<'a>) -> Option<Self> {
        Some(match input.byte()? {
            DEFINE_SHARD => Self::Shard(ShardInfo::decode(input)?),
            DEFINE_SERIES => Self::Series(input.text()?),
            DEFINE_FIELD => Self::Field(FieldEntry {
                measurement: input.u32()?,
                name: Arc::from(input.text()?),
                ty: FieldType::from_number(input.byte()?)?,
            }),
            DEFINE_SHAPE => Self::Shape(Shape {
                measurement: input.u32()?,
                fields: input.list(Decoder::u32)?.into_boxed_slice(),
            }),
            _ => return None,
        })
    }
}
