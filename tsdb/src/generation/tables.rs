//! The ids of a generation and what they stand for.
//!
//! Ids are given in the order of first use. Every first use is also a [`Definition`], which goes into the
//! next frame of the WAL; reading the definitions of a generation in order gives the same ids again.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::DefaultHashBuilder;
use model::{FieldRef, FieldType, KeyRef, SeriesKey};

use super::names::IdTable;
use super::texts::Texts;
use super::{Definition, Definitions, FieldId, Layout, MeasurementId, SeriesId, Shape, ShapeId, ShapePart};
use crate::limits::{LAYOUTS_MAX, SERIES_KEY_BYTES_MAX, SHAPES_MAX, SPELLINGS_MAX};

/// A field of a measurement. A name with two types is two fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldEntry {
    pub(crate) measurement: MeasurementId,
    pub(crate) name: Arc<str>,
    pub(crate) ty: FieldType,
}

/// What is kept of a series beside its key.
#[derive(Debug, Clone, Copy)]
struct SeriesEntry {
    measurement: MeasurementId,
    /// The layout of its latest row.
    layout: u32,
}

/// No layout was seen for a series yet.
const NO_LAYOUT: u32 = u32::MAX;

/// Ids of measurements, series, fields, shapes and layouts.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    measurements: Vec<Arc<str>>,
    measurement_ids: IdTable,
    /// The canonical keys of the series.
    keys: Texts,
    series: Vec<SeriesEntry>,
    /// What clients wrote that was not canonical, and the series of each.
    spellings: Texts,
    spelled: Vec<SeriesId>,
    hasher: DefaultHashBuilder,
    fields: Vec<FieldEntry>,
    field_ids: IdTable,
    shapes: Vec<Shape>,
    shape_ids: IdTable,
    layouts: Vec<Arc<Layout>>,
    layout_ids: IdTable,
    text_bytes: usize,
}

