//! Which fields come together, and in which order a client sends them.
//!
//! A [`Shape`] is a set of fields of one measurement; the head keeps one arena of dense columns for each.
//! A [`Layout`] is the order in which a client writes them, learnt once, so that the next row of that
//! client needs no look-up by name.

use model::{FieldRef, FieldType};

use super::{FieldId, MeasurementId, ShapeId};

/// A set of fields of one measurement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub(crate) measurement: MeasurementId,
    /// Rising and unique.
    pub(crate) fields: Box<[FieldId]>,
}

/// An order of fields as a client sends them, and where each goes.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) measurement: MeasurementId,
    names: Box<[(Box<str>, FieldType)]>,
    /// One part, unless the row is split because there are too many shapes.
    pub(crate) parts: Box<[ShapePart]>,
}

/// Which fields of a row make up a row of a shape.
#[derive(Debug)]
pub(crate) struct ShapePart {
    pub(crate) shape: ShapeId,
    /// For each field of the shape, its index among the fields of the row.
    pub(crate) sources: Box<[u32]>,
}

impl Layout {
    pub(crate) fn new(
        measurement: MeasurementId,
        names: Box<[(Box<str>, FieldType)]>,
        parts: Box<[ShapePart]>,
    ) -> Self {
        Self { measurement, names, parts }
    }

    /// The fields in the order of the client.
    pub(crate) fn names(&self) -> &[(Box<str>, FieldType)] {
        &self.names
    }

    /// Roughly the memory held.
    pub(crate) fn bytes(&self) -> usize {
        let names: usize =
            self.names.iter().map(|(name, _)| size_of::<(Box<str>, FieldType)>() + name.len()).sum();
        let sources: usize = self.parts.iter().map(|part| part.sources.len()).sum();
        size_of::<Self>() + names + self.parts.len() * size_of::<ShapePart>() + sources * size_of::<u32>()
    }

    /// Whether every field comes once: then the shapes of its parts say all about its types.
    pub(crate) fn is_plain(&self) -> bool {
        self.parts.iter().map(|part| part.sources.len()).sum::<usize>() == self.names.len()
    }

    /// Whether a row of `measurement` with these fields is laid out so.
    pub(crate) fn is_of<'a>(
        &self,
        measurement: MeasurementId,
        mut fields: impl ExactSizeIterator<Item = FieldRef<'a>>,
    ) -> bool {
        measurement == self.measurement
            && fields.len() == self.names.len()
            && self.names.iter().all(|(name, ty)| {
                fields.next().is_some_and(|field| *field.name == **name && field.value.field_type() == *ty)
            })
    }
}
