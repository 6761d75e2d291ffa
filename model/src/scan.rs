//! What a reader asks of a store, and what it gets: the words between query plans and engines.

use crate::{Budget, CancelToken, ColumnBatch, FieldType, TagPredicate, Tags, TimeRange};
use std::sync::Arc;

/// A field that a scan shall bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRequest {
    /// The field's key.
    pub name: Box<str>,
    /// The type that its column shall have. A shard that holds the field as another numeric type
    /// casts; one that holds it as a type that does not cast has no value there.
    pub ty: FieldType,
}

/// Whether time runs forward or back within what the order keeps together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Oldest first.
    #[default]
    Ascending,
    /// Newest first.
    Descending,
}

/// In which order the rows of one group come. Groups never mix: they come one after another, sorted
/// by the values of their group-by tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScanOrder {
    /// One series after another (in the order of their keys), each by time. The cheapest.
    #[default]
    BySeries,
    /// All series of the group merged by time; of equal times the series with the lower key first.
    ByTime,
}

/// A scan of one measurement in one retention policy.
#[derive(Debug, Clone)]
pub struct ScanRequest {
    /// The measurement.
    pub measurement: Box<str>,
    /// Rows outside this range are not wanted.
    pub time: TimeRange,
    /// Series that do not pass are not wanted.
    pub tags: TagPredicate,
    /// The wanted fields, in the order of the answer's columns. A row comes when one of them is there.
    pub fields: Vec<FieldRequest>,
    /// The tags whose values make a group, in the order by which groups are sorted.
    pub group_by: Vec<Box<str>>,
    /// How rows of one group are ordered.
    pub order: ScanOrder,
    /// Whether time runs forward or back.
    pub direction: Direction,
    /// A hint: the reader wants no more than so many rows of each series. More may come.
    pub series_rows_max: Option<usize>,
    /// Asked once per batch.
    pub cancel: CancelToken,
    /// Where decoded batches are leased.
    pub budget: Budget,
}

/// A question about the series of one measurement in one retention policy.
#[derive(Debug, Clone)]
pub struct SeriesRequest {
    /// The measurement.
    pub measurement: Box<str>,
    /// Series that do not pass are not wanted.
    pub tags: TagPredicate,
    /// Series that have no point in here are not wanted. A store may judge it as coarsely as it keeps data apart.
    pub time: TimeRange,
    /// Asked all the time while series are looked at.
    pub cancel: CancelToken,
    /// Where what is collected is leased.
    pub budget: Budget,
}

impl SeriesRequest {
    /// All series of a measurement, for a reader that does not give up.
    #[must_use]
    pub fn all(measurement: &str, budget: &Budget) -> Self {
        Self {
            measurement: measurement.into(),
            tags: TagPredicate::All,
            time: TimeRange::ALL,
            cancel: CancelToken::new(),
            budget: budget.clone(),
        }
    }

    /// The same question about the series that pass `tags`.
    #[must_use]
    pub fn filtered(self, tags: &TagPredicate) -> Self {
        Self { tags: tags.clone(), ..self }
    }
}

/// Which series each row of a batch belongs to.
#[derive(Debug, Clone)]
pub enum SeriesColumn {
    /// All rows are of one series with these tags.
    One(Arc<Tags>),
    /// Row `i` is of the series `table[rows[i]]`.
    Many {
        /// The tags of each series in the batch.
        table: Arc<[Arc<Tags>]>,
        /// One index into `table` per row.
        rows: Vec<u32>,
    },
}

impl SeriesColumn {
    /// The tags of the series that row `index` belongs to.
    #[must_use]
    pub fn tags(&self, index: usize) -> &Arc<Tags> {
        match self {
            Self::One(tags) => tags,
            Self::Many { table, rows } => &table[rows[index] as usize],
        }
    }
}

/// Some rows of one group. Never empty.
#[derive(Debug, Clone)]
pub struct ScanBatch {
    /// The series of each row.
    pub series: SeriesColumn,
    /// Times and the wanted fields.
    pub columns: ColumnBatch,
}
