//! Strings: a dictionary where they repeat, else lengths and the text end to end, compressed where that helps.

use super::limits::PAGE_TEXT_BYTES_MAX;
use super::{Decoded, Kind, Malformed, integers, read_count, read_slice, write_count};
use disk::varint;
use hashbrown::HashMap;
use model::StringColumn;

/// Shorter texts gain nothing from `zstd`, whose frame takes some 10 bytes.
const ZSTD_BYTES_MIN: usize = 64;

/// The library's own default; text is a small part of what is stored.
const ZSTD_LEVEL: i32 = 3;

/// Appends `texts`, together no longer than [`PAGE_TEXT_BYTES_MAX`].
pub(crate) fn encode(texts: &[&str], out: &mut Vec<u8>) {
    let mut ids: HashMap<&str, i64> = HashMap::new();
    let mut distinct = Vec::new();
    let rows: Vec<i64> = texts
        .iter()
        .map(|text| {
            *ids.entry(text).or_insert_with(|| {
                distinct.push(*text);
                distinct.len() as i64 - 1
            })
        })
        .collect();
    if distinct.len() * 2 > texts.len() {
        return encode_texts(texts, out);
    }
    Kind::Dictionary.write(out);
    write_count(out, distinct.len());
    encode_texts(&distinct, out);
    integers::encode(&rows, out);
}

/// Takes `count` strings off the front of `input` and appends them to `column`.
pub(crate) fn decode(input: &mut &[u8], count: usize, column: &mut StringColumn) -> Decoded<()> {
    match Kind::read(input)? {
        Kind::Dictionary => decode_dictionary(input, count, column),
        kind => decode_texts(kind, input, count)?.push_all(column),
    }
}

fn encode_texts(texts: &[&str], out: &mut Vec<u8>) {
    let text = texts.concat();
    let compressed = (text.len() >= ZSTD_BYTES_MIN)
        .then(|| zstd::bulk::compress(text.as_bytes(), ZSTD_LEVEL).ok())
        .flatten()
        .filter(|compressed| compressed.len() < text.len());
    let lengths: Vec<i64> = texts.iter().map(|text| text.len() as i64).collect();
    let kind = if compressed.is_some() { Kind::ZstdTexts } else { Kind::Texts };
    kind.write(out);
    integers::encode(&lengths, out);
    match compressed {
        Some(compressed) => varint::write_bytes(out, &compressed),
        None => out.extend_from_slice(text.as_bytes()),
    }
}

/// Decoded strings: their text end to end and their lengths, which add up to it.
struct Texts {
    text: String,
    lengths: Vec<usize>,
}

impl Texts {
    fn push_all(&self, column: &mut StringColumn) -> Decoded<()> {
        self.slices()?.into_iter().for_each(|text| column.push(text));
        Ok(())
    }

    fn slices(&self) -> Decoded<Vec<&str>> {
        let mut start = 0;
        self.lengths
            .iter()
            .map(|len| {
                let text = self.text.get(start..start + len);
                start += len;
                text.ok_or(Malformed("lengths that cut between characters"))
            })
            .collect()
    }
}

fn decode_texts(kind: Kind, input: &mut &[u8], count: usize) -> Decoded<Texts> {
    let lengths = decode_lengths(input, count)?;
    let total = lengths.iter().sum();
    let text = match kind {
        Kind::Texts => read_slice(input, total)?.to_vec(),
        Kind::ZstdTexts => decompress(input, total)?,
        _ => return Err(Malformed("a codec of strings")),
    };
    let text = String::from_utf8(text).map_err(|_| Malformed("UTF-8"))?;
    Ok(Texts { text, lengths })
}

fn decompress(input: &mut &[u8], total: usize) -> Decoded<Vec<u8>> {
    let len = read_count(input, input.len())?;
    let text = zstd::bulk::decompress(read_slice(input, len)?, total);
    text.ok().filter(|text| text.len() == total).ok_or(Malformed("a zstd frame of the page's text"))
}

fn decode_lengths(input: &mut &[u8], count: usize) -> Decoded<Vec<usize>> {
    let lengths = integers::decode_new(input, count)?;
    let lengths: Vec<usize> = lengths
        .into_iter()
        .map(|len| usize::try_from(len).ok().filter(|len| *len <= PAGE_TEXT_BYTES_MAX))
        .collect::<Option<_>>()
        .ok_or(Malformed("the length of a string"))?;
    check_total(lengths.iter().copied())?;
    Ok(lengths)
}

fn check_total(mut lengths: impl Iterator<Item = usize>) -> Decoded<usize> {
    lengths
        .try_fold(0, |total: usize, len| total.checked_add(len).filter(|total| *total <= PAGE_TEXT_BYTES_MAX))
        .ok_or(Malformed("text within the bound of a page"))
}

fn decode_dictionary(input: &mut &[u8], count: usize, column: &mut StringColumn) -> Decoded<()> {
    let distinct = read_count(input, count)?;
    let kind = Kind::read(input)?;
    let texts = decode_texts(kind, input, distinct)?;
    let slices = texts.slices()?;
    let rows: Vec<&str> = integers::decode_new(input, count)?
        .into_iter()
        .map(|id| usize::try_from(id).ok().and_then(|id| slices.get(id).copied()))
        .collect::<Option<_>>()
        .ok_or(Malformed("the id of a string"))?;
    check_total(rows.iter().map(|row| row.len()))?;
    rows.into_iter().for_each(|text| column.push(text));
    Ok(())
}
