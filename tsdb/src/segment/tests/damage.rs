//! Damage is an error or has no effect; it is never a wrong value and never a panic.

use super::fixture::{Noise, START, STEP, Series, empty_disk, group, integers, key, path, write};
use crate::run::Group;
use crate::segment::{SegmentReader, WantedField};
use crate::{Error, Result};
use disk::{Fs, StdFs};
use model::{FieldType, SeriesKey, SummaryKinds, TagMatch, TagPredicate, TimeRange};
use std::path::Path;

fn small() -> Series {
    let mut noise = Noise(5);
    let times: Vec<i64> = (0..150).map(|i| START + i * STEP).collect();
    let group_of = |noise: &mut Noise, nulls| {
        let columns = (0..5).map(|ty| noise.column(ty, 150, nulls));
        let names = ["float", "integer", "unsigned", "boolean", "string"];
        group(times.clone(), names.into_iter().zip(columns).collect())
    };
    Series::from([
        (key("cpu", &[("host", "a"), ("rack", "1")]), vec![group_of(&mut noise, 0)]),
        (key("cpu", &[("host", "b"), ("rack", "1")]), vec![group_of(&mut noise, 30)]),
        (key("mem", &[("host", "a")]), vec![group(vec![START], vec![("used", integers([5]))])]),
    ])
}

#[derive(Debug, PartialEq)]
struct Everything {
    fields: Vec<(Box<str>, FieldType)>,
    series: Vec<SeriesKey>,
    groups: Vec<Vec<Group>>,
    /// As text: they are compared, never looked into.
    statistics: Vec<String>,
}

const EVERY_KIND: SummaryKinds = SummaryKinds { sum: true, min: true, max: true, first: true, last: true };

/// Reads all there is to read.
fn everything(fs: &dyn Fs, path: &Path) -> Result<Everything> {
    everything_of(&SegmentReader::open(fs, path)?)
}

fn everything_of(reader: &SegmentReader) -> Result<Everything> {
    let mut all =
        Everything { fields: Vec::new(), series: Vec::new(), groups: Vec::new(), statistics: Vec::new() };
    for measurement in reader.measurements() {
        let fields = reader.fields(measurement);
        let names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
        for found in reader.series(measurement, &TagPredicate::All)? {
            all.groups.push(reader.read(found.chunk, TimeRange::ALL, &names)?);
            let chunk = reader.open_chunk(found.chunk)?;
            for (name, ty) in &fields {
                let kinds = if *ty == FieldType::String { SummaryKinds::default() } else { EVERY_KIND };
                let wanted = WantedField { name, ty: *ty, kinds };
                all.statistics.push(format!("{:?}", chunk.stretches(&[wanted], true, |_| true)?));
            }
            all.series.push(found.key);
        }
        let matcher = TagMatch::Equal("a".into());
        let found = reader.series(measurement, &TagPredicate::Tag { key: "host".into(), matcher })?;
        all.series.extend(found.into_iter().map(|found| found.key));
        all.fields.extend(fields);
    }
    Ok(all)
}

#[test]
fn every_flipped_bit_is_an_error_or_has_no_effect() {
    let fs = empty_disk();
    let len = write(&fs, &small()).bytes;
    let whole = everything(&fs, &path()).expect("a whole segment");
    let mut unnoticed = 0;
    for position in 0..len {
        let bit = u8::try_from(position % 8).expect("a bit");
        fs.flip_bit(&path(), position, bit).expect("a flip");
        match everything(&fs, &path()) {
            Ok(found) => {
                assert_eq!(found, whole, "byte {position} of {len}");
                unnoticed += 1;
            }
            Err(error) => assert!(error.to_string().contains("/data/1.seg"), "{error}"),
        }
        fs.flip_bit(&path(), position, bit).expect("the flip back");
    }
    assert_eq!(unnoticed, 0, "every byte is under a checksum");
    assert_eq!(everything(&fs, &path()).expect("whole again"), whole);
}

