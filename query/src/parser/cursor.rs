//! Where the parser stands in the text.

use super::error::{Fault, Place};
use super::token::{Token, token};
use super::{NESTING_MAX, PATTERNS_MAX, Params};
use nom::IResult;

/// What every parser returns.
pub(super) type Parsed<'a, T> = IResult<Cursor<'a>, T, Fault>;

/// What is parsed.
#[derive(Debug)]
pub(super) struct Query<'a> {
    pub(super) text: &'a str,
    pub(super) params: &'a Params,
}

/// A place in the text. Copies are cheap: to go back is to use an old one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    query: &'a Query<'a>,
    offset: usize,
    depth: u16,
    /// How many regular expressions have been compiled.
    patterns: u16,
    /// Whether something has already read the end of the text. InfluxDB's scanner counts the end as
    /// one more character from then on, and its positions show it.
    end_seen: bool,
}

/// A token and where it is.
#[derive(Debug, Clone)]
pub(super) struct Lexeme<'a> {
    pub(super) token: Token<'a>,
    start: Cursor<'a>,
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(query: &'a Query<'a>) -> Self {
        Self { query, offset: 0, depth: 0, patterns: 0, end_seen: false }
    }

    /// The text from here on.
    pub(super) fn rest(self) -> &'a str {
        &self.query.text[self.offset..]
    }

    /// The next token that is neither white space nor a comment.
    pub(super) fn next(self) -> (Self, Lexeme<'a>) {
        let (mut after, mut lexeme) = self.next_adjacent();
        while matches!(lexeme.token, Token::Blank(_)) {
            (after, lexeme) = after.next_adjacent();
        }
        (after, lexeme)
    }

    /// The next token of any kind.
    pub(super) fn next_adjacent(self) -> (Self, Lexeme<'a>) {
        let (rest, token) = token(self.rest());
        let after = self.skip_to(rest).seeing_end(self.reads_on(&token));
        (after, Lexeme { token: self.bind(token), start: self, rest })
    }

    /// The same place, after a look at the next character.
    pub(super) fn peeked(self) -> Self {
        self.seeing_end(true)
    }

    /// The place where this part of the text begins.
    pub(super) fn skip_to(self, rest: &str) -> Self {
        Self { offset: self.query.text.len() - rest.len(), ..self }
    }

    /// The place where white space, but no comment, ends.
    pub(super) fn skip_space(self) -> Self {
        let rest = self.rest().trim_start_matches([' ', '\t', '\n', '\r']);
        self.skip_to(rest).seeing_end(rest.len() < self.rest().len())
    }

    /// The place of the character before.
    pub(super) fn place_before(self) -> Place {
        Place::Before(self.offset)
    }

    /// The text as a whole.
    pub(super) fn text(self) -> &'a str {
        self.query.text
    }

    /// Runs a parser one level deeper.
    pub(super) fn nested<T>(self, parser: impl FnOnce(Self) -> Parsed<'a, T>) -> Parsed<'a, T> {
        if self.depth == NESTING_MAX {
            let message = format!("nested more than {NESTING_MAX} levels deep");
            return Err(nom::Err::Failure(Fault::message(message, Some(Place::At(self.offset)))));
        }
        let (after, value) = parser(Self { depth: self.depth + 1, ..self })?;
        Ok((Self { depth: self.depth, ..after }, value))
    }

    /// The same place with one regular expression more, unless that is one too many.
    pub(super) fn with_pattern(self) -> Result<Self, nom::Err<Fault>> {
        if self.patterns == PATTERNS_MAX {
            let message = format!("more than {PATTERNS_MAX} regular expressions");
            return Err(nom::Err::Failure(Fault::message(message, Some(Place::At(self.offset)))));
        }
        Ok(Self { patterns: self.patterns + 1, ..self })
    }

    /// Why a parameter could not be replaced by a value.
    pub(super) fn refuse_parameter(self, name: &str) -> Fault {
        Fault::message(self.query.params.why_not(name), None)
    }

    /// Whether InfluxDB's scanner reads one character beyond this token to find its end.
    fn reads_on(self, token: &Token<'_>) -> bool {
        match token {
            Token::Blank(text) => !text.starts_with("/*"),
            Token::Keyword(_) => true,
            Token::Identifier(_) => !self.rest().starts_with('"'),
            _ => false,
        }
    }

    fn seeing_end(self, looked: bool) -> Self {
        Self { end_seen: self.end_seen || (looked && self.rest().is_empty()), ..self }
    }

    fn bind(self, token: Token<'a>) -> Token<'a> {
        match &token {
            Token::Parameter(name) => self.query.params.token(name).unwrap_or(token),
            _ => token,
        }
    }
}

impl Lexeme<'_> {
    /// How errors print the token.
    pub(super) fn text(&self) -> String {
        self.token.text()
    }

    /// Where errors say the token is. As InfluxDB's scanner has it, a text in quotes counts from the
    /// character before it, and a bad escape from the character after the backslash.
    pub(super) fn place(&self) -> Place {
        let Cursor { offset, end_seen, .. } = self.start;
        match self.token {
            Token::End if end_seen => Place::After(offset),
            Token::String(_) if !self.start.rest().starts_with('$') => Place::Before(offset),
            Token::BadString(_) => Place::Before(offset),
            Token::BadEscape(_) => Place::At(self.start.text().len() - self.rest.len()),
            _ => Place::At(offset),
        }
    }

    /// The error that this token fits nowhere; another parser may be tried.
    pub(super) fn unexpected(&self, expected: &[&'static str]) -> nom::Err<Fault> {
        nom::Err::Error(Fault::unexpected(self.text(), expected, self.place()))
    }

    /// The same, but no other parser will do.
    pub(super) fn misplaced(&self, expected: &[&'static str]) -> nom::Err<Fault> {
        nom::Err::Failure(Fault::unexpected(self.text(), expected, self.place()))
    }

    /// An error about this token that says something else.
    pub(super) fn refused(&self, message: impl Into<String>) -> nom::Err<Fault> {
        nom::Err::Failure(Fault::message(message, Some(self.place())))
    }
}
