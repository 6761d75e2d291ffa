//! Typed columns with nulls: what scans answer and operators work on.

use crate::{Bitmap, FieldType, ValueRef};

/// Texts end to end, with the end of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StringColumn {
    ends: Vec<u32>,
    text: String,
}

impl StringColumn {
    /// The same text, `count` times.
    ///
    /// # Panics
    /// If all texts together pass 4 GiB; batches are far smaller.
    #[must_use]
    pub fn filled(text: &str, count: usize) -> Self {
        let mut column =
            Self { ends: Vec::with_capacity(count), text: String::with_capacity(text.len() * count) };
        (0..count).for_each(|_| column.push(text));
        column
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a text.
    ///
    /// # Panics
    /// If all texts together pass 4 GiB; batches are far smaller.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).expect("a batch holds less than 4 GiB of text"));
    }

    /// The text of row `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..self.ends[index] as usize]
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The bytes of all texts.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The bytes of memory held.
    #[must_use]
    pub fn capacity_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// Gives back memory that only more texts would need.
    pub fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

impl<'a> FromIterator<&'a str> for StringColumn {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut column = Self::default();
        texts.into_iter().for_each(|text| column.push(text));
        column
    }
}

/// The values of a column, one type for all rows. A null row holds some value that nobody reads.
#[derive(Debug, Clone)]
pub enum Values {
    /// See [`FieldType::Float`].
    Float(Vec<f64>),
    /// See [`FieldType::Integer`].
    Integer(Vec<i64>),
    /// See [`FieldType::Unsigned`].
    Unsigned(Vec<u64>),
    /// See [`FieldType::Boolean`].
    Boolean(Vec<bool>),
    /// See [`FieldType::String`].
    String(StringColumn),
}

impl Values {
    /// No rows of a type.
    #[must_use]
    pub fn empty(ty: FieldType) -> Self {
        match ty {
            FieldType::Float => Self::Float(Vec::new()),
            FieldType::Integer => Self::Integer(Vec::new()),
            FieldType::Unsigned => Self::Unsigned(Vec::new()),
            FieldType::Boolean => Self::Boolean(Vec::new()),
            FieldType::String => Self::String(StringColumn::default()),
        }
    }

    /// The type of every row.
    #[must_use]
    pub const fn field_type(&self) -> FieldType {
        match self {
            Self::Float(_) => FieldType::Float,
            Self::Integer(_) => FieldType::Integer,
            Self::Unsigned(_) => FieldType::Unsigned,
            Self::Boolean(_) => FieldType::Boolean,
            Self::String(_) => FieldType::String,
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Float(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Unsigned(v) => v.len(),
            Self::Boolean(v) => v.len(),
            Self::String(v) => v.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of row `index`, null or not.
    #[must_use]
    pub fn get(&self, index: usize) -> ValueRef<'_> {
        match self {
            Self::Float(v) => ValueRef::Float(v[index]),
            Self::Integer(v) => ValueRef::Integer(v[index]),
            Self::Unsigned(v) => ValueRef::Unsigned(v[index]),
            Self::Boolean(v) => ValueRef::Boolean(v[index]),
            Self::String(v) => ValueRef::String(v.get(index)),
        }
    }
}

/// A column: values and which of them are there.
#[derive(Debug, Clone)]
pub struct Column {
    /// One value per row.
    pub values: Values,
    /// A set bit per row that is not null; none when every row is there.
    pub validity: Option<Bitmap>,
}

impl Column {
    /// A column without nulls.
    #[must_use]
    pub const fn dense(values: Values) -> Self {
        Self { values, validity: None }
    }

    /// No rows of a type.
    #[must_use]
    pub fn empty(ty: FieldType) -> Self {
        Self::dense(Values::empty(ty))
    }

    /// `len` nulls.
    #[must_use]
    pub fn nulls(ty: FieldType, len: usize) -> Self {
        let values = match ty {
            FieldType::Float => Values::Float(vec![0.0; len]),
            FieldType::Integer => Values::Integer(vec![0; len]),
            FieldType::Unsigned => Values::Unsigned(vec![0; len]),
            FieldType::Boolean => Values::Boolean(vec![false; len]),
            FieldType::String => Values::String(StringColumn { ends: vec![0; len], text: String::new() }),
        };
        Self { values, validity: Some(Bitmap::filled(len, false)) }
    }

    /// The type of every row.
    #[must_use]
    pub const fn field_type(&self) -> FieldType {
        self.values.field_type()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether row `index` holds a value.
    #[must_use]
    pub fn is_valid(&self, index: usize) -> bool {
        self.validity.as_ref().is_none_or(|bits| bits.get(index))
    }

    /// How many rows hold a value.
    #[must_use]
    pub fn valid_count(&self) -> usize {
        self.validity.as_ref().map_or_else(|| self.len(), Bitmap::count_ones)
    }

    /// The value of row `index`, or nothing where it is null.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<ValueRef<'_>> {
        self.is_valid(index).then(|| self.values.get(index))
    }

    /// Adds a row: a value of the column's own type, or null.
    ///
    /// # Panics
    /// If the value is of another type; a caller casts first.
    pub fn push(&mut self, value: Option<ValueRef<'_>>) {
        let row = self.len();
        match (&mut self.values, value) {
            (Values::Float(v), Some(ValueRef::Float(x))) => v.push(x),
            (Values::Integer(v), Some(ValueRef::Integer(x))) => v.push(x),
            (Values::Unsigned(v), Some(ValueRef::Unsigned(x))) => v.push(x),
            (Values::Boolean(v), Some(ValueRef::Boolean(x))) => v.push(x),
            (Values::String(v), Some(ValueRef::String(x))) => v.push(x),
            (values, Some(other)) => {
                panic!("a {} in a column of {}", other.field_type(), values.field_type())
            }
            (Values::Float(v), None) => v.push(0.0),
            (Values::Integer(v), None) => v.push(0),
            (Values::Unsigned(v), None) => v.push(0),
            (Values::Boolean(v), None) => v.push(false),
            (Values::String(v), None) => v.push(""),
        }
        match (&mut self.validity, value.is_some()) {
            (None, true) => {}
            (Some(bits), valid) => bits.push(valid),
            (empty, false) => {
                let mut bits = Bitmap::filled(row, true);
                bits.push(false);
                *empty = Some(bits);
            }
        }
    }

    /// The rows in order, nulls as nothing.
    pub fn iter(&self) -> impl Iterator<Item = Option<ValueRef<'_>>> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Roughly how many bytes it holds, for the budget.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let width = match &self.values {
            Values::Boolean(_) => 1,
            Values::String(texts) => 4 + texts.text_len() / texts.len().max(1),
            _ => 8,
        };
        self.len() * width + self.validity.as_ref().map_or(0, |bits| bits.len() / 8)
    }
}

impl PartialEq for Column {
    /// Equal type, length and rows; what a null row holds does not count.
    fn eq(&self, other: &Self) -> bool {
        self.field_type() == other.field_type() && self.len() == other.len() && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests;
