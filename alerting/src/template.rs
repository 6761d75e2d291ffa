//! The texts of ids and messages: plain words with `{{ ... }}` between them, as Go's templates spell it.
//!
//! What stands in the braces is a name (`.Level`, `.Tags.host`), an element with any name
//! (`index .Tags "my host"`), and with a pipe or in front of it a format: `.Value | printf "%.1f"`,
//! `printf "%.1f" .Value`. A dash beside the braces eats the blanks there. Everything is checked when the
//! rule is read; rendering cannot fail.

mod parse;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use render::Facts;

/// A text with places to fill.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Place { source: Source, format: Option<Format> },
}

/// Where a place takes its text from.
#[derive(Debug, Clone, PartialEq)]
enum Source {
    Name(Name),
    Tag(String),
    Field(String),
}

/// A name that stands by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Id,
    Rule,
    Measurement,
    Group,
    Level,
    Time,
    Duration,
    Value,
}

/// The names as they are written. Two are Kapacitor's: `.Name` is the measurement and `.TaskName` the rule.
const NAMES: [(&str, Name); 9] = [
    (".ID", Name::Id),
    (".Rule", Name::Rule),
    (".TaskName", Name::Rule),
    (".Name", Name::Measurement),
    (".Group", Name::Group),
    (".Level", Name::Level),
    (".Time", Name::Time),
    (".Duration", Name::Duration),
    (".Value", Name::Value),
];

/// A verb of `printf` with what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Format {
    before: String,
    verb: Verb,
    after: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    /// `%v` and `%s`: the text as it is.
    Plain,
    /// `%.2f`: a number with so many decimals.
    Decimals(usize),
    /// `%d`: a number, rounded.
    Whole,
    /// `%q`: the text in quotes.
    Quoted,
}

/// What a template is for: an id is made before there is a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It names the alert, so it may only look at what stays the same.
    Id,
    /// It says what happened.
    Message,
}

impl Purpose {
    fn allows(self, source: &Source) -> bool {
        match self {
            Self::Message => true,
            Self::Id => {
                matches!(source, Source::Tag(_) | Source::Name(Name::Rule | Name::Measurement | Name::Group))
            }
        }
    }

    /// The names that may be used, for messages.
    fn known(self) -> String {
        let allowed = NAMES.iter().filter(|(_, name)| self.allows(&Source::Name(*name)));
        let names = allowed.map(|(text, _)| *text).chain(std::iter::once(".Tags.KEY"));
        let fields = (self == Self::Message).then_some(".Fields.KEY");
        names.chain(fields).collect::<Vec<_>>().join(", ")
    }
}
