//! `${NAME}` and `${NAME:-default}` in a configuration file.
//!
//! A value inside a quoted text is escaped, so that no password can end the text it stands in; outside
//! of quotes it is put in as it is, for numbers. Comments are left alone.

/// Where the text stands, as far as quotes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    Comment,
    /// Between `"`, where a backslash escapes.
    Basic,
    /// Between `'`, where nothing does.
    Literal,
}

/// Puts variables in.
///
/// # Errors
/// The line, from 1, and what is wrong there.
pub(crate) fn substitute(
    text: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<String, (usize, String)> {
    let mut out = String::with_capacity(text.len());
    let (mut place, mut line, mut rest) = (Place::Plain, 1, text);
    while let Some(c) = rest.chars().next() {
        if place != Place::Comment && rest.starts_with("${") {
            let (value, length) = resolve(rest, &variable).map_err(|what| (line, what))?;
            push_value(&mut out, &value, place).map_err(|what| (line, what))?;
            rest = &rest[length..];
            continue;
        }
        let escaped = place == Place::Basic && c == '\\';
        let taken = if escaped { rest.chars().take(2).map(char::len_utf8).sum() } else { c.len_utf8() };
        place = next_place(place, c);
        line += usize::from(c == '\n');
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    Ok(out)
}

fn next_place(place: Place, c: char) -> Place {
    match (place, c) {
        (Place::Plain, '#') => Place::Comment,
        (Place::Plain, '"') => Place::Basic,
        (Place::Plain, '\'') => Place::Literal,
        (Place::Basic, '"') | (Place::Literal, '\'') | (Place::Comment, '\n') => Place::Plain,
        (place, _) => place,
    }
}

/// The value of the variable at the start of `rest`, and how many bytes name it.
fn resolve(rest: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<(String, usize), String> {
    let end = rest.find('}').ok_or_else(|| "\"${\" without \"}\"".to_owned())?;
    let inside = &rest[2..end];
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err(format!("{name:?} is not the name of an environment variable"));
    }
    let value = variable(name).or_else(|| default.map(str::to_owned));
    let value = value.ok_or_else(|| {
        format!("the environment variable {name} is not set; ${{{name}:-...}} gives a default")
    })?;
    Ok((value, end + 1))
}

fn push_value(out: &mut String, value: &str, place: Place) -> Result<(), String> {
    match place {
        Place::Basic => {
            for c in value.chars() {
                match c {
                    '"' | '\\' => out.extend(['\\', c]),
                    '\n' => out.push_str("\\n"),
                    c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
                    c => out.push(c),
                }
            }
        }
        Place::Literal if value.contains(['\'', '\n']) => {
            return Err("the value holds a quote or a line end: put it between double quotes".to_owned());
        }
        _ => out.push_str(value),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, (usize, &str)>) {
        let variable = |name: &str| match name {
            "PORT" => Some("8086".to_owned()),
            "SECRET" => Some("a\"b\\c".to_owned()),
            _ => None,
        };
        let found = substitute(text, variable);
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err((line, what)), Err((expected_line, part))) => {
                assert_eq!(line, expected_line);
                assert!(what.contains(part), "{what}");
            }
            (found, expected) => panic!("{text}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn variables_are_put_in_where_they_stand() {
        check("port = ${PORT}", Ok("port = 8086"));
        check("p = \"${SECRET}\"", Ok("p = \"a\\\"b\\\\c\""));
        check("p = \"${NONE:-x}\" # ${NONE}", Ok("p = \"x\" # ${NONE}"));
        check("a = '#' # \"\nb = ${PORT}", Ok("a = '#' # \"\nb = 8086"));
        check("a = \"\\\"#\"\nb = ${PORT}", Ok("a = \"\\\"#\"\nb = 8086"));
        check("a = \"$HOME costs 5$\"", Ok("a = \"$HOME costs 5$\""));
    }

    #[test]
    fn what_cannot_be_put_in_is_told_with_its_line() {
        check("a = 1\nb = \"${NONE}\"", Err((2, "NONE is not set")));
        check("a = ${", Err((1, "without")));
        check("a = ${A B}", Err((1, "not the name")));
        check("a = '${SECRET}'", Ok("a = 'a\"b\\c'"));
    }
}
