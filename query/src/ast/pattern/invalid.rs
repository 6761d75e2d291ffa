//! Why a text is no regular expression, in the words of Go's compiler.

use regex_syntax::ast::{self, ErrorKind};

/// A regular expression that does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {0}")]
pub struct InvalidPattern(String);

impl InvalidPattern {
    /// Explains why the compiler refused this text.
    pub(super) fn new(pattern: &str, refusal: &regex::Error) -> Self {
        match (regex_syntax::parse(pattern), refusal) {
            (Err(regex_syntax::Error::Parse(error)), _) => Self(malformed(&error)),
            (Err(regex_syntax::Error::Translate(error)), _) => {
                let span = error.span();
                let part = &pattern[span.start.offset..span.end.offset];
                Self(complaint("invalid character class range", part))
            }
            (_, regex::Error::CompiledTooBig(limit)) => {
                Self(format!("expression too large: more than {limit} bytes compiled"))
            }
            (_, other) => Self(other.to_string()),
        }
    }
}

fn malformed(error: &ast::Error) -> String {
    let pattern = error.pattern();
    let span = error.span();
    let part = &pattern[span.start.offset..span.end.offset];
    match error.kind() {
        ErrorKind::RepetitionMissing => {
            let operator = repetition(&pattern[span.start.offset..]);
            complaint("missing argument to repetition operator", operator)
        }
        ErrorKind::RepetitionCountInvalid
        | ErrorKind::RepetitionCountDecimalEmpty
        | ErrorKind::RepetitionCountUnclosed
        | ErrorKind::DecimalInvalid => complaint("invalid repeat count", part),
        ErrorKind::ClassUnclosed => complaint("missing closing ]", &pattern[span.start.offset..]),
        ErrorKind::ClassRangeInvalid | ErrorKind::ClassRangeLiteral => {
            complaint("invalid character class range", part)
        }
        ErrorKind::GroupUnclosed => complaint("missing closing )", pattern),
        ErrorKind::GroupUnopened => complaint("unexpected )", pattern),
        ErrorKind::GroupNameInvalid | ErrorKind::GroupNameEmpty | ErrorKind::GroupNameDuplicate { .. } => {
            complaint("invalid named capture", part)
        }
        ErrorKind::EscapeUnexpectedEof => complaint("trailing backslash at end of expression", ""),
        ErrorKind::FlagUnrecognized | ErrorKind::UnsupportedLookAround => {
            complaint("invalid or unsupported Perl syntax", part)
        }
        ErrorKind::UnsupportedBackreference
        | ErrorKind::EscapeUnrecognized
        | ErrorKind::EscapeHexInvalid
        | ErrorKind::EscapeHexInvalidDigit => complaint("invalid escape sequence", part),
        ErrorKind::NestLimitExceeded(_) => complaint("expression nests too deeply", part),
        other => complaint(&other.to_string(), part),
    }
}

/// The repetition operator that a text begins with.
fn repetition(text: &str) -> &str {
    let len = if text.starts_with('{') { text.find('}').map_or(text.len(), |end| end + 1) } else { 1 };
    text.get(..len).unwrap_or(text)
}

fn complaint(what: &str, part: &str) -> String {
    format!("{what}: `{part}`")
}
