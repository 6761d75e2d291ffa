//! The types of a shard's fields: the first one that was accepted counts.

use std::collections::HashMap;
use std::sync::Arc;

use model::FieldType;

use crate::generation::{GenerationData, Layout};
use crate::rejected::RejectReason;
use crate::shard::{Shard, ShardId};
use crate::view::View;

/// Measurement, field, type.
#[derive(Debug, Default)]
pub(crate) struct ShardTypes(HashMap<Arc<str>, HashMap<Box<str>, FieldType>>);

impl ShardTypes {
    /// The types that segments and heads of a shard hold. `active` is the data of the generation that is
    /// written to, whose lock the caller has.
    pub(super) fn load(view: &View, shard: ShardId, active: &GenerationData) -> Self {
        let mut types = Self::default();
        if let Some(shard) = view.shard(shard) {
            types.add_segments(shard);
        }
        for generation in view.sealed() {
            types.add_head(&generation.data.read(), shard);
        }
        types.add_head(active, shard);
        types
    }

    fn add_segments(&mut self, shard: &Shard) {
        for segment in &shard.segments {
            // A damaged segment fails the queries that need it; writers go on without its types.
            let Ok(reader) = segment.reader() else { continue };
            for measurement in reader.measurements() {
                let fields = self.0.entry(Arc::from(measurement)).or_default();
                for (name, ty) in reader.fields(measurement) {
                    fields.entry(name).or_insert(ty);
                }
            }
        }
    }

    fn add_head(&mut self, data: &GenerationData, shard: ShardId) {
        let Some(head) = data.heads.get(&shard) else { return };
        for shape in head.shapes_before(data.rows) {
            let shape = data.tables.shape(shape);
            let fields = self.0.entry(data.tables.measurement(shape.measurement).clone()).or_default();
            for field in &shape.fields {
                let field = data.tables.field(*field);
                fields.entry(Box::from(&*field.name)).or_insert(field.ty);
            }
        }
    }

    /// Takes the fields of a layout in, or says which one conflicts and changes nothing.
    pub(super) fn admit(&mut self, measurement: &Arc<str>, layout: &Layout) -> Result<(), RejectReason> {
        let known = self.0.entry(measurement.clone()).or_default();
        let mut new: Vec<(&str, FieldType)> = Vec::new();
        for (name, ty) in layout.names() {
            let existing = known
                .get(name)
                .copied()
                .or_else(|| new.iter().find(|(other, _)| **other == **name).map(|(_, ty)| *ty));
            match existing {
                Some(existing) if existing != *ty => {
                    return Err(RejectReason::FieldType {
                        field: name.clone(),
                        measurement: Box::from(&**measurement),
                        given: *ty,
                        existing,
                    });
                }
                Some(_) => {}
                None => new.push((name, *ty)),
            }
        }
        for (name, ty) in new {
            known.insert(name.into(), ty);
        }
        Ok(())
    }
}
