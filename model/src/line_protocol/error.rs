//! Why a line was refused, in InfluxDB's own words wherever it has some.
//!
//! Clients compare these texts, and so do people who search for them; that is why the wording (Go's
//! `strconv` included) is kept to the letter.

use crate::limits::SERIES_BYTES_MAX;
use crate::{FieldType, MAX_TIME, MIN_TIME};
use std::fmt;
use thiserror::Error;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// The line begins with a comma.
    #[error("missing measurement")]
    MissingMeasurement,
    /// A comma in the tags is followed by no key.
    #[error("missing tag key")]
    MissingTagKey,
    /// A tag has a key only.
    #[error("missing tag value")]
    MissingTagValue,
    /// A tag's value holds an equal sign without a backslash.
    #[error("invalid tag format")]
    InvalidTagFormat,
    /// A tag's key comes twice.
    #[error("duplicate tags")]
    DuplicateTags,
    /// The line ends after measurement and tags.
    #[error("missing fields")]
    MissingFields,
    /// A field begins with the equal sign.
    #[error("missing field key")]
    MissingFieldKey,
    /// A field ends with the equal sign.
    #[error("missing field value")]
    MissingFieldValue,
    /// A field has no equal sign.
    #[error("invalid field format")]
    InvalidFieldFormat,
    /// A string has no closing quote.
    #[error("unbalanced quotes")]
    UnbalancedQuotes,
    /// A value that begins like a number goes on otherwise.
    #[error("invalid number")]
    InvalidNumber,
    /// A number with an exponent that has no digits, or that no 64-bit float can hold.
    #[error("invalid float")]
    InvalidFloat,
    /// A value is neither number nor string nor one of the words for true and false.
    #[error("invalid boolean")]
    InvalidBoolean,
    /// An integer does not fit into 64 bits.
    #[error(
        "unable to parse {ty} {digits}: strconv.{function}: parsing \"{digits}\": value out of range",
        function = if *ty == FieldType::Unsigned { "ParseUint" } else { "ParseInt" }
    )]
    IntegerOutOfRange {
        /// [`FieldType::Integer`] or [`FieldType::Unsigned`].
        ty: FieldType,
        /// The number as it was written, without its suffix.
        digits: Box<str>,
    },
    /// Something other than digits stands where the timestamp should.
    #[error("bad timestamp")]
    BadTimestamp,
    /// The timestamp does not fit into 64 bits, or is a lone minus sign.
    #[error("strconv.ParseInt: parsing \"{digits}\": {what}", what = if &**digits == "-" { "invalid syntax" } else { "value out of range" })]
    TimestampNumber {
        /// The timestamp as it was written.
        digits: Box<str>,
    },
    /// The timestamp, counted in the client's precision, lies outside [`MIN_TIME`] to [`MAX_TIME`].
    #[error("time outside range {MIN_TIME} - {MAX_TIME}")]
    TimeOutsideRange,
    /// Something follows the timestamp.
    #[error("point is invalid")]
    TextAfterTimestamp,
    /// Measurement and tags, or these with a field's key and InfluxDB's separator of four bytes, are
    /// longer than [`SERIES_BYTES_MAX`].
    #[error("max key length exceeded: {bytes} > {SERIES_BYTES_MAX}")]
    KeyTooLong {
        /// How long they are.
        bytes: usize,
    },
    /// Something of ours has a bound that InfluxDB does not have.
    #[error("{what}: {count} > {max}")]
    LimitExceeded {
        /// Which bound.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// The line is not UTF-8.
    #[error("invalid UTF-8")]
    InvalidUtf8,
    /// A tag or the only field has the key `time`, which means the point's own time.
    #[error("{0}")]
    ReservedTime(ReservedTime),
    /// A string is longer than [`crate::limits::STRING_BYTES_MAX`].
    #[error("input field \"{field}\" on measurement \"{measurement}\" is too long, {bytes} > {max}", max = crate::limits::STRING_BYTES_MAX)]
    StringTooLong {
        /// The measurement.
        measurement: Box<str>,
        /// The field's key.
        field: Box<str>,
        /// The string's length.
        bytes: usize,
    },
}

impl Reason {
    /// Whether the line is well-formed but its point cannot be stored. InfluxDB answers such a line with
    /// `partial write: <reason> dropped=<n>` instead of `unable to parse '<line>': <reason>`.
    #[must_use]
    pub const fn drops_point(&self) -> bool {
        matches!(self, Self::ReservedTime(_) | Self::StringTooLong { .. })
    }
}

/// Where the key `time` was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReservedTime {
    /// As the key of a tag of this measurement.
    Tag(Box<str>),
    /// As the key of the only field of this measurement.
    Field(Box<str>),
}

impl fmt::Display for ReservedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, kind, measurement) = match self {
            Self::Tag(measurement) => ("tag key", "tag", measurement),
            Self::Field(measurement) => ("field name", "field", measurement),
        };
        write!(f, "invalid {what}: input {kind} \"time\" on measurement \"{measurement}\" is invalid")
    }
}

/// A line that was refused. Its text is what InfluxDB answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which line of the body it begins on, from 1.
    pub line: usize,
    /// Which byte of `text` shows the fault, from 1; it may lie behind where `text` was cut.
    pub column: usize,
    /// The line without leading blanks, cut at [`crate::limits::REFUSED_TEXT_BYTES_MAX`].
    pub text: Box<str>,
    /// What is wrong.
    pub reason: Reason,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reason.drops_point() {
            self.reason.fmt(f)
        } else {
            write!(f, "unable to parse '{}': {}", self.text, self.reason)
        }
    }
}

/// A reason and the byte of the line where it was found, from 0.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) reason: Reason,
}

impl Reason {
    pub(super) const fn at(self, at: usize) -> Fault {
        Fault { at, reason: self }
    }
}
