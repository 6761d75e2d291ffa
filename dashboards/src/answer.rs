//! What comes back from a query: rows by tag set, times and columns apart.

use crate::queries::QueryId;

/// The rows of one query.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Which query this answers.
    pub id: QueryId,
    /// One entry for each combination of the tags in its GROUP BY. Empty when nothing was found.
    pub rows: Vec<Rows>,
}

/// The rows of one tag set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Name and value of each tag in the GROUP BY.
    pub tags: Vec<(String, String)>,
    /// The time of each row, nanoseconds since 1970, ascending.
    pub times: Vec<i64>,
    /// The columns in the order of the SELECT, without the time; each as long as `times`.
    /// What is null, or not a number, is `None`. A column may be short: what is missing counts as null.
    pub columns: Vec<Vec<Option<f64>>>,
}

impl Rows {
    /// The value of a tag, empty when absent as in InfluxQL.
    pub(crate) fn tag(&self, name: &str) -> &str {
        self.tags.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The finite values of a column with their times.
    pub(crate) fn points(&self, column: usize) -> impl Iterator<Item = (i64, f64)> + '_ {
        let values = self.columns.get(column).map_or(&[][..], Vec::as_slice);
        self.times
            .iter()
            .zip(values)
            .filter_map(|(time, value)| Some((*time, value.filter(|v| v.is_finite())?)))
    }

    /// The newest finite value of a column.
    pub(crate) fn last(&self, column: usize) -> Option<f64> {
        self.points(column).last().map(|(_, value)| value)
    }
}

/// The rows that answer one query, none when it was not asked or failed.
pub(crate) fn rows_of(answers: &[Answer], id: QueryId) -> &[Rows] {
    answers.iter().find(|answer| answer.id == id).map_or(&[], |answer| &answer.rows)
}
