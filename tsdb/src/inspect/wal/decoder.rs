//! What the frames of the WAL say, generation by generation.

use std::collections::BTreeMap;

use disk::log;
use model::{FieldRef, KeyRef, line_protocol};

use super::{WalContent, WalDefinitions, WalPath};
use crate::catalog::{Catalog, Change};
use crate::generation::{Definition, GenerationId, SeriesId, ShapeId, Tables};
use crate::manifest::State;
use crate::shard::{ShardId, ShardInfo};
use crate::wal::format::{KIND_CHANGES, KIND_ROWS};
use crate::wal::{DecodedRow, RowsRecord, decode_changes};

/// Reads frames in their order and knows what they build on.
#[derive(Debug)]
pub(in crate::inspect) struct WalDecoder<'a> {
    state: &'a State,
    catalog: Catalog,
    shards: BTreeMap<ShardId, ShardInfo>,
    generation: GenerationId,
    tables: Tables,
    /// The losses that the log had told of so far.
    losses: usize,
    /// The latest generation that lacks frames. Ids are given in the order of their definitions, so that after a
    /// lost one nobody can say any more what the later ones stand for. Rows of what was defined before are told, as a
    /// start takes them.
    broken: Option<GenerationId>,
}

/// What a row refers to.
#[derive(Debug, Clone, Copy)]
pub(in crate::inspect) struct RowPlace<'a> {
    state: &'a State,
    catalog: &'a Catalog,
    shards: &'a BTreeMap<ShardId, ShardInfo>,
    tables: &'a Tables,
}

impl<'a> WalDecoder<'a> {
    pub(in crate::inspect) fn new(state: &'a State) -> Self {
        Self {
            state,
            catalog: state.catalog.clone(),
            shards: state.shards.clone(),
            generation: 0,
            tables: Tables::default(),
            losses: 0,
            broken: None,
        }
    }

    /// Takes in what the log found before the frame that is read next.
    pub(in crate::inspect) fn note_losses(&mut self, report: &log::Report, files: &[WalPath]) {
        for finding in report.findings.get(self.losses..).unwrap_or_default() {
            let (log::Finding::Corrupt { path, .. } | log::Finding::Missing { path, .. }) = finding else {
                continue;
            };
            let is_before = matches!(finding, log::Finding::Missing { .. });
            let of = files.iter().find(|file| file.path == *path);
            let of = of.filter(|file| !is_before || !file.begins_generation());
            self.broken = self.broken.max(of.map(|file| file.generation));
        }
        self.losses = report.findings.len();
    }