#[test]
fn every_shorter_file_is_an_error() {
    let fs = empty_disk();
    let mut len = write(&fs, &small()).bytes;
    while len > 0 {
        len -= 1;
        fs.truncate_under(&path(), len).expect("a shorter file");
        assert!(everything(&fs, &path()).is_err(), "{len} bytes");
    }
}

#[test]
fn a_later_format_is_named() {
    let fs = empty_disk();
    write(&fs, &small());
    let mut bytes = fs.read(&path()).expect("the file");
    bytes[8] = 2;
    let crc = disk::crc32(&bytes[..48]);
    bytes[48..52].copy_from_slice(&crc.to_le_bytes());
    rewrite(&fs, &bytes);
    let error = everything(&fs, &path()).expect_err("a later format");
    assert!(matches!(error, Error::NewerFormat { found: 2, supported: 1, .. }), "{error}");
}

fn rewrite(fs: &dyn Fs, bytes: &[u8]) {
    fs.remove_file(&path()).expect("the old file gone");
    fs.create(&path()).expect("a new file").append(bytes).expect("its bytes");
}

/// Damage that a broken writer would sign: checksums are made to fit, so that only the decoders stand in the way.
#[test]
fn signed_nonsense_never_panics() {
    let fs = empty_disk();
    write(&fs, &small());
    let whole = fs.read(&path()).expect("the file");
    let mut noise = Noise(17);
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + noise.below(3) {
            let position = noise.pick(bytes.len());
            bytes[position] = noise.next().to_le_bytes()[0];
        }
        sign(&mut bytes);
        rewrite(&fs, &bytes);
        let _ = everything(&fs, &path());
    }
}

/// Makes the checksums of blocks, footer and header fit what is there.
fn sign(bytes: &mut [u8]) {
    use crate::segment::format::{BLOCK_LEN, FOOTER_LEN, HEADER_CRC, TRAILER_CRC, TRAILER_LEN};
    let header = disk::crc32(&bytes[..HEADER_CRC]);
    bytes[HEADER_CRC..HEADER_CRC + 4].copy_from_slice(&header.to_le_bytes());
    let footer = bytes.len() - TRAILER_LEN - FOOTER_LEN;
    // The checksums stand before the footer, four bytes for each block before them.
    let covered =
        (0..footer).find(|covered| covered + covered.div_ceil(BLOCK_LEN) * 4 == footer).expect("a cut");
    let checksums: Vec<u8> =
        bytes[..covered].chunks(BLOCK_LEN).flat_map(|block| disk::crc32(block).to_le_bytes()).collect();
    bytes[covered..footer].copy_from_slice(&checksums);
    let crc_of_checksums = u64::from(disk::crc32(&checksums));
    let end = footer + FOOTER_LEN;
    bytes[end - 8..end].copy_from_slice(&crc_of_checksums.to_le_bytes());
    let crc = disk::crc32(&bytes[footer..end]);
    bytes[end + TRAILER_CRC..end + TRAILER_CRC + 4].copy_from_slice(&crc.to_le_bytes());
}

/// A checksum that was right before the file was cut does not make zeros an answer.
#[test]
fn a_file_that_is_cut_under_its_reader_is_an_error_wherever_it_is_cut() {
    let sim = empty_disk();
    write(&sim, &small());
    let content = sim.read(&path()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    for len in (0..content.len()).step_by(97).chain([content.len() - 1]) {
        let path = dir.path().join(len.to_string());
        StdFs.create(&path).unwrap().append(&content).unwrap();
        let reader = SegmentReader::open(&StdFs, &path).unwrap();
        everything_of(&reader).unwrap();
        StdFs.open_write(&path).unwrap().truncate(len as u64).unwrap();
        let error = everything_of(&reader).unwrap_err();
        assert!(matches!(&error, Error::Corrupt { path: of, .. } if *of == path), "cut to {len}: {error}");
    }
}
