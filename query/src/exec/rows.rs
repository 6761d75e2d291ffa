//! Rows on their way: chunks of columns, group after group.

use crate::Result;
use model::{Column, SummaryBatch};
use std::cmp::Ordering;
use std::sync::Arc;

/// What rows are grouped by: the measurement and the values of the tags in GROUP BY.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// The measurement.
    pub(crate) name: Arc<str>,
    /// The tags in the order by which groups are sorted; a missing one is empty.
    pub(crate) tags: Vec<(Box<str>, Box<str>)>,
}

impl Group {
    /// How groups are sorted: by name, then by the values of the tags.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let values = |group: &Self| group.tags.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
        self.name.cmp(&other.name).then_with(|| values(self).cmp(&values(other)))
    }

    /// The value of a tag; empty where it is missing.
    pub(crate) fn tag(&self, key: &str) -> &str {
        self.tags.iter().find(|(known, _)| **known == *key).map_or("", |(_, value)| value)
    }

    /// The same group by fewer tags, or by tags that it does not have.
    pub(crate) fn by(&self, keys: &[Box<str>]) -> Self {
        let tags = keys.iter().map(|key| (key.clone(), self.tag(key).into())).collect();
        Self { name: Arc::clone(&self.name), tags }
    }
}

/// Some rows of one group.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    /// Their group.
    pub(crate) group: Arc<Group>,
    /// The instant of each.
    pub(crate) times: Vec<i64>,
    /// The inputs of the SELECT.
    pub(crate) columns: Vec<Column>,
}

impl Chunk {
    /// Roughly how many bytes it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.times.len() * 8 + self.columns.iter().map(Column::bytes).sum::<usize>()
    }
}

/// A source of rows. Chunks of a group come one after another, groups in ascending order.
pub(crate) trait Rows {
    /// The next rows, or nothing at the end. A chunk is never empty.
    fn next(&mut self) -> Result<Option<Chunk>>;
}

/// What some rows of one group come to.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Their group.
    pub(crate) group: Arc<Group>,
    /// What they come to, field by field.
    pub(crate) summaries: SummaryBatch,
    /// Which field each input of the SELECT is.
    pub(crate) inputs: Arc<[Option<usize>]>,
}

/// Rows, or what they come to.
pub(crate) enum Part {
    Rows(Chunk),
    Told(Told),
}

impl Part {
    /// The group of its rows.
    pub(crate) fn group(&self) -> &Arc<Group> {
        match self {
            Self::Rows(chunk) => &chunk.group,
            Self::Told(told) => &told.group,
        }
    }
}

/// A source for those who only reduce rows. Parts of a group come one after another, groups in ascending order.
pub(crate) trait Parts {
    /// More, or nothing at the end.
    fn next_part(&mut self) -> Result<Option<Part>>;
}

impl<T: Rows + ?Sized> Parts for T {
    fn next_part(&mut self) -> Result<Option<Part>> {
        Ok(self.next()?.map(Part::Rows))
    }
}

/// Whether two chunks are of one group.
pub(crate) fn is_same(a: &Arc<Group>, b: &Arc<Group>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

/// Who takes the rows of a SELECT: the answer, or the SELECT around it.
pub(crate) trait Taker {
    /// More rows. Groups come in ascending order; within a group times are in the order of the SELECT.
    fn take(&mut self, group: &Arc<Group>, times: &[i64], columns: Vec<Column>) -> Result<()>;
}
