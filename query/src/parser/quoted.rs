//! Texts between quotes.

use super::token::Token;
use nom::IResult;
use std::borrow::Cow;

/// Recognises a text between two of `quote`. `\n`, `\\`, `\'` and `\"` are escapes; a line end
/// or the end of the text inside is an error, which is a token of its own.
pub(super) fn quoted<'a>(
    text: &'a str,
    quote: char,
    make: impl Fn(Cow<'a, str>) -> Token<'a>,
) -> IResult<&'a str, Token<'a>, ()> {
    let body = text.strip_prefix(quote).ok_or(nom::Err::Error(()))?;
    let mut value = Value { body, unescaped: None };
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((&body[at + c.len_utf8()..], make(value.finish(at)))),
            '\n' => return Ok((&body[at..], Token::BadString(value.finish(at)))),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push(at, '\n'),
                Some((_, escaped @ ('\\' | '\'' | '"'))) => value.push(at, escaped),
                Some((next, other)) => {
                    let escape = body[at..next + other.len_utf8()].into();
                    return Ok((&body[next..], Token::BadEscape(escape)));
                }
                None => break,
            },
            c => value.keep(c),
        }
    }
    Ok(("", Token::BadString(value.finish(body.len()))))
}

/// What is between the quotes: the text itself until an escape makes a copy necessary.
struct Value<'a> {
    body: &'a str,
    unescaped: Option<String>,
}

impl<'a> Value<'a> {
    fn push(&mut self, at: usize, escaped: char) {
        self.unescaped.get_or_insert_with(|| self.body[..at].to_owned()).push(escaped);
    }

    fn keep(&mut self, c: char) {
        if let Some(copy) = &mut self.unescaped {
            copy.push(c);
        }
    }

    fn finish(self, end: usize) -> Cow<'a, str> {
        self.unescaped.map_or(Cow::Borrowed(&self.body[..end]), Cow::Owned)
    }
}