    /// Reads a frame and gives its rows, those of dropped shards too.
    pub(in crate::inspect) fn read(
        &mut self,
        generation: GenerationId,
        kind: u8,
        payload: &[u8],
        take: impl FnMut(RowPlace<'_>, &DecodedRow<'_, '_>),
    ) -> WalContent {
        if generation != self.generation {
            self.tables = Tables::default();
            self.generation = generation;
        }
        match kind {
            KIND_ROWS => self.read_rows(payload, take).unwrap_or(WalContent::Unknown(kind)),
            KIND_CHANGES => self.read_changes(payload).unwrap_or(WalContent::Unknown(kind)),
            _ => WalContent::Unknown(kind),
        }
    }

    /// Whether rows of the present generation may not be told because frames before them are lost.
    pub(in crate::inspect) fn lacks_frames(&self) -> bool {
        self.broken == Some(self.generation)
    }

    fn read_rows(
        &mut self,
        payload: &[u8],
        mut take: impl FnMut(RowPlace<'_>, &DecodedRow<'_, '_>),
    ) -> Option<WalContent> {
        let mut record = RowsRecord::decode(payload)?;
        let (definitions, is_known) = self.define(std::mem::take(&mut record.definitions));
        let Self { state, catalog, shards, tables, .. } = self;
        let place = RowPlace { state, catalog, shards, tables };
        let is_known =
            is_known && record.each_row(tables, |row| shards.get(&row.shard).map(|_| ())).is_some();
        if !is_known {
            return Some(WalContent::Rows { rows: None, values: 0, definitions });
        }
        let (mut rows, mut values) = (0, 0);
        record.each_row(tables, |row| {
            rows += 1;
            values += row.values.len() as u64;
            take(place, &row);
            Some(())
        })?;
        Some(WalContent::Rows { rows: Some(rows), values, definitions })
    }

    /// Takes definitions in; says whether all of them can be.
    fn define(&mut self, definitions: Vec<Definition>) -> (WalDefinitions, bool) {
        let (mut counts, mut is_known) = (WalDefinitions::default(), true);
        for definition in definitions {
            match &definition {
                Definition::Shard(shard) => {
                    self.shards.insert(shard.id, *shard);
                    counts.shards += 1;
                }
                Definition::Series(_) => counts.series += 1,
                Definition::Field(_) => counts.fields += 1,
                Definition::Shape(_) => counts.shapes += 1,
            }
            is_known &= !self.lacks_frames() || matches!(definition, Definition::Shard(_));
            if is_known && self.tables.define(definition).is_none() {
                self.broken = Some(self.generation);
                is_known = false;
            }
        }
        (counts, is_known)
    }

    fn read_changes(&mut self, payload: &[u8]) -> Option<WalContent> {
        let changes = decode_changes(payload)?;
        let told = changes.iter().map(|change| self.describe(change)).collect();
        changes.iter().for_each(|change| self.catalog.apply(change));
        Some(WalContent::Changes(told))
    }

    fn describe(&self, change: &Change) -> String {
        let database = |id: &u64| {
            let found = self.catalog.databases().into_iter().find(|database| database.id == *id);
            found.map_or_else(|| format!("number {id}"), |database| database.name.to_string())
        };
        match change {
            Change::CreateDatabase { name, .. } => format!("create database {name}"),
            Change::DropDatabase { id } => format!("drop database {}", database(id)),
            Change::CreatePolicy { database: of, policy, .. } => {
                format!("create policy {} on {}", policy.name, database(of))
            }
            Change::AlterPolicy { database: of, policy, .. } => {
                format!("alter policy {} on {}", policy.name, database(of))
            }
            Change::DropPolicy { database: of, policy } => {
                let name = self.catalog.policy_by_id(*policy).map(|(_, policy)| policy.name.to_string());
                format!("drop policy {} on {}", name.unwrap_or_else(|| policy.to_string()), database(of))
            }
            Change::Delete(tombstone) => {
                let sources = match tombstone.sources.len() {
                    0 => "every measurement".to_owned(),
                    count => format!("{count} sources"),
                };
                let (database, time) = (database(&tombstone.database), tombstone.time);
                format!("delete from {sources} of {database}, times {} to {} ns", time.start, time.end)
            }
        }
    }
}

impl<'a> RowPlace<'a> {
    /// The database and policy of a shard, if they are there.
    pub(in crate::inspect) fn names(&self, shard: ShardId) -> (Option<&'a str>, Option<&'a str>) {
        let shard = self.shards.get(&shard);
        let found = shard.and_then(|shard| self.catalog.policy_by_id(shard.policy));
        found.map_or((None, None), |(database, policy)| (Some(&*database.name), Some(&*policy.name)))
    }

    /// Whether rows of this shard still count.
    pub(in crate::inspect) fn counts(&self, shard: ShardId) -> bool {
        !self.state.is_removed(shard)
    }

    pub(in crate::inspect) fn key(&self, series: SeriesId) -> KeyRef<'a> {
        self.tables.key(series)
    }

    /// The fields of a shape: name and type.
    pub(in crate::inspect) fn fields(
        &self,
        shape: ShapeId,
    ) -> impl Iterator<Item = (&'a str, model::FieldType)> + use<'a> {
        let tables = self.tables;
        tables.shape(shape).fields.iter().map(move |id| {
            let field = tables.field(*id);
            (&*field.name, field.ty)
        })
    }

    /// Appends a row as line protocol.
    pub(in crate::inspect) fn write_line(&self, row: &DecodedRow<'_, '_>, out: &mut String) {
        let fields = self.fields(row.shape).zip(row.values);
        let fields = fields.map(|((name, _), value)| FieldRef { name, value: *value });
        line_protocol::push_line(out, &self.key(row.series).to_key(), fields, row.ts);
    }
}
