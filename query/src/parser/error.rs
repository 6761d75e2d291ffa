//! What is wrong with a text, in InfluxDB's words.

use super::Position;
use super::cursor::Cursor;
use std::fmt;

/// Why a text is no InfluxQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    reason: Reason,
    position: Option<Position>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    /// A token that fits nowhere, and what would have fitted.
    Unexpected { found: String, expected: Vec<&'static str> },
    /// Anything else.
    Message(String),
}

impl ParseError {
    /// Where it is; `None` when InfluxDB does not say.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The token that fits nowhere, if that is the reason.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        match &self.reason {
            Reason::Unexpected { found, .. } => Some(found),
            Reason::Message(_) => None,
        }
    }

    /// What would have fitted, if that is the reason.
    #[must_use]
    pub fn expected(&self) -> &[&'static str] {
        match &self.reason {
            Reason::Unexpected { expected, .. } => expected,
            Reason::Message(_) => &[],
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("error parsing query: ")?;
        match &self.reason {
            Reason::Unexpected { found, expected } => {
                write!(f, "found {found}, expected {}", expected.join(", "))?;
            }
            Reason::Message(message) => f.write_str(message)?,
        }
        match self.position {
            Some(position) => write!(f, " at {position}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}

/// A [`ParseError`] in the making. Most are dropped, because another parser applies; so it only remembers
/// where it is, and lines are counted when it is the one that is told.
#[derive(Debug)]
pub(super) struct Fault {
    reason: Reason,
    place: Option<Place>,
}

/// A character of the text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// The one at this offset.
    At(usize),
    /// The one before this offset.
    Before(usize),
    /// The one after the one at this offset.
    After(usize),
}

impl Place {
    /// The very beginning, where InfluxDB also puts what has no place of its own.
    pub(super) const START: Self = Self::At(0);

    /// The place as a line and a character of this text.
    pub(super) fn position(self, text: &str) -> Position {
        match self {
            Self::At(offset) => Position::of(text, offset),
            Self::Before(offset) => Position::before(text, offset),
            Self::After(offset) => Position::of(text, offset).next(),
        }
    }
}

impl Fault {
    /// A token that fits nowhere.
    pub(super) fn unexpected(found: String, expected: &[&'static str], place: Place) -> Self {
        Self { reason: Reason::Unexpected { found, expected: expected.to_vec() }, place: Some(place) }
    }

    /// Something else that is wrong, here or as a whole.
    pub(super) fn message(message: impl Into<String>, place: Option<Place>) -> Self {
        Self { reason: Reason::Message(message.into()), place }
    }

    /// The error to tell.
    pub(super) fn in_text(self, text: &str) -> ParseError {
        let position = self.place.map(|place| place.position(text));
        ParseError { reason: self.reason, position }
    }
}

impl nom::error::ParseError<Cursor<'_>> for Fault {
    fn from_error_kind(cursor: Cursor<'_>, _kind: nom::error::ErrorKind) -> Self {
        let (_, found) = cursor.next();
        Self::unexpected(found.text(), &["statement"], found.place())
    }

    /// The first error says most: it is the one that InfluxDB reports.
    fn append(_cursor: Cursor<'_>, _kind: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

/// The fault itself, without nom's word on whether another parser could have been tried.
pub(super) fn innermost(error: nom::Err<Fault>) -> Fault {
    match error {
        nom::Err::Error(fault) | nom::Err::Failure(fault) => fault,
        nom::Err::Incomplete(_) => Fault::message("the text ends too early", None),
    }
}
