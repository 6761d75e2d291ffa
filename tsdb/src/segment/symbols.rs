//! Symbols: the measurements, fields, tag keys and tag values of a segment under way, and the series made of them.
//!
//! Texts are kept once, and a series costs eight bytes per tag until the end. [`Symbols::finish`] then ranks the
//! values of each tag key and writes postings and series.

use super::directory::{self, Field, Measurement, TagKey};
use super::footer::Extent;
use super::interner::Interner;
use super::output::Output;
use super::posting;
use super::records::RecordsBuilder;
use super::sets::Sets;
use crate::Result;
use crate::codec::write_count;
use hashbrown::HashMap;
use model::{FieldType, KeyRef};
use roaring::RoaringBitmap;

/// All symbols of a segment.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    measurements: Vec<MeasurementSymbols>,
    by_name: HashMap<Box<str>, usize>,
    /// The measurement, the tag keys and their set of each series.
    key_sets: HashMap<usize, KeySet>,
    series_sets: Vec<u32>,
    /// The measurement and the tag keys of the series that is added.
    members: Vec<u32>,
}

#[derive(Debug, Default)]
struct MeasurementSymbols {
    fields: Interner,
    types: Vec<FieldType>,
    keys: Interner,
    tags: Vec<TagSymbols>,
    series: RoaringBitmap,
}

/// The values of a tag key and who carries which.
#[derive(Debug, Default)]
struct TagSymbols {
    values: Interner,
    /// Value and series, in the order of the series.
    carriers: Vec<(u32, u32)>,
}

#[derive(Debug, Clone)]
struct KeySet {
    measurement: usize,
    keys: Vec<usize>,
}

/// The sections that [`Symbols::finish`] makes.
pub(crate) struct SymbolSections {
    /// The table of series.
    pub(crate) series: Vec<u8>,
    /// The directory.
    pub(crate) measurements: Vec<u8>,
}

impl Symbols {
    /// Adds the next series and says the number of its measurement.
    pub(crate) fn add_series(&mut self, id: u32, key: KeyRef<'_>, sets: &mut Sets) -> usize {
        let name = key.measurement();
        let measurement = self.measurement(&name);
        let symbols = &mut self.measurements[measurement];
        symbols.series.insert(id);
        self.members.clear();
        self.members.push(small(measurement));
        for (key, value) in key.pairs() {
            let number = symbols.keys.intern(&key);
            if number as usize == symbols.tags.len() {
                symbols.tags.push(TagSymbols::default());
            }
            let tag = &mut symbols.tags[number as usize];
            tag.carriers.push((tag.values.intern(&value), id));
            self.members.push(number);
        }
        let set = sets.intern(&self.members);
        self.key_sets.entry(set).or_insert_with(|| KeySet {
            measurement,
            keys: self.members[1..].iter().map(|key| *key as usize).collect(),
        });
        self.series_sets.push(small(set));
        measurement
    }

    /// Roughly the memory held, and as much again for the sections that are made of it.
    pub(crate) fn memory_bytes(&self) -> usize {
        let tags = self.measurements.iter().flat_map(|symbols| &symbols.tags);
        let tags: usize = tags.map(TagSymbols::memory_bytes).sum();
        2 * (tags + self.series_sets.capacity() * size_of::<u32>())
    }

    fn measurement(&mut self, name: &str) -> usize {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        self.measurements.push(MeasurementSymbols::default());
        self.by_name.insert(name.into(), self.measurements.len() - 1);
        self.measurements.len() - 1
    }

    /// The number of a field in its measurement; the type it has already, if that is another one.
    pub(crate) fn field(
        &mut self,
        measurement: usize,
        name: &str,
        ty: FieldType,
    ) -> std::result::Result<u32, FieldType> {
        let symbols = &mut self.measurements[measurement];
        let number = symbols.fields.intern(name);
        if number as usize == symbols.types.len() {
            symbols.types.push(ty);
        }
        let stored = symbols.types[number as usize];
        if stored == ty { Ok(number) } else { Err(stored) }
    }

