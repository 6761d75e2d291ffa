//! From a template and the facts of an event to a text.

use super::{Format, Name, Piece, Source, Template, Verb};
use crate::Level;
use crate::event::cut;
use crate::expression::Operand;
use crate::limits::EVENT_TEXT_BYTES_MAX;
use model::{PointRef, Tags};

/// What a template may say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) id: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) measurement: &'a str,
    pub(crate) group: &'a str,
    pub(crate) level: Level,
    pub(crate) time_ns: i64,
    pub(crate) duration_ns: i64,
    pub(crate) value: Operand<'a>,
    pub(crate) tags: &'a Tags,
    pub(crate) point: Option<PointRef<'a>>,
}

/// What stands where there is no such tag or field, as in Go.
const NO_VALUE: &str = "<no value>";

impl Template {
    /// The text for some facts, at most [`EVENT_TEXT_BYTES_MAX`] long.
    pub(crate) fn render(&self, facts: &Facts<'_>) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Place { source, format } => {
                    push_place(&mut out, &source.operand(facts), format.as_ref());
                }
            }
            if out.len() > EVENT_TEXT_BYTES_MAX {
                out.truncate(cut(&out, EVENT_TEXT_BYTES_MAX).len());
                break;
            }
        }
        out
    }
}

/// A piece of an event: a value, or a text made for it.
enum Found<'a> {
    Operand(Operand<'a>),
    Made(String),
}

impl Source {
    fn operand<'a>(&self, facts: &Facts<'a>) -> Found<'a> {
        Found::Operand(match self {
            Self::Tag(key) => facts.tags.get(key).map_or(Operand::Missing, Operand::Text),
            Self::Field(key) => {
                let fields = facts.point.into_iter().flat_map(|point| point.fields());
                let found = fields.filter(|field| field.name == key).last();
                found.map_or(Operand::Missing, |field| field.value.into())
            }
            Self::Name(name) => match name {
                Name::Id => Operand::Text(facts.id),
                Name::Rule => Operand::Text(facts.rule),
                Name::Measurement => Operand::Text(facts.measurement),
                Name::Group => Operand::Text(facts.group),
                Name::Level => Operand::Text(facts.level.name()),
                Name::Value => facts.value,
                Name::Time => return Found::Made(time_text(facts.time_ns)),
                Name::Duration => return Found::Made(model::duration::to_go(facts.duration_ns)),
            },
        })
    }
}

/// An instant as RFC 3339 in UTC.
fn time_text(time_ns: i64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(time_ns))
        .map_or_else(|_| time_ns.to_string(), |time| time.to_string())
}

fn push_place(out: &mut String, found: &Found<'_>, format: Option<&Format>) {
    let Some(Format { before, verb, after }) = format else {
        out.push_str(&plain(found));
        return;
    };
    out.push_str(before);
    out.push_str(&match (verb, found) {
        (Verb::Decimals(decimals), Found::Operand(Operand::Number(number))) => format!("{number:.decimals$}"),
        (Verb::Whole, Found::Operand(Operand::Number(number))) => format!("{number:.0}"),
        (Verb::Quoted, found) => format!("{:?}", plain(found)),
        (_, found) => plain(found),
    });
    out.push_str(after);
}

fn plain(found: &Found<'_>) -> String {
    match found {
        Found::Made(text) => text.clone(),
        Found::Operand(Operand::Missing) => NO_VALUE.to_owned(),
        Found::Operand(Operand::Number(number)) => number.to_string(),
        Found::Operand(Operand::Boolean(value)) => value.to_string(),
        Found::Operand(Operand::Text(text)) => (*text).to_owned(),
    }
}
