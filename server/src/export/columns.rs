//! Which columns a scan brings for the fields of a measurement, and which of them holds a row's own value.
//!
//! A field's type is fixed per shard, so a field may be a float in one week and an integer in the next. A scan
//! casts numbers to the type that is asked for; to get each value as it was stored, such a field is asked for
//! once per type, and the shard that a row lies in says which column counts.

use model::{FieldRef, FieldRequest, FieldType, ScanBatch, TimeRange};
use tsdb::Snapshot;

/// The fields of a measurement.
#[derive(Debug)]
pub(super) struct Columns {
    fields: Vec<Field>,
    /// The types in each shard, the earliest first; empty when every field has one type.
    shards: Vec<ShardTypes>,
}

#[derive(Debug)]
struct Field {
    name: Box<str>,
    /// The place of the column of each type in a batch.
    columns: Vec<(FieldType, usize)>,
}

#[derive(Debug)]
struct ShardTypes {
    time: TimeRange,
    /// The type of each field; none where the shard does not have it.
    types: Vec<Option<FieldType>>,
}

impl Columns {
    pub(super) fn new(snapshot: &Snapshot, measurement: &str) -> tsdb::Result<Self> {
        let mut fields: Vec<Field> = Vec::new();
        let mut place = 0;
        for (name, types) in snapshot.fields(measurement)? {
            let columns = types.into_iter().zip(place..).collect::<Vec<_>>();
            place += columns.len();
            fields.push(Field { name, columns });
        }
        let shards = if fields.iter().all(|field| field.columns.len() == 1) {
            Vec::new()
        } else {
            let ranges = snapshot.shard_ranges().into_iter();
            ranges
                .map(|time| ShardTypes::new(&fields, snapshot, measurement, time))
                .collect::<tsdb::Result<_>>()?
        };
        Ok(Self { fields, shards })
    }

    /// What to ask a scan for.
    pub(super) fn requests(&self) -> Vec<FieldRequest> {
        let request = |field: &Field, ty| FieldRequest { name: field.name.clone(), ty };
        self.fields.iter().flat_map(|field| field.columns.iter().map(|(ty, _)| request(field, *ty))).collect()
    }

    /// The fields of a row, each as it was stored.
    pub(super) fn row<'a>(
        &'a self,
        batch: &'a ScanBatch,
        row: usize,
    ) -> impl Iterator<Item = FieldRef<'a>> + use<'a> {
        let shard = self.shard_of(batch.columns.times[row]);
        self.fields.iter().enumerate().filter_map(move |(number, field)| {
            let column = match (&field.columns[..], shard) {
                ([(_, column)], _) => *column,
                (columns, Some(shard)) => {
                    let stored = shard.types[number]?;
                    columns.iter().find(|(ty, _)| *ty == stored)?.1
                }
                (_, None) => return None,
            };
            let value = batch.columns.columns[column].get(row)?;
            Some(FieldRef { name: &field.name, value })
        })
    }

    fn shard_of(&self, ts: i64) -> Option<&ShardTypes> {
        let after = self.shards.partition_point(|shard| shard.time.start <= ts);
        after.checked_sub(1).map(|index| &self.shards[index])
    }
}

impl ShardTypes {
    fn new(fields: &[Field], snapshot: &Snapshot, measurement: &str, time: TimeRange) -> tsdb::Result<Self> {
        let mut types = vec![None; fields.len()];
        for (name, found) in snapshot.within(time).fields(measurement)? {
            if let Ok(number) = fields.binary_search_by(|field| field.name.cmp(&name)) {
                types[number] = found.first().copied();
            }
        }
        Ok(Self { time, types })
    }
}