impl Tables {
    /// The key of a series.
    pub(crate) fn key(&self, id: SeriesId) -> KeyRef<'_> {
        KeyRef::stored(self.keys.get(id))
    }

    /// The measurement of a series.
    pub(crate) fn measurement_of(&self, id: SeriesId) -> MeasurementId {
        self.series[id as usize].measurement
    }

    /// How many series each measurement has.
    pub(crate) fn series_by_measurement(&self) -> impl Iterator<Item = (&str, u64)> {
        let mut counts = vec![0; self.measurements.len()];
        self.series.iter().for_each(|series| counts[series.measurement as usize] += 1);
        self.measurements.iter().map(|name| &**name).zip(counts)
    }

    pub(crate) fn series_count(&self) -> usize {
        self.series.len()
    }

    pub(crate) fn field(&self, id: FieldId) -> &FieldEntry {
        &self.fields[id as usize]
    }

    pub(crate) fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id as usize]
    }

    pub(crate) fn measurement(&self, id: MeasurementId) -> &Arc<str> {
        &self.measurements[id as usize]
    }

    /// The type of each field of a shape.
    pub(crate) fn shape_types(&self, id: ShapeId) -> impl Iterator<Item = FieldType> + '_ {
        self.shape(id).fields.iter().map(|field| self.field(*field).ty)
    }

    /// The id of a measurement that some series has.
    pub(crate) fn measurement_id(&self, name: &str) -> Option<MeasurementId> {
        let hash = self.measurement_ids.hash(name);
        self.measurement_ids.find(hash, |id| *self.measurements[id as usize] == *name)
    }

    /// The id of a series, if it was defined.
    pub(crate) fn series_id(&self, key: KeyRef<'_>) -> Option<SeriesId> {
        self.keys.find(self.hasher.hash_one(key.as_str()), key.as_str())
    }

    /// The id of the series that a client spelled `raw`; a new one is defined.
    pub(crate) fn resolve_series(&mut self, raw: &str, defined: &mut Definitions) -> SeriesId {
        let hash = self.hasher.hash_one(raw);
        if let Some(id) = self.keys.find(hash, raw) {
            return id;
        }
        if let Some(at) = self.spellings.find(hash, raw) {
            return self.spelled[at as usize];
        }
        if let Some(key) = KeyRef::canonical(raw) {
            defined.series(key);
            return self.push_series(hash, key);
        }
        let id = self.resolve_key(SeriesKey::from_raw(raw).borrowed(), defined);
        self.remember_spelling(hash, raw, id);
        id
    }

    fn resolve_key(&mut self, key: KeyRef<'_>, defined: &mut Definitions) -> SeriesId {
        let hash = self.hasher.hash_one(key.as_str());
        self.keys.find(hash, key.as_str()).unwrap_or_else(|| {
            defined.series(key);
            self.push_series(hash, key)
        })
    }

    /// Spellings are a cache: when it is full it starts anew.
    fn remember_spelling(&mut self, hash: u64, raw: &str, id: SeriesId) {
        if self.spellings.len() >= SPELLINGS_MAX {
            self.spellings.clear();
            self.spelled.clear();
        }
        let hasher = &self.hasher;
        self.spellings.push(hash, raw, |text| hasher.hash_one(text));
        self.spelled.push(id);
    }

    /// Adds a series that was defined elsewhere; `None` if it cannot be one that this engine defined.
    fn add_series(&mut self, text: &str) -> Option<SeriesId> {
        let hash = self.hasher.hash_one(text);
        let is_new = text.len() <= SERIES_KEY_BYTES_MAX && self.keys.find(hash, text).is_none();
        let key = KeyRef::canonical(text).filter(|_| is_new)?;
        Some(self.push_series(hash, key))
    }

    fn push_series(&mut self, hash: u64, key: KeyRef<'_>) -> SeriesId {
        let measurement = self.intern_measurement(&key.measurement());
        self.series.push(SeriesEntry { measurement, layout: NO_LAYOUT });
        let hasher = &self.hasher;
        self.keys.push(hash, key.as_str(), |text| hasher.hash_one(text))
    }

    fn intern_measurement(&mut self, name: &str) -> MeasurementId {
        if let Some(id) = self.measurement_id(name) {
            return id;
        }
        let (hash, id) = (self.measurement_ids.hash(name), next_id(self.measurements.len()));
        self.measurements.push(Arc::from(name));
        let measurements = &self.measurements;
        self.measurement_ids.insert(hash, id, |hasher, id| hasher.hash_one(&*measurements[id as usize]));
        id
    }

    /// How the fields of a row of `series` are laid out; what is new is defined.
    pub(crate) fn resolve_layout<'a>(
        &mut self,
        series: SeriesId,
        fields: impl ExactSizeIterator<Item = FieldRef<'a>> + Clone,
        defined: &mut Definitions,
    ) -> Arc<Layout> {
        let SeriesEntry { measurement, layout: latest } = self.series[series as usize];
        if let Some(layout) = self.layouts.get(latest as usize)
            && layout.is_of(measurement, fields.clone())
        {
            return layout.clone();
        }
        let hash = self.layout_hash(measurement, fields.clone());
        let known =
            self.layout_ids.find(hash, |id| self.layouts[id as usize].is_of(measurement, fields.clone()));
        if let Some(id) = known {
            self.series[series as usize].layout = id;
            return self.layouts[id as usize].clone();
        }
        let layout = Arc::new(self.new_layout(measurement, fields, defined));
        if self.layouts.len() < LAYOUTS_MAX {
            let id = next_id(self.layouts.len());
            self.series[series as usize].layout = id;
            self.add_layout(hash, id, layout.clone());
        }
        layout
    }

    fn layout_hash<'a>(&self, measurement: MeasurementId, fields: impl Iterator<Item = FieldRef<'a>>) -> u64 {
        fields.fold(u64::from(measurement), |hash, field| {
            self.layout_ids.hash((hash, field.name, field.value.field_type()))
        })
    }

    fn add_layout(&mut self, hash: u64, id: u32, layout: Arc<Layout>) {
        self.text_bytes += layout.bytes();
        self.layouts.push(layout);
        let layouts = &self.layouts;
        self.layout_ids.insert(hash, id, |hasher, id| {
            let layout = &layouts[id as usize];
            let names = layout.names().iter();
            names
                .fold(u64::from(layout.measurement), |hash, (name, ty)| hasher.hash_one((hash, &**name, *ty)))
        });
    }

    fn new_layout<'a>(
        &mut self,
        measurement: MeasurementId,
        fields: impl ExactSizeIterator<Item = FieldRef<'a>>,
        defined: &mut Definitions,
    ) -> Layout {
        let names: Box<[_]> =
            fields.map(|field| (Box::<str>::from(field.name), field.value.field_type())).collect();
        let mut sources = std::collections::BTreeMap::new();
        for (index, (name, ty)) in names.iter().enumerate() {
            let field = self.resolve_field(measurement, name, *ty, defined);
            sources.insert(field, next_id(index));
        }
        let parts = self.parts(measurement, &sources, defined);
        Layout::new(measurement, names, parts)
    }

    /// One shape for all fields, or one for each when there are too many shapes.
    fn parts(
        &mut self,
        measurement: MeasurementId,
        sources: &std::collections::BTreeMap<FieldId, u32>,
        defined: &mut Definitions,
    ) -> Box<[ShapePart]> {
        let shape = Shape { measurement, fields: sources.keys().copied().collect() };
        if self.shapes.len() < SHAPES_MAX || shape.fields.len() == 1 || self.find_shape(&shape).is_some() {
            let shape = self.resolve_shape(shape, defined);
            return Box::new([ShapePart { shape, sources: sources.values().copied().collect() }]);
        }
        let single = |(field, source): (&FieldId, &u32)| {
            let shape = Shape { measurement, fields: Box::new([*field]) };
            ShapePart { shape: self.resolve_shape(shape, defined), sources: Box::new([*source]) }
        };
        sources.iter().map(single).collect()
    }

    fn resolve_field(
        &mut self,
        measurement: MeasurementId,
        name: &str,
        ty: FieldType,
        defined: &mut Definitions,
    ) -> FieldId {
        let hash = self.field_ids.hash((measurement, name, ty));
        let known = self.field_ids.find(hash, |id| {
            let field = &self.fields[id as usize];
            field.measurement == measurement && *field.name == *name && field.ty == ty
        });
        known.unwrap_or_else(|| {
            let field = FieldEntry { measurement, name: Arc::from(name), ty };
            defined.field(&field);
            self.add_field(field)
        })
    }

    fn add_field(&mut self, field: FieldEntry) -> FieldId {
        let hash = self.field_ids.hash((field.measurement, &*field.name, field.ty));
        let id = next_id(self.fields.len());
        self.text_bytes += field.name.len();
        self.fields.push(field);
        let fields = &self.fields;
        self.field_ids.insert(hash, id, |hasher: &DefaultHashBuilder, id| {
            let field = &fields[id as usize];
            hasher.hash_one((field.measurement, &*field.name, field.ty))
        });
        id
    }

    fn find_shape(&self, shape: &Shape) -> Option<ShapeId> {
        self.shape_ids.find(self.shape_ids.hash(shape), |id| self.shapes[id as usize] == *shape)
    }

    fn resolve_shape(&mut self, shape: Shape, defined: &mut Definitions) -> ShapeId {
        self.find_shape(&shape).unwrap_or_else(|| {
            defined.shape(&shape);
            self.add_shape(shape)
        })
    }

    fn add_shape(&mut self, shape: Shape) -> ShapeId {
        let (hash, id) = (self.shape_ids.hash(&shape), next_id(self.shapes.len()));
        self.text_bytes += shape.fields.len() * size_of::<FieldId>();
        self.shapes.push(shape);
        let shapes = &self.shapes;
        self.shape_ids.insert(hash, id, |hasher, id| hasher.hash_one(&shapes[id as usize]));
        id
    }

    /// Takes in a definition that was read from the WAL; `None` where it refers to what is not there.
    pub(crate) fn define(&mut self, definition: Definition<'_>) -> Option<()> {
        match definition {
            Definition::Shard(_) => {}
            Definition::Series(text) => {
                self.add_series(text)?;
            }
            Definition::Field(field) => {
                self.measurements.get(field.measurement as usize)?;
                self.add_field(field);
            }
            Definition::Shape(shape) => {
                let known = |field: &FieldId| {
                    self.fields
                        .get(*field as usize)
                        .is_some_and(|field| field.measurement == shape.measurement)
                };
                if shape.fields.is_empty() || !shape.fields.iter().all(known) {
                    return None;
                }
                self.add_shape(shape);
            }
        }
        Some(())
    }

    /// Whether rows may refer to this series and shape.
    pub(crate) fn knows(&self, series: SeriesId, shape: ShapeId) -> bool {
        (series as usize) < self.series.len() && (shape as usize) < self.shapes.len()
    }

    /// Roughly the memory held.
    pub(crate) fn bytes(&self) -> usize {
        self.text_bytes
            + self.keys.bytes()
            + self.series.capacity() * size_of::<SeriesEntry>()
            + self.spellings.bytes()
            + self.spelled.capacity() * size_of::<SeriesId>()
            + self.fields.capacity() * size_of::<FieldEntry>()
            + self.field_ids.bytes()
            + self.shapes.capacity() * size_of::<Shape>()
            + self.shape_ids.bytes()
            + self.layouts.capacity() * size_of::<Arc<Layout>>()
            + self.layout_ids.bytes()
    }
}

/// Ids are 32 bits wide; a generation's WAL ends long before, since each costs it at least a byte.
fn next_id(count: usize) -> u32 {
    u32::try_from(count).expect("a generation's WAL holds fewer than 4 G definitions")
}
