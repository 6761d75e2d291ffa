//! Shell-like patterns: `*`, `?`, `[a-z]`, `[!a]`, `{one,two}`, and a backslash before any of them.
//!
//! The language is that of gobwas/glob, which Telegraf uses. With separators, `*` and `?` stop at
//! them and `**` does not. Matching backtracks over the last star only within one alternative, so a
//! hostile pattern costs at most its length times the text's for each way to choose its braces; that
//! number of ways is bounded at [`ALTERNATIVES_MAX`].

/// Most plain patterns that the braces of one pattern may stand for.
pub(crate) const ALTERNATIVES_MAX: usize = 256;

/// Several patterns of which one has to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Globs(Vec<Glob>);

impl Globs {
    /// Compiles patterns; the error is a clause that names the bad one.
    pub(crate) fn new<S: AsRef<str>>(patterns: &[S], separators: &str) -> Result<Self, String> {
        patterns
            .iter()
            .map(|pattern| Glob::new(pattern.as_ref(), separators))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether one of the patterns matches the whole text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.iter().any(|glob| glob.matches(text))
    }

    /// Whether there is no pattern.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    alternatives: Vec<Vec<Token>>,
    separators: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Char(char),
    AnyChar,
    Star { crosses: bool },
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Glob {
    fn new(pattern: &str, separators: &str) -> Result<Self, String> {
        let alternatives = expand_braces(pattern)?;
        let alternatives =
            alternatives.iter().map(|plain| tokens(plain, pattern)).collect::<Result<_, _>>()?;
        Ok(Self { alternatives, separators: separators.into() })
    }

    fn matches(&self, text: &str) -> bool {
        self.alternatives.iter().any(|tokens| matches_tokens(tokens, text, &self.separators))
    }
}

/// Matches with one point to come back to: the last star that crosses separators, or else the last star.
fn matches_tokens(tokens: &[Token], text: &str, separators: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut star: Option<(usize, &str)> = None;
    let mut wide_star: Option<(usize, &str)> = None;
    loop {
        match tokens.get(at) {
            Some(Token::Star { crosses }) => {
                let point = Some((at, rest));
                if *crosses {
                    (wide_star, star) = (point, None);
                } else {
                    star = point;
                }
                at += 1;
                continue;
            }
            Some(token) => {
                if let Some(next) = eat(token, rest, separators) {
                    (at, rest) = (at + 1, next);
                    continue;
                }
            }
            None if rest.is_empty() => return true,
            None => {}
        }
        let Some((back_at, back_rest)) = step_back(&mut star, &mut wide_star, separators) else {
            return false;
        };
        (at, rest) = (back_at, back_rest);
    }
}

/// Lets the last star take one more character; when it cannot, the star before it that crosses separators.
fn step_back<'a>(
    star: &mut Option<(usize, &'a str)>,
    wide_star: &mut Option<(usize, &'a str)>,
    separators: &str,
) -> Option<(usize, &'a str)> {
    for (point, stops) in [(star, true), (wide_star, false)] {
        let Some((at, rest)) = *point else { continue };
        let mut chars = rest.chars();
        match chars.next() {
            Some(c) if !(stops && separators.contains(c)) => {
                *point = Some((at, chars.as_str()));
                return Some((at + 1, chars.as_str()));
            }
            _ => *point = None,
        }
    }
    None
}

fn eat<'a>(token: &Token, text: &'a str, separators: &str) -> Option<&'a str> {
    let mut chars = text.chars();
    let c = chars.next()?;
    let fits = match token {
        Token::Char(wanted) => c == *wanted,
        Token::AnyChar => !separators.contains(c),
        Token::Class { negated, ranges } => {
            ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *negated
        }
        Token::Star { .. } => false,
    };
    fits.then_some(chars.as_str())
}

/// The plain patterns that a pattern with braces stands for. Braces nest.
fn expand_braces(pattern: &str) -> Result<Vec<String>, String> {
    let Some((start, end)) = first_braces(pattern)? else {
        return Ok(vec![pattern.to_owned()]);
    };
    let (before, inside, after) = (&pattern[..start], &pattern[start + 1..end], &pattern[end + 1..]);
    let mut plain = Vec::new();
    for alternative in split_alternatives(inside) {
        plain.extend(expand_braces(&format!("{before}{alternative}{after}"))?);
        if plain.len() > ALTERNATIVES_MAX {
            return Err(format!("the braces of {pattern:?} stand for more than {ALTERNATIVES_MAX} patterns"));
        }
    }
    Ok(plain)
}

/// Where the first pair of braces stands, outside escapes and classes.
fn first_braces(pattern: &str) -> Result<Option<(usize, usize)>, String> {
    let (mut depth, mut start, mut in_class) = (0_usize, 0, false);
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '{' if !in_class => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            '}' if !in_class && depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some((start, at)));
                }
            }
            _ => {}
        }
    }
    if depth > 0 { Err(format!("the brace in {pattern:?} is not closed")) } else { Ok(None) }
}

fn split_alternatives(inside: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start, mut escaped) = (Vec::new(), 0_usize, 0, false);
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    parts
}

fn tokens(plain: &str, pattern: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = plain.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' => {
                let crosses = chars.next_if_eq(&'*').is_some();
                Token::Star { crosses }
            }
            '?' => Token::AnyChar,
            '[' => class(&mut chars).ok_or_else(|| format!("the bracket in {pattern:?} is not closed"))?,
            '\\' => Token::Char(chars.next().unwrap_or('\\')),
            other => Token::Char(other),
        });
    }
    Ok(tokens)
}

fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Token> {
    let negated = chars.next_if(|c| matches!(c, '!' | '^')).is_some();
    let mut ranges = Vec::new();
    loop {
        let first = match chars.next()? {
            ']' if !ranges.is_empty() => return Some(Token::Class { negated, ranges }),
            '\\' => chars.next()?,
            other => other,
        };
        let last = if chars.next_if_eq(&'-').is_some() { chars.next()? } else { first };
        ranges.push((first, last));
    }
}

#[cfg(test)]
mod tests;
