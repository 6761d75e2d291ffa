//! The values of bound parameters: `$name` in a statement.

use super::token::Token;
use std::borrow::Cow;
use std::collections::HashMap;

/// Values by name, without the dollar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    values: HashMap<String, Param>,
}

/// What a `$name` becomes. It stands for one token, never for more: a text cannot break out.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// A text, as if in single quotes.
    String(String),
    /// A number with a point.
    Float(f64),
    /// A number without.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// A name, as if in double quotes.
    Identifier(String),
    /// A regular expression without its slashes.
    Pattern(String),
    /// A duration, as text.
    Duration(String),
    /// A value that cannot be used, and why. It is an error where a statement uses it.
    Unusable(String),
}

/// A value as a request carries it.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamValue {
    /// A text.
    String(String),
    /// A number with a point.
    Float(f64),
    /// A number without.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// Something else, by the name that InfluxDB has for its type: `<nil>`, `[]interface {}`.
    Other(&'static str),
}

impl Params {
    /// Sets the value of `$name`.
    pub fn insert(&mut self, name: impl Into<String>, value: Param) {
        self.values.insert(name.into(), value);
    }

    /// The token that `$name` stands for, if there is one.
    pub(super) fn token(&self, name: &str) -> Option<Token<'static>> {
        let owned = |text: &str| Cow::Owned(text.to_owned());
        Some(match self.values.get(name).filter(|_| !name.is_empty())? {
            Param::String(text) => Token::String(owned(text)),
            Param::Float(value) => Token::Number(value.to_string().into()),
            Param::Integer(value) => Token::Integer(value.to_string().into()),
            Param::Boolean(value) => Token::Keyword(if *value { "TRUE" } else { "FALSE" }),
            Param::Identifier(name) => Token::Identifier(owned(name)),
            Param::Pattern(source) => Token::Pattern(owned(source)),
            Param::Duration(text) => Token::Duration(owned(text)),
            Param::Unusable(_) => return None,
        })
    }

    /// Why [`Self::token`] has nothing for this name.
    pub(super) fn why_not(&self, name: &str) -> String {
        match self.values.get(name) {
            _ if name.is_empty() => "empty bound parameter".to_owned(),
            Some(Param::Unusable(reason)) => reason.clone(),
            _ => format!("missing parameter: {name}"),
        }
    }
}

impl Param {
    /// Binds a plain value.
    #[must_use]
    pub fn bind(value: ParamValue) -> Self {
        match value {
            ParamValue::String(text) => Self::String(text),
            ParamValue::Float(value) => Self::Float(value),
            ParamValue::Integer(value) => Self::Integer(value),
            ParamValue::Boolean(value) => Self::Boolean(value),
            ParamValue::Other(kind) => Self::Unusable(format!("unable to bind parameter with type {kind}")),
        }
    }

    /// Binds an object with one entry, `{"regex": "^web"}`: the key says what the value means.
    #[must_use]
    pub fn bind_as(kind: &str, value: ParamValue) -> Self {
        use ParamValue::{Float, Integer, String};
        match (kind, value) {
            ("ident" | "identifier", String(name)) => Self::Identifier(name),
            ("regex", String(source)) => Self::Pattern(source),
            ("string", String(text)) => Self::String(text),
            ("float" | "number", Float(value)) => Self::Float(value),
            #[expect(clippy::cast_precision_loss, reason = "InfluxDB rounds such a number too")]
            ("float" | "number", Integer(value)) => Self::Float(value as f64),
            ("int" | "integer", Integer(value)) => Self::Integer(value),
            ("duration", String(text)) => Self::Duration(text),
            ("duration", Integer(ns)) => Self::Duration(model::duration::to_influxql(ns)),
            (kind, _) => Self::Unusable(unusable(kind)),
        }
    }

    /// Binds an object that has no entry or several.
    #[must_use]
    pub fn not_one_entry() -> Self {
        Self::Unusable("bound object parameter value must have exactly one entry".to_owned())
    }
}

/// What InfluxDB says of a value that its kind does not fit.
fn unusable(kind: &str) -> String {
    match kind {
        "ident" | "identifier" => "identifier must be a string value".to_owned(),
        "regex" => "regex literal must be a string value".to_owned(),
        "string" => "string literal must be a string value".to_owned(),
        "float" | "number" => "number literal must be a float value".to_owned(),
        "int" | "integer" => "integer literal must be an integer value".to_owned(),
        "duration" => "duration literal must be a string or integer value".to_owned(),
        kind => format!("unknown bind object type: {kind}"),
    }
}
