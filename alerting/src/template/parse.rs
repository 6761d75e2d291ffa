//! From a text to a template.

use super::{Format, NAMES, Piece, Purpose, Source, Template, Verb};
use crate::limits::{TEMPLATE_BYTES_MAX, TEMPLATE_DECIMALS_MAX};

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it and in which column, as a clause.
    pub(crate) fn parse(text: &str, purpose: Purpose) -> Result<Self, String> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(format!("it is longer than {TEMPLATE_BYTES_MAX} bytes"));
        }
        let mut pieces = Vec::new();
        let (mut rest, mut trim) = (text, false);
        while let Some(open) = rest.find("{{") {
            let column = column_of(text, rest, open);
            let end = rest[open..]
                .find("}}")
                .ok_or_else(|| format!("column {column}: \"{{{{\" without \"}}}}\""))?;
            let inside = &rest[open + 2..open + end];
            let eats_before = inside.starts_with("- ");
            push_text(&mut pieces, &rest[..open], trim, eats_before);
            let eats_after = inside.ends_with(" -");
            let action = inside.strip_prefix('-').filter(|_| eats_before).unwrap_or(inside);
            let action = action.strip_suffix('-').filter(|_| eats_after).unwrap_or(action);
            if !action.trim_start().starts_with("/*") {
                let piece =
                    place(action.trim(), purpose).map_err(|what| format!("column {column}: {what}"))?;
                pieces.push(piece);
            }
            (rest, trim) = (&rest[open + end + 2..], eats_after);
        }
        push_text(&mut pieces, rest, trim, false);
        Ok(Self { pieces })
    }
}

/// The column, from 1, of a byte of `rest`, which is the end of `text`.
fn column_of(text: &str, rest: &str, at: usize) -> usize {
    text[..text.len() - rest.len() + at].chars().count() + 1
}

fn push_text(pieces: &mut Vec<Piece>, text: &str, trim_start: bool, trim_end: bool) {
    let text = if trim_start { text.trim_start() } else { text };
    let text = if trim_end { text.trim_end() } else { text };
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

fn place(action: &str, purpose: Purpose) -> Result<Piece, String> {
    let words = words(action)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (source, format) = match words.as_slice() {
        [source @ .., "|", "printf", verb] => (source, Some(format(verb)?)),
        ["printf", verb, source @ ..] => (source, Some(format(verb)?)),
        source => (source, None),
    };
    let source = self::source(source, purpose)?;
    if purpose.allows(&source) {
        Ok(Piece::Place { source, format })
    } else {
        Err(format!("an id cannot say {action}, which changes; known are {}", purpose.known()))
    }
}

fn source(words: &[&str], purpose: Purpose) -> Result<Source, String> {
    match words {
        ["index", ".Tags", key] => Ok(Source::Tag(unquoted(key)?)),
        ["index", ".Fields", key] => Ok(Source::Field(unquoted(key)?)),
        [name] => named(name).ok_or_else(|| format!("unknown name {name}; known are {}", purpose.known())),
        [] => Err("there is nothing between the braces".to_owned()),
        words => Err(format!("expected a name, found {}; known are {}", words.join(" "), purpose.known())),
    }
}

fn named(name: &str) -> Option<Source> {
    if let Some(key) = name.strip_prefix(".Tags.").filter(|key| !key.is_empty()) {
        return Some(Source::Tag(key.to_owned()));
    }
    if let Some(key) = name.strip_prefix(".Fields.").filter(|key| !key.is_empty()) {
        return Some(Source::Field(key.to_owned()));
    }
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, name)| Source::Name(*name))
}

fn unquoted(word: &str) -> Result<String, String> {
    let quoted = word.len() >= 2 && (word.starts_with('"') || word.starts_with('`'));
    if quoted {
        Ok(word[1..word.len() - 1].to_owned())
    } else {
        Err(format!("expected a name in quotes, found {word}"))
    }
}

fn format(word: &str) -> Result<Format, String> {
    let text = unquoted(word)?;
    let refuse = || format!("expected a format with one verb like \"%.2f\", found {word}");
    let (before, rest) = text.split_once('%').ok_or_else(refuse)?;
    let letter = rest.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(refuse)?;
    let (flags, after) = (&rest[..letter], &rest[letter + 1..]);
    let verb = match (&rest[letter..=letter], flags) {
        ("v" | "s", "") => Verb::Plain,
        ("d", "") => Verb::Whole,
        ("q", "") => Verb::Quoted,
        ("f", "") => Verb::Decimals(6),
        ("f", flags) => Verb::Decimals(decimals(flags).ok_or_else(refuse)?),
        _ => return Err(refuse()),
    };
    let after = after.replace("%%", "%");
    if after.contains('%') && !text.contains("%%") {
        return Err(refuse());
    }
    Ok(Format { before: before.to_owned(), verb, after })
}

/// The decimals of `.2`, `0.2` or `5.2`; a width is taken and not kept, since messages have no columns.
fn decimals(flags: &str) -> Option<usize> {
    let (width, decimals) = flags.split_once('.')?;
    let decimals = if decimals.is_empty() { 0 } else { decimals.parse().ok()? };
    (width.bytes().all(|byte| byte.is_ascii_digit()) && decimals <= TEMPLATE_DECIMALS_MAX).then_some(decimals)
}

/// The words of an action; quoted ones keep their quotes.
fn words(action: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = action.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '`' => {
                rest[1..].find(first).map(|at| at + 2).ok_or_else(|| format!("{rest} has no second quote"))?
            }
            '|' => 1,
            _ => rest.find(|c: char| c.is_whitespace() || c == '|').unwrap_or(rest.len()),
        };
        words.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    Ok(words)
}
