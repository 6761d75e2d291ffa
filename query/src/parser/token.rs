//! The tokens of InfluxQL, each recognised on its own.

use super::keyword;
use super::quoted::quoted;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_until, take_while, take_while1};
use nom::character::complete::{anychar, char, digit0, digit1, satisfy};
use nom::combinator::{map, recognize};
use nom::sequence::{pair, preceded, terminated};
use nom::{IResult, Parser as _};
use std::borrow::Cow;

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// The end of the text.
    End,
    /// White space or a comment.
    Blank(&'a str),
    /// A name, bare or in double quotes.
    Identifier(Cow<'a, str>),
    /// A reserved word, in capitals.
    Keyword(&'static str),
    /// `$name`, without the dollar.
    Parameter(Cow<'a, str>),
    /// Digits with a point.
    Number(Cow<'a, str>),
    /// Digits, with a sign if a parameter had one.
    Integer(Cow<'a, str>),
    /// Digits and letters, not checked.
    Duration(Cow<'a, str>),
    /// A text in single quotes.
    String(Cow<'a, str>),
    /// A text without its closing quote.
    BadString(Cow<'a, str>),
    /// A backslash and a character that cannot follow it.
    BadEscape(&'a str),
    /// A regular expression. Only a parameter makes this token.
    Pattern(Cow<'a, str>),
    /// An operator or a punctuation mark.
    Symbol(&'static str),
    /// A character, or a comment without end, that means nothing.
    Illegal(&'a str),
}

/// Every symbol and what it stands for, the longer first where one begins with another.
const SYMBOLS: [(&str, &str); 24] = [
    ("::", "::"),
    ("=~", "=~"),
    ("!~", "!~"),
    ("!=", "!="),
    ("<>", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("&", "&"),
    ("|", "|"),
    ("^", "^"),
    ("(", "("),
    (")", ")"),
    (",", ","),
    (";", ";"),
    (":", ":"),
    (".", "."),
];

type Recognised<'a> = IResult<&'a str, Token<'a>, ()>;

/// Recognises the token that a text begins with. It always finds one.
pub(super) fn token(text: &str) -> (&str, Token<'_>) {
    let any = alt((blank, word, number, quoted_identifier, string, parameter, symbol, illegal)).parse(text);
    any.unwrap_or((text, Token::End))
}

impl Token<'_> {
    /// How errors print it: its text, or its kind where that is empty.
    pub(super) fn text(&self) -> String {
        let (text, kind): (&str, &str) = match self {
            Self::End => ("", "EOF"),
            Self::Blank(text) => (text, "WS"),
            Self::Identifier(name) => (name, "IDENT"),
            Self::Keyword(word) | Self::Symbol(word) => (word, ""),
            Self::Parameter(name) => return format!("${name}"),
            Self::Number(text) => (text, "NUMBER"),
            Self::Integer(text) => (text, "INTEGER"),
            Self::Duration(text) => (text, "DURATIONVAL"),
            Self::String(text) => (text, "STRING"),
            Self::BadString(text) => (text, "BADSTRING"),
            Self::BadEscape(text) => (text, "BADESCAPE"),
            Self::Pattern(text) => (text, "REGEX"),
            Self::Illegal(text) => (text, "ILLEGAL"),
        };
        if text.is_empty() { kind.to_owned() } else { text.to_owned() }
    }
}

fn blank(text: &str) -> Recognised<'_> {
    let space = take_while1(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    let line = recognize(pair(tag("--"), take_while(|c| c != '\n')));
    let block = recognize((tag("/*"), take_until("*/"), tag("*/")));
    map(alt((space, line, block)), Token::Blank).parse(text)
}

fn word(text: &str) -> Recognised<'_> {
    let bare = recognize(pair(satisfy(starts_word), take_while(continues_word)));
    map(bare, |word| match keyword::lookup(word) {
        Some(keyword) => Token::Keyword(keyword),
        None => Token::Identifier(word.into()),
    })
    .parse(text)
}

fn number(text: &str) -> Recognised<'_> {
    let decimal = map(recognize((digit0, char('.'), digit1)), |text: &str| Token::Number(text.into()));
    let pointed = map(terminated(digit1, char('.')), |digits: &str| Token::Number(digits.into()));
    let units = recognize((digit1, satisfy(is_unit), take_while(|c| is_unit(c) || c.is_ascii_digit())));
    let duration = map(units, |text: &str| Token::Duration(text.into()));
    let integer = map(digit1, |digits: &str| Token::Integer(digits.into()));
    alt((decimal, pointed, duration, integer)).parse(text)
}

fn quoted_identifier(text: &str) -> Recognised<'_> {
    quoted(text, '"', Token::Identifier)
}

fn string(text: &str) -> Recognised<'_> {
    quoted(text, '\'', Token::String)
}

fn parameter(text: &str) -> Recognised<'_> {
    let bare = map(take_while(continues_word), |name: &str| Token::Parameter(name.into()));
    preceded(char('$'), alt((|rest| quoted(rest, '"', Token::Parameter), bare))).parse(text)
}

fn symbol(text: &str) -> Recognised<'_> {
    let found = SYMBOLS.iter().find_map(|(spelling, symbol)| Some((text.strip_prefix(spelling)?, *symbol)));
    let (rest, symbol) = found.ok_or(nom::Err::Error(()))?;
    match symbol {
        "/" if rest.starts_with('*') => Ok(("", Token::Illegal(""))),
        symbol => Ok((rest, Token::Symbol(symbol))),
    }
}

fn illegal(text: &str) -> Recognised<'_> {
    map(recognize(anychar), Token::Illegal).parse(text)
}

fn starts_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn continues_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_unit(c: char) -> bool {
    c.is_ascii_alphabetic() || c == 'µ'
}