    /// Writes the postings and gives the sections that refer to them.
    pub(crate) fn finish(self, output: &mut Output) -> Result<SymbolSections> {
        let mut names: Vec<(Box<str>, usize)> = self.by_name.into_iter().collect();
        names.sort_unstable_by_key(|(_, number)| *number);
        let mut directory = Vec::with_capacity(names.len());
        let mut ranks = Vec::with_capacity(names.len());
        for ((name, _), symbols) in names.into_iter().zip(&self.measurements) {
            let (measurement, measurement_ranks) = symbols.finish(name, output)?;
            directory.push(measurement);
            ranks.push(measurement_ranks);
        }
        let series = series_table(&self.measurements, &self.key_sets, &self.series_sets, &ranks);
        Ok(SymbolSections { series, measurements: directory::encode(&directory) })
    }
}

/// A number that counts series, sets, fields or keys of one segment.
fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a segment holds fewer than 2^32 series")
}

impl MeasurementSymbols {
    /// Writes the postings; the ranks of the values of each tag key come with it.
    fn finish(&self, name: Box<str>, output: &mut Output) -> Result<(Measurement, Vec<Vec<u32>>)> {
        let mut tag_keys = Vec::with_capacity(self.tags.len());
        let mut ranks = Vec::with_capacity(self.tags.len());
        for (number, tag) in self.tags.iter().enumerate() {
            let order = tag.values.sorted();
            let rank = inverse(&order);
            let values = output.append(&tag.table(&order, &rank))?;
            let present = append_bitmap(tag.carriers.iter().map(|(_, series)| *series), output)?;
            tag_keys.push(TagKey { name: self.keys.get(small(number)).into(), values, present });
            ranks.push(rank);
        }
        let fields: Vec<Field> = (0_u32..)
            .zip(&self.types)
            .map(|(number, ty)| Field { name: self.fields.get(number).into(), ty: *ty })
            .collect();
        let series = append_bitmap(self.series.iter(), output)?;
        Ok((Measurement { name, fields, fields_by_name: Vec::new(), tag_keys, series }, ranks))
    }
}

fn append_bitmap(series: impl Iterator<Item = u32>, output: &mut Output) -> Result<Extent> {
    let mut bitmap = RoaringBitmap::from_sorted_iter(series).expect("series come in rising order");
    bitmap.optimize();
    let mut bytes = Vec::new();
    posting::encode_bitmap(&bitmap, &mut bytes);
    output.append(&bytes)
}

/// The place of each number in `order`.
fn inverse(order: &[u32]) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    for (place, number) in (0_u32..).zip(order) {
        places[*number as usize] = place;
    }
    places
}

impl TagSymbols {
    fn memory_bytes(&self) -> usize {
        self.values.memory_bytes() + self.carriers.capacity() * size_of::<(u32, u32)>()
    }

    /// The table of values in their order, each with its series.
    fn table(&self, order: &[u32], rank: &[u32]) -> Vec<u8> {
        let mut starts = vec![0_u32; order.len() + 1];
        self.carriers.iter().for_each(|(value, _)| starts[rank[*value as usize] as usize + 1] += 1);
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut series = vec![0; self.carriers.len()];
        let mut next = starts.clone();
        for (value, id) in &self.carriers {
            let slot = &mut next[rank[*value as usize] as usize];
            series[*slot as usize] = *id;
            *slot += 1;
        }
        let mut table = RecordsBuilder::default();
        let mut record = Vec::new();
        for (value, bounds) in order.iter().zip(starts.windows(2)) {
            record.clear();
            posting::encode_value(
                self.values.get(*value),
                &series[bounds[0] as usize..bounds[1] as usize],
                &mut record,
            );
            table.push(&record);
        }
        table.finish()
    }
}

/// The table of series: the key set, then the rank of the value of each key.
fn series_table(
    measurements: &[MeasurementSymbols],
    key_sets: &HashMap<usize, KeySet>,
    series_sets: &[u32],
    ranks: &[Vec<Vec<u32>>],
) -> Vec<u8> {
    let mut next: Vec<Vec<usize>> = measurements.iter().map(|symbols| vec![0; symbols.tags.len()]).collect();
    let mut table = RecordsBuilder::default();
    let mut record = Vec::new();
    for set in series_sets {
        let set = *set as usize;
        let KeySet { measurement, keys } = &key_sets[&set];
        record.clear();
        write_count(&mut record, set);
        for key in keys {
            let carrier = &mut next[*measurement][*key];
            let (value, _) = measurements[*measurement].tags[*key].carriers[*carrier];
            *carrier += 1;
            write_count(&mut record, ranks[*measurement][*key][value as usize] as usize);
        }
        table.push(&record);
    }
    table.finish()
}
