//! Text from outside, as a terminal may see it.

/// A text on one line, without what a terminal would obey.
pub(crate) fn printable(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(printable("plain, \u{e9}"), "plain, \u{e9}");
        assert_eq!(printable("a\u{1b}[2Jb\u{9b}c\0\r\n"), "a\\u{1b}[2Jb\\u{9b}c\\u{0}\\r\\n");
    }
}
