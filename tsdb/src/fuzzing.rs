//! Ways in for the fuzz targets: decoders that nothing outside may call, on bytes that no writer made.
//!
//! It is there with `--cfg fuzzing`, which `cargo fuzz` sets, and in unit tests, which replay the targets' corpora. It is
//! no part of the crate's interface.

use std::path::Path;

use disk::{Fs, SimFs};
use model::{FieldType, TagPredicate, TimeRange, ValueRef, Values};

use crate::segment::{self, SegmentReader};
use crate::{codec, columns};

/// Most values that [`codec`] asks a decoder for: as many as a page has.
const COUNT_MAX: usize = 2048;

/// Opens `bytes` as a segment and reads everything in it. Their checksums are made to fit first, because no fuzzer
/// guesses them: what is behind them is what may be wrong.
pub fn segment(bytes: &[u8]) {
    read_segment(bytes);
    let mut sealed = bytes.to_vec();
    segment::seal(&mut sealed);
    read_segment(&sealed);
}

/// Errors are fine; so are answers.
fn read_segment(bytes: &[u8]) {
    let (sim, path) = (SimFs::new(1), Path::new("a.seg"));
    if disk::replace(&sim as &dyn Fs, path, bytes).is_err() {
        return;
    }
    let Ok(reader) = SegmentReader::open(&sim, path) else { return };
    let names: Vec<String> = reader.measurements().map(str::to_owned).collect();
    for name in names {
        let fields = reader.fields(&name);
        let names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
        let read = reader.each_series(&name, &TagPredicate::All, |series| {
            let _ = reader.read(series.chunk, TimeRange::ALL, &names);
            Ok(())
        });
        let _ = read;
    }
}

/// Decodes `bytes` as `count` values of each type; then takes them as values, and expects every bit back.
pub fn codec(count: u16, bytes: &[u8]) {
    let count = usize::from(count) % (COUNT_MAX + 1);
    for ty in FieldType::ALL {
        let mut input = bytes;
        if let Ok(values) = codec::decode_new(&mut input, count, ty) {
            assert_eq!(values.len(), count, "{ty}");
            there_and_back(&values);
        }
    }
    let words = || bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default()));
    there_and_back(&Values::Integer(words().map(u64::cast_signed).collect()));
    there_and_back(&Values::Unsigned(words().collect()));
    there_and_back(&Values::Float(words().map(f64::from_bits).collect()));
    there_and_back(&Values::Boolean(bytes.iter().map(|byte| byte & 1 == 1).collect()));
    let texts = String::from_utf8_lossy(bytes);
    let mut lines = Values::empty(FieldType::String);
    texts.split('\n').for_each(|line| columns::push(&mut lines, ValueRef::String(line)));
    there_and_back(&lines);
}

fn there_and_back(values: &Values) {
    let mut encoded = Vec::new();
    codec::encode(values, 0..values.len(), &mut encoded);
    let mut input = &encoded[..];
    let decoded = codec::decode_new(&mut input, values.len(), values.field_type());
    assert!(input.is_empty(), "{} bytes are left of {values:?}", input.len());
    let same = decoded.is_ok_and(|decoded| (0..values.len()).all(|row| decoded.get(row) == values.get(row)));
    assert!(same, "{values:?}");
}

#[cfg(test)]
mod tests;
