//! Postings: which series carry a tag value. A single series is its id, more are a serialised roaring bitmap.

use super::format::{POSTING_BITMAP, POSTING_INLINE};
use crate::codec::{Decoded, Malformed, read_byte, read_u64};
use disk::varint;
use roaring::RoaringBitmap;

/// Appends a bitmap.
pub(crate) fn encode_bitmap(bitmap: &RoaringBitmap, out: &mut Vec<u8>) {
    bitmap.serialize_into(out).expect("memory takes every write");
}

/// The bitmap of all of `bytes`, whose ids are below `series`.
pub(crate) fn decode_bitmap(bytes: &[u8], series: u64) -> Decoded<RoaringBitmap> {
    RoaringBitmap::deserialize_from(bytes)
        .ok()
        .filter(|bitmap| bitmap.max().is_none_or(|max| u64::from(max) < series))
        .ok_or(Malformed("a bitmap of series"))
}

/// Appends the record of a tag value.
pub(crate) fn encode_value(text: &str, series: &[u32], out: &mut Vec<u8>) {
    varint::write_bytes(out, text.as_bytes());
    if let [only] = series {
        out.push(POSTING_INLINE);
        varint::write_u64(out, u64::from(*only));
        return;
    }
    out.push(POSTING_BITMAP);
    let mut bitmap =
        RoaringBitmap::from_sorted_iter(series.iter().copied()).expect("series come in rising order");
    bitmap.optimize();
    encode_bitmap(&bitmap, out);
}

/// The record of a tag value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagValue<'a> {
    /// The value.
    pub(crate) text: &'a str,
    posting: &'a [u8],
}

impl<'a> TagValue<'a> {
    /// Reads the value; its series are read when asked for.
    pub(crate) fn decode(record: &'a [u8]) -> Decoded<Self> {
        let mut posting = record;
        let text = varint::read_bytes(&mut posting).and_then(|bytes| std::str::from_utf8(bytes).ok());
        Ok(Self { text: text.ok_or(Malformed("a tag value"))?, posting })
    }

    /// Whether one of `series` carries it; ids are below `count`.
    pub(crate) fn is_carried_by(&self, series: &RoaringBitmap, count: u64) -> Decoded<bool> {
        let mut input = self.posting;
        match read_byte(&mut input)? {
            POSTING_INLINE => {
                let id = u32::try_from(read_u64(&mut input)?).map_err(|_| Malformed("the id of a series"))?;
                Ok(series.contains(id))
            }
            POSTING_BITMAP => Ok(!decode_bitmap(input, count)?.is_disjoint(series)),
            _ => Err(Malformed("a posting")),
        }
    }

    /// Adds the series that carry it to `found`; their ids are below `series`.
    pub(crate) fn add_to(&self, found: &mut RoaringBitmap, series: u64) -> Decoded<()> {
        let mut input = self.posting;
        match read_byte(&mut input)? {
            POSTING_INLINE => {
                let id = u32::try_from(read_u64(&mut input)?).ok().filter(|id| u64::from(*id) < series);
                found.insert(id.ok_or(Malformed("the id of a series"))?);
            }
            POSTING_BITMAP => *found |= decode_bitmap(input, series)?,
            _ => return Err(Malformed("a posting")),
        }
        Ok(())
    }
}
