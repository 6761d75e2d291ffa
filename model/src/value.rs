//! What a field can hold, owned and borrowed, and how two types meet in one column.

use std::fmt;

/// The type of a field. The number is the one on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum FieldType {
    /// A 64-bit IEEE 754 number.
    Float = 1,
    /// A signed 64-bit integer, written `1i`.
    Integer = 2,
    /// An unsigned 64-bit integer, written `1u`.
    Unsigned = 3,
    /// True or false.
    Boolean = 4,
    /// UTF-8 text.
    String = 5,
}

impl FieldType {
    /// Every type, in the order in which InfluxQL prefers them when shards disagree.
    pub const ALL: [Self; 5] = [Self::Float, Self::Integer, Self::Unsigned, Self::String, Self::Boolean];

    /// The type with this number on disk.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|ty| *ty as u8 == number)
    }

    /// The word that InfluxQL and InfluxDB's errors use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Integer => "integer",
            Self::Unsigned => "unsigned",
            Self::Boolean => "boolean",
            Self::String => "string",
        }
    }

    /// Whether arithmetic applies.
    #[must_use]
    pub const fn is_numeric(self) -> bool {
        matches!(self, Self::Float | Self::Integer | Self::Unsigned)
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A field's value. Two floats are equal when their bits are, so that NaN and -0.0 can be tested.
#[derive(Debug, Clone)]
pub enum FieldValue {
    /// See [`FieldType::Float`].
    Float(f64),
    /// See [`FieldType::Integer`].
    Integer(i64),
    /// See [`FieldType::Unsigned`].
    Unsigned(u64),
    /// See [`FieldType::Boolean`].
    Boolean(bool),
    /// See [`FieldType::String`].
    String(Box<str>),
}

impl FieldValue {
    /// The same value, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Float(v) => ValueRef::Float(*v),
            Self::Integer(v) => ValueRef::Integer(*v),
            Self::Unsigned(v) => ValueRef::Unsigned(*v),
            Self::Boolean(v) => ValueRef::Boolean(*v),
            Self::String(v) => ValueRef::String(v),
        }
    }

    /// The type.
    #[must_use]
    pub fn field_type(&self) -> FieldType {
        self.as_ref().field_type()
    }
}

impl PartialEq for FieldValue {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

/// A field's value whose text is borrowed.
#[derive(Debug, Clone, Copy)]
pub enum ValueRef<'a> {
    /// See [`FieldType::Float`].
    Float(f64),
    /// See [`FieldType::Integer`].
    Integer(i64),
    /// See [`FieldType::Unsigned`].
    Unsigned(u64),
    /// See [`FieldType::Boolean`].
    Boolean(bool),
    /// See [`FieldType::String`].
    String(&'a str),
}

impl ValueRef<'_> {
    /// The type.
    #[must_use]
    pub const fn field_type(self) -> FieldType {
        match self {
            Self::Float(_) => FieldType::Float,
            Self::Integer(_) => FieldType::Integer,
            Self::Unsigned(_) => FieldType::Unsigned,
            Self::Boolean(_) => FieldType::Boolean,
            Self::String(_) => FieldType::String,
        }
    }

    /// The same value, owned.
    #[must_use]
    pub fn to_owned(self) -> FieldValue {
        match self {
            Self::Float(v) => FieldValue::Float(v),
            Self::Integer(v) => FieldValue::Integer(v),
            Self::Unsigned(v) => FieldValue::Unsigned(v),
            Self::Boolean(v) => FieldValue::Boolean(v),
            Self::String(v) => FieldValue::String(v.into()),
        }
    }
}

impl PartialEq for ValueRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Unsigned(a), Self::Unsigned(b)) => a == b,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
