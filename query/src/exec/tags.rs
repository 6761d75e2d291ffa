//! Tags of rows as columns: looked up once per series, not once per row.

use model::{Column, FieldType, SeriesColumn, StringColumn, ValueRef, Values};

/// The rows of a batch that a column is wanted of.
#[derive(Clone, Copy)]
pub(super) enum Picked<'a> {
    /// So many from the first on.
    All(usize),
    /// These.
    Some(&'a [usize]),
}

impl Picked<'_> {
    fn len(self) -> usize {
        match self {
            Self::All(len) => len,
            Self::Some(rows) => rows.len(),
        }
    }

    /// Whether it is none.
    pub(super) fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn row(self, index: usize) -> usize {
        match self {
            Self::All(_) => index,
            Self::Some(rows) => rows[index],
        }
    }
}

/// The values of tag `key`; where a series has none, null or, if `is_empty`, the empty text.
pub(super) fn tag_column(series: &SeriesColumn, key: &str, is_empty: bool, picked: Picked<'_>) -> Column {
    let missing = is_empty.then_some("");
    match series {
        SeriesColumn::One(tags) => match tags.get(key).or(missing) {
            Some(text) => Column::dense(Values::String(StringColumn::filled(text, picked.len()))),
            None => Column::nulls(FieldType::String, picked.len()),
        },
        SeriesColumn::Many { table, rows } => {
            let values: Vec<Option<ValueRef<'_>>> =
                table.iter().map(|tags| tags.get(key).or(missing).map(ValueRef::String)).collect();
            let mut column = Column::empty(FieldType::String);
            (0..picked.len()).for_each(|index| column.push(values[rows[picked.row(index)] as usize]));
            column
        }
    }
}
