//! A tombstone as it stands in the WAL and the MANIFEST (`docs/format/wal.md`). Regular expressions are texts.

use disk::varint;
use model::{Lsn, MeasurementMatch, TagMatch, TagPredicate, TimeRange};
use regex::Regex;

use super::{Source, Tombstone};
use crate::decode::{Decoder, write_count, write_text};
use crate::limits::PREDICATE_DEPTH_MAX;

const MEASUREMENT_NAME: u8 = 1;
const MEASUREMENT_REGEX: u8 = 2;

const PREDICATE_ALL: u8 = 1;
const PREDICATE_NOTHING: u8 = 2;
const PREDICATE_TAG: u8 = 3;
const PREDICATE_AND: u8 = 4;
const PREDICATE_OR: u8 = 5;

const TAG_EQUAL: u8 = 1;
const TAG_NOT_EQUAL: u8 = 2;
const TAG_REGEX: u8 = 3;
const TAG_NOT_REGEX: u8 = 4;

impl Tombstone {
    /// Appends the tombstone to a record.
    pub(crate) fn encode(&self, buf: &mut Vec<u8>) {
        varint::write_u64(buf, self.lsn.0);
        varint::write_u64(buf, self.database);
        buf.extend_from_slice(&self.scope);
        varint::write_i64(buf, self.time.start);
        varint::write_i64(buf, self.time.end);
    }

    /// Takes a tombstone off the front of a record.
    pub(crate) fn decode(input: &mut Decoder<'_>) -> Option<Self> {
        let (lsn, database) = (Lsn(input.u64()?), input.u64()?);
        let sources = input.list(decode_source)?;
        let tags = decode_predicate(input, PREDICATE_DEPTH_MAX)?;
        let time = TimeRange::new(input.i64()?, input.i64()?);
        Some(Self::new(lsn, database, sources, tags, time))
    }
}

/// The part of a record that says which measurements and series are meant.
pub(super) fn scope(sources: &[Source], tags: &TagPredicate) -> Box<[u8]> {
    let mut scope = Vec::new();
    write_count(&mut scope, sources.len());
    for source in sources {
        varint::write_u64(&mut scope, source.policy.map_or(0, |policy| policy + 1));
        let (kind, text) = match &source.measurement {
            MeasurementMatch::Name(name) => (MEASUREMENT_NAME, &**name),
            MeasurementMatch::Regex(regex) => (MEASUREMENT_REGEX, regex.as_str()),
        };
        scope.push(kind);
        write_text(&mut scope, text);
    }
    encode_predicate(tags, &mut scope);
    scope.into_boxed_slice()
}

fn decode_source(input: &mut Decoder<'_>) -> Option<Source> {
    let policy = input.u64()?.checked_sub(1);
    let measurement = match input.byte()? {
        MEASUREMENT_NAME => MeasurementMatch::Name(input.text()?.into()),
        MEASUREMENT_REGEX => MeasurementMatch::Regex(Regex::new(input.text()?).ok()?),
        _ => return None,
    };
    Some(Source { policy, measurement })
}

fn encode_predicate(predicate: &TagPredicate, buf: &mut Vec<u8>) {
    let (kind, parts) = match predicate {
        TagPredicate::All => return buf.push(PREDICATE_ALL),
        TagPredicate::Nothing => return buf.push(PREDICATE_NOTHING),
        TagPredicate::Tag { key, matcher } => return encode_tag(key, matcher, buf),
        TagPredicate::And(parts) => (PREDICATE_AND, parts),
        TagPredicate::Or(parts) => (PREDICATE_OR, parts),
    };
    buf.push(kind);
    write_count(buf, parts.len());
    parts.iter().for_each(|part| encode_predicate(part, buf));
}

fn encode_tag(key: &str, matcher: &TagMatch, buf: &mut Vec<u8>) {
    let (kind, text) = match matcher {
        TagMatch::Equal(value) => (TAG_EQUAL, &**value),
        TagMatch::NotEqual(value) => (TAG_NOT_EQUAL, &**value),
        TagMatch::Regex(regex) => (TAG_REGEX, regex.as_str()),
        TagMatch::NotRegex(regex) => (TAG_NOT_REGEX, regex.as_str()),
    };
    buf.push(PREDICATE_TAG);
    write_text(buf, key);
    buf.push(kind);
    write_text(buf, text);
}

/// `left` bounds how deep a damaged record can lead.
fn decode_predicate(input: &mut Decoder<'_>, left: usize) -> Option<TagPredicate> {
    let left = left.checked_sub(1)?;
    Some(match input.byte()? {
        PREDICATE_ALL => TagPredicate::All,
        PREDICATE_NOTHING => TagPredicate::Nothing,
        PREDICATE_TAG => decode_tag(input)?,
        PREDICATE_AND => TagPredicate::And(input.list(|input| decode_predicate(input, left))?),
        PREDICATE_OR => TagPredicate::Or(input.list(|input| decode_predicate(input, left))?),
        _ => return None,
    })
}

fn decode_tag(input: &mut Decoder<'_>) -> Option<TagPredicate> {
    let key = input.text()?.into();
    let kind = input.byte()?;
    let text = input.text()?;
    let matcher = match kind {
        TAG_EQUAL => TagMatch::Equal(text.into()),
        TAG_NOT_EQUAL => TagMatch::NotEqual(text.into()),
        TAG_REGEX => TagMatch::Regex(Regex::new(text).ok()?),
        TAG_NOT_REGEX => TagMatch::NotRegex(Regex::new(text).ok()?),
        _ => return None,
    };
    Some(TagPredicate::Tag { key, matcher })
}
