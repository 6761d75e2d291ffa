//! From the syntax of Go's regular expressions to that of the `regex` crate.
//!
//! Both are RE2's, but for details that would change what a dashboard matches: in Go `\d`, `\w`, `\s`
//! and `\b` mean ASCII, a `{` that begins no repetition is itself, `\Q...\E` quotes, `\<` is a `<`, and
//! inside a class `[`, `&&`, `~~` and `--` mean nothing special.
//! Sources: <https://github.com/google/re2/wiki/Syntax>, <https://docs.rs/regex/latest/regex/#syntax>.

use std::iter::Peekable;
use std::str::CharIndices;

/// Rewrites an expression. What is malformed in Go's syntax stays malformed.
pub(super) fn from_go(source: &str) -> String {
    let mut rewriter = Rewriter { source, chars: source.char_indices().peekable(), out: String::new() };
    while let Some((at, c)) = rewriter.chars.next() {
        match c {
            '\\' => rewriter.escape(false),
            '[' => rewriter.class(),
            '{' if !begins_repetition(&source[at..]) => rewriter.out.push_str("\\{"),
            c => rewriter.out.push(c),
        }
    }
    rewriter.out
}

struct Rewriter<'a> {
    source: &'a str,
    chars: Peekable<CharIndices<'a>>,
    out: String,
}

impl Rewriter<'_> {
    /// What follows a backslash.
    fn escape(&mut self, in_class: bool) {
        let Some((at, c)) = self.chars.next() else {
            return self.out.push('\\');
        };
        match c {
            'Q' if !in_class => self.quotation(at + 1),
            'b' if !in_class => self.out.push_str("(?-u:\\b)"),
            '<' | '>' => self.out.push(c),
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => self.ascii_class(c),
            c => self.out.extend(['\\', c]),
        }
    }

    /// The ASCII classes. A class may stand inside another one.
    fn ascii_class(&mut self, c: char) {
        let members = match c.to_ascii_lowercase() {
            'd' => "0-9",
            'w' => "0-9A-Za-z_",
            _ => "\\t\\n\\f\\r ",
        };
        let negation = if c.is_ascii_uppercase() { "^" } else { "" };
        self.out.push_str(&format!("[{negation}{members}]"));
    }

    /// `\Q...\E`: everything between is itself. Without `\E` it goes to the end.
    fn quotation(&mut self, start: usize) {
        let rest = &self.source[start..];
        let literal = rest.split("\\E").next().unwrap_or(rest);
        let end = start + literal.len() + "\\E".len();
        self.out.push_str(&regex_syntax::escape(literal));
        while self.chars.next_if(|(at, _)| *at < end).is_some() {}
    }

    /// What follows a `[`.
    fn class(&mut self) {
        self.out.push('[');
        if self.chars.next_if(|(_, c)| *c == '^').is_some() {
            self.out.push('^');
        }
        if self.chars.next_if(|(_, c)| *c == ']').is_some() {
            self.out.push_str("\\]");
        }
        let mut previous = '[';
        while let Some((at, c)) = self.chars.next() {
            match c {
                ']' => return self.out.push(']'),
                '\\' => self.escape(true),
                '[' if self.source[at..].starts_with("[:") => self.named_class(at),
                '[' | '&' | '~' => self.out.extend(['\\', c]),
                '-' if previous == '-' => self.out.push_str("\\-"),
                c => self.out.push(c),
            }
            previous = c;
        }
    }

    /// `[:alpha:]`, or a `[` that only looks like it.
    fn named_class(&mut self, start: usize) {
        let Some(len) = self.source[start..].find(":]").map(|end| end + ":]".len()) else {
            return self.out.push_str("\\[");
        };
        self.out.push_str(&self.source[start..start + len]);
        while self.chars.next_if(|(at, _)| *at < start + len).is_some() {}
    }
}

/// Whether a text that begins with `{` begins with `{n}`, `{n,}` or `{n,m}`.
fn begins_repetition(text: &str) -> bool {
    let Some((counts, _)) = text[1..].split_once('}') else {
        return false;
    };
    let (least, most) = counts.split_once(',').unwrap_or((counts, ""));
    let is_count = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && is_count(least) && is_count(most)
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;

    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let pattern = Pattern::new(pattern).unwrap();
        for text in matching {
            assert!(pattern.regex().is_match(text), "{pattern} should match {text:?}");
        }
        for text in others {
            assert!(!pattern.regex().is_match(text), "{pattern} should not match {text:?}");
        }
    }

    #[test]
    fn classes_are_ascii_as_in_go() {
        check(r"^\d$", &["7"], &["٧"]);
        check(r"^\w+$", &["web_01"], &["büro"]);
        check(r"^[\d.]+$", &["10.1"], &["a"]);
        check(r"^[^\s\W]$", &["a"], &[" ", "-"]);
        check(r"^\D$", &["a", "٧"], &["7"]);
        check(r"\bcpu\b", &["a cpu b", "écpu"], &["cpus"]);
    }

    #[test]
    fn braces_that_repeat_nothing_are_themselves() {
        check(r"^a{2}$", &["aa"], &["a{2}"]);
        check(r"^a{2,}$", &["aaa"], &["a"]);
        check(r"^a{x}$", &["a{x}"], &[]);
        check(r"^{a}$", &["{a}"], &[]);
        check(r"^a{,3}$", &["a{,3}"], &["aa"]);
        check("^a{", &["a{"], &["a"]);
    }

    #[test]
    fn brackets_and_set_operators_in_a_class_are_themselves() {
        check("^[[]$", &["["], &["]"]);
        check("^[]x]$", &["]", "x"], &["["]);
        check("^[^]x]$", &["["], &["]", "x"]);
        check("^[a-z&&[^b]$", &["&", "[", "^", "b"], &["B"]);
        check("^[a~~b]$", &["~"], &["-"]);
        check("^[+--]$", &["+", ",", "-"], &["."]);
        check("^[[:alpha:]_]$", &["a", "_"], &["1", ":"]);
        check("^[[:x]$", &["[", ":", "x"], &["y"]);
    }

    #[test]
    fn quotations_and_escaped_punctuation_are_themselves() {
        check(r"^\Qa.b*\Ec$", &["a.b*c"], &["axb*c"]);
        check(r"^\Qa.b", &["a.b"], &["axb"]);
        check(r"^\<a\>$", &["<a>"], &["a"]);
        check(r"^a\/b\-c\_d$", &["a/b-c_d"], &[]);
        check("(?i)^CPU$", &["cpu"], &["cpux"]);
        check("^$", &[""], &["x"]);
    }

    #[test]
    fn errors_are_in_the_words_of_go() {
        let error = |pattern: &str| Pattern::new(pattern).unwrap_err().to_string();
        assert_eq!(error("* x *"), "error parsing regexp: missing argument to repetition operator: `*`");
        assert_eq!(error("a[b"), "error parsing regexp: missing closing ]: `[b`");
        assert_eq!(error("a(b"), "error parsing regexp: missing closing ): `a(b`");
        assert_eq!(error("a)b"), "error parsing regexp: unexpected ): `a)b`");
        assert_eq!(error("a\\"), "error parsing regexp: trailing backslash at end of expression: ``");
        assert_eq!(error("[z-a]"), "error parsing regexp: invalid character class range: `z-a`");
        assert_eq!(error("\\y"), "error parsing regexp: invalid escape sequence: `\\y`");
        assert_eq!(error("(?=a)"), "error parsing regexp: invalid or unsupported Perl syntax: `(?=`");
    }
}
