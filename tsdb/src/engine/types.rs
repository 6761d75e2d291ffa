//! The types of a shard's fields: the first one that was accepted counts.
//!
//! A delete frees the types of a measurement only if it means every row that the shard had of it. Rows that another
//! delete hides count until they are gone from all files: a freeze or a merge may put them beside rows that are left,
//! and what a field is must not change with where its rows lie.
//!
//! A type comes into being with the write that is logged. What a write has admitted is taken back when the write is
//! refused after all: for want of room, or because of another of its points.

use std::collections::HashMap;
use std::sync::Arc;

use model::{FieldType, TagPredicate, TimeRange};

use crate::error::Result;
use crate::generation::{Generation, GenerationData, Layout, ShapeId, ShapePart};
use crate::rejected::RejectReason;
use crate::shard::{Shard, ShardId, ShardInfo};
use crate::tombstone::Placed;
use crate::view::View;

/// The types that are taken, and the shapes that fit them.
#[derive(Debug, Default)]
pub(crate) struct ShardTypes {
    /// Measurement, field, type.
    types: HashMap<Arc<str>, HashMap<Box<str>, FieldType>>,
    /// Whether each shape of the generation that is written to was admitted: then its rows need no look-up by name.
    admitted: Vec<bool>,
    /// What the write under way has admitted.
    fresh: Fresh,
}

/// What a write has admitted that is not logged yet.
#[derive(Debug, Default)]
struct Fresh {
    /// Measurements with a field of theirs.
    fields: Vec<(Arc<str>, Box<str>)>,
    shapes: Vec<ShapeId>,
}

impl ShardTypes {
    /// The types that segments and heads of a shard hold. `active` is the data of the generation that is
    /// written to, whose lock the caller has.
    ///
    /// # Errors
    /// When there is no room to open a segment now: without its types a write must wait.
    pub(super) fn load(view: &View, shard: ShardId, active: &GenerationData) -> Result<Self> {
        let mut types = Self::default();
        if let Some(shard) = view.shard(shard) {
            types.add_segments(view, shard)?;
        }
        for generation in view.sealed() {
            types.add_head(view, generation, &generation.data.read(), shard);
        }
        types.add_head(view, view.active(), active, shard);
        Ok(types)
    }

    fn add_segments(&mut self, view: &View, shard: &Shard) -> Result<()> {
        for segment in &shard.segments {
            let reader = match segment.reader() {
                Ok(reader) => reader,
                Err(error) if error.is_temporary() => return Err(error),
                // A damaged segment fails the queries that need it; writers go on without its types.
                Err(_) => continue,
            };
            for measurement in reader.measurements() {
                let emptied = emptied(view, &shard.info, measurement);
                if emptied.is_some_and(|placed| placed.tombstone.lsn > segment.info.settled) {
                    continue;
                }
                let fields = self.types.entry(Arc::from(measurement)).or_default();
                for (name, ty) in reader.fields(measurement) {
                    fields.entry(name).or_insert(ty);
                }
            }
        }
        Ok(())
    }

    fn add_head(&mut self, view: &View, generation: &Generation, data: &GenerationData, shard: ShardId) {
        let Some((head, info)) = data.heads.get(&shard).zip(data.shards.get(&shard)) else { return };
        for id in head.shapes_before(data.rows) {
            let shape = data.tables.shape(id);
            let measurement = data.tables.measurement(shape.measurement);
            let below = emptied(view, info, measurement).map_or(0, |placed| placed.below(generation.id));
            if !head.has_row_from(id, below) {
                continue;
            }
            let fields = self.types.entry(measurement.clone()).or_default();
            for field in &shape.fields {
                let field = data.tables.field(*field);
                fields.entry(Box::from(&*field.name)).or_insert(field.ty);
            }
        }
    }

    /// Whether every row of this layout is admitted.
    pub(super) fn knows(&self, layout: &Layout) -> bool {
        let is_admitted =
            |part: &ShapePart| self.admitted.get(part.shape as usize).is_some_and(|admitted| *admitted);
        layout.is_plain() && layout.parts.iter().all(is_admitted)
    }

    /// Takes the fields of a layout in, or says which one conflicts and changes nothing.
    pub(super) fn admit(
        &mut self,
        measurement: &Arc<str>,
        layout: &Layout,
    ) -> std::result::Result<(), RejectReason> {
        let known = self.types.entry(measurement.clone()).or_default();
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
            self.fresh.fields.push((measurement.clone(), name.into()));
        }
        for part in &layout.parts {
            let shape = part.shape as usize;
            if self.admitted.len() <= shape {
                self.admitted.resize(shape + 1, false);
            }
            if !self.admitted[shape] {
                self.admitted[shape] = true;
                self.fresh.shapes.push(part.shape);
            }
        }
        Ok(())
    }

    /// The write that is under way is logged.
    pub(super) fn settle(&mut self) {
        self.fresh = Fresh::default();
    }

    /// The write that is under way is refused: what it has admitted never was.
    pub(super) fn revert(&mut self) {
        let Fresh { fields, shapes } = std::mem::take(&mut self.fresh);
        for (measurement, field) in fields {
            if let Some(known) = self.types.get_mut(&measurement) {
                known.remove(&field);
            }
        }
        for shape in shapes {
            self.admitted[shape as usize] = false;
        }
    }
}

/// The last delete of every row that a shard had of a measurement.
fn emptied<'a>(view: &'a View, shard: &ShardInfo, measurement: &str) -> Option<&'a Placed> {
    let time = shard.time.intersect(&TimeRange::ALL);
    let is_whole = |placed: &&Placed| {
        let tombstone = &placed.tombstone;
        matches!(tombstone.tags, TagPredicate::All) && tombstone.time.intersect(&time) == time
    };
    view.touching(shard, measurement).into_iter().rev().find(is_whole)
}
