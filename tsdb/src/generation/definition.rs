//! What a frame of the WAL says before its rows use it (`docs/format/wal.md`).

use std::sync::Arc;

use disk::varint;
use model::{FieldType, SeriesKey};

use super::Shape;
use super::tables::FieldEntry;
use crate::decode::{Decoder, write_count, write_text};
use crate::shard::ShardInfo;

/// What a frame says before its rows use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Definition {
    /// A shard came into being.
    Shard(ShardInfo),
    /// The next series.
    Series(SeriesKey),
    /// The next field.
    Field(FieldEntry),
    /// The next shape.
    Shape(Shape),
}

const DEFINE_SHARD: u8 = 1;
const DEFINE_SERIES: u8 = 2;
const DEFINE_FIELD: u8 = 3;
const DEFINE_SHAPE: u8 = 4;

impl Definition {
    /// Appends the definition to a frame.
    pub(crate) fn encode(&self, buf: &mut Vec<u8>) {
        match self {
            Self::Shard(shard) => {
                buf.push(DEFINE_SHARD);
                shard.encode(buf);
            }
            Self::Series(key) => {
                buf.push(DEFINE_SERIES);
                write_text(buf, key.as_str());
            }
            Self::Field(field) => {
                buf.push(DEFINE_FIELD);
                varint::write_u64(buf, u64::from(field.measurement));
                write_text(buf, &field.name);
                buf.push(field.ty as u8);
            }
            Self::Shape(shape) => {
                buf.push(DEFINE_SHAPE);
                varint::write_u64(buf, u64::from(shape.measurement));
                write_count(buf, shape.fields.len());
                shape.fields.iter().for_each(|field| varint::write_u64(buf, u64::from(*field)));
            }
        }
    }

    /// Takes a definition off the front of a frame.
    pub(crate) fn decode(input: &mut Decoder<'_>) -> Option<Self> {
        Some(match input.byte()? {
            DEFINE_SHARD => Self::Shard(ShardInfo::decode(input)?),
            DEFINE_SERIES => Self::Series(SeriesKey::from_raw(input.text()?)),
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
