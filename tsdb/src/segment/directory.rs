//! The directory: measurements with their fields and tag keys. It is small, and kept in memory of an open segment.
//!
//! ```text
//! count · measurement*
//! measurement  name · count of fields · (name · type)* · count of tag keys · tag key* · extent of all its series
//! tag key      name · extent of its values · extent of the series that have it
//! extent       offset · length
//! ```
//!
//! Measurements, fields and tag keys are numbered as they stand here, in the order in which the writer met them.

use super::footer::Extent;
use crate::codec::{Decoded, Malformed, read_byte, read_count, read_u64, write_count};
use disk::varint;
use model::FieldType;

/// All measurements, by number and by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Directory {
    pub(crate) measurements: Vec<Measurement>,
    /// Numbers of the measurements in the order of their names.
    pub(crate) by_name: Vec<u32>,
}

impl Directory {
    /// A measurement by its name.
    pub(crate) fn find(&self, name: &str) -> Option<&Measurement> {
        let at = |number: &u32| &self.measurements[*number as usize];
        let position = self.by_name.binary_search_by(|number| (*at(number).name).cmp(name)).ok()?;
        Some(at(&self.by_name[position]))
    }

    /// Roughly the memory that it takes.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.measurements.iter().map(Measurement::memory_bytes).sum()
    }

    /// The measurements in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Measurement> {
        self.by_name.iter().map(|number| &self.measurements[*number as usize])
    }
}

/// A measurement of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measurement {
    pub(crate) name: Box<str>,
    pub(crate) fields: Vec<Field>,
    /// Numbers of the fields in the order of their names.
    pub(crate) fields_by_name: Vec<u32>,
    pub(crate) tag_keys: Vec<TagKey>,
    /// A bitmap of all its series.
    pub(crate) series: Extent,
}

/// A field of a measurement; it has one type in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: Box<str>,
    pub(crate) ty: FieldType,
}

/// A tag key of a measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TagKey {
    pub(crate) name: Box<str>,
    /// A table of its values, sorted.
    pub(crate) values: Extent,
    /// A bitmap of the series that have it.
    pub(crate) present: Extent,
}

impl Measurement {
    /// The number of a field.
    pub(crate) fn field(&self, name: &str) -> Option<u32> {
        let position =
            self.fields_by_name.binary_search_by(|number| (*self.fields[*number as usize].name).cmp(name));
        Some(self.fields_by_name[position.ok()?])
    }

    fn memory_bytes(&self) -> usize {
        let fields: usize =
            self.fields.iter().map(|field| field.name.len() + size_of::<(Field, u32)>()).sum();
        let tags: usize = self.tag_keys.iter().map(|key| key.name.len() + size_of::<TagKey>()).sum();
        size_of::<(Self, u32)>() + self.name.len() + fields + tags
    }

    /// A tag key by its name; there are few.
    pub(crate) fn tag_key(&self, name: &str) -> Option<&TagKey> {
        self.tag_keys.iter().find(|key| *key.name == *name)
    }
}

/// The numbers of some things in the order of their names.
fn order<T>(things: &[T], name: impl Fn(&T) -> &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0_u32..).take(things.len()).collect();
    numbers.sort_unstable_by(|a, b| name(&things[*a as usize]).cmp(name(&things[*b as usize])));
    numbers
}

/// The bytes of the directory.
pub(crate) fn encode(measurements: &[Measurement]) -> Vec<u8> {
    let mut out = Vec::new();
    write_count(&mut out, measurements.len());
    for measurement in measurements {
        encode_measurement(measurement, &mut out);
    }
    out
}

fn encode_measurement(measurement: &Measurement, out: &mut Vec<u8>) {
    varint::write_bytes(out, measurement.name.as_bytes());
    write_count(out, measurement.fields.len());
    for field in &measurement.fields {
        varint::write_bytes(out, field.name.as_bytes());
        out.push(field.ty as u8);
    }
    write_count(out, measurement.tag_keys.len());
    for key in &measurement.tag_keys {
        varint::write_bytes(out, key.name.as_bytes());
        encode_extent(key.values, out);
        encode_extent(key.present, out);
    }
    encode_extent(measurement.series, out);
}

fn encode_extent(extent: Extent, out: &mut Vec<u8>) {
    varint::write_u64(out, extent.offset);
    varint::write_u64(out, extent.len);
}

/// Reads a whole directory.
pub(crate) fn decode(bytes: &[u8]) -> Decoded<Directory> {
    let mut input = bytes;
    let measurements = list(&mut input, decode_measurement)?;
    let by_name = order(&measurements, |measurement| &measurement.name);
    if input.is_empty() {
        Ok(Directory { measurements, by_name })
    } else {
        Err(Malformed("the end of the directory"))
    }
}

fn decode_measurement(input: &mut &[u8]) -> Decoded<Measurement> {
    let name = decode_name(input)?;
    let fields = list(input, decode_field)?;
    let fields_by_name = order(&fields, |field| &field.name);
    let tag_keys = list(input, decode_tag_key)?;
    Ok(Measurement { name, fields, fields_by_name, tag_keys, series: decode_extent(input)? })
}

fn decode_field(input: &mut &[u8]) -> Decoded<Field> {
    let name = decode_name(input)?;
    let ty = FieldType::from_number(read_byte(input)?).ok_or(Malformed("the number of a field type"))?;
    Ok(Field { name, ty })
}

fn decode_tag_key(input: &mut &[u8]) -> Decoded<TagKey> {
    Ok(TagKey { name: decode_name(input)?, values: decode_extent(input)?, present: decode_extent(input)? })
}

fn decode_extent(input: &mut &[u8]) -> Decoded<Extent> {
    Ok(Extent { offset: read_u64(input)?, len: read_u64(input)? })
}

fn decode_name(input: &mut &[u8]) -> Decoded<Box<str>> {
    let bytes = varint::read_bytes(input).ok_or(Malformed("a name"))?;
    std::str::from_utf8(bytes).map(Into::into).map_err(|_| Malformed("a name in UTF-8"))
}

/// A count and as many things, each of one byte or more.
fn list<T>(input: &mut &[u8], read: impl Fn(&mut &[u8]) -> Decoded<T>) -> Decoded<Vec<T>> {
    let count = read_count(input, input.len())?;
    (0..count).map(|_| read(input)).collect()
}
