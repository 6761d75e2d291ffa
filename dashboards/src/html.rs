//! Markup that cannot be broken by what is put into it.
//!
//! Literal markup comes from this crate's sources only (`&'static str`); every value goes through [`Piece`],
//! and text is a piece that escapes itself. There is no way to append a run-time string as markup.

use std::fmt::Write as _;

/// A piece of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

/// What may fill a hole of a template.
pub(crate) trait Piece {
    /// Appends itself, escaped where it is text.
    fn append_to(&self, out: &mut String);
}

impl Html {
    /// Literal markup.
    pub(crate) fn literal(markup: &'static str) -> Self {
        Html(markup.to_owned())
    }

    /// A template with its holes, `{}`, filled in order.
    pub(crate) fn of(template: &'static str, pieces: &[&dyn Piece]) -> Self {
        let mut html = Html::default();
        html.put(template, pieces);
        html
    }

    /// Appends a template with its holes, `{}`, filled in order.
    pub(crate) fn put(&mut self, template: &'static str, pieces: &[&dyn Piece]) {
        let mut parts = template.split("{}");
        self.0.push_str(parts.next().unwrap_or_default());
        let mut holes = 0;
        for (part, piece) in parts.zip(pieces) {
            piece.append_to(&mut self.0);
            self.0.push_str(part);
            holes += 1;
        }
        assert!(holes == pieces.len() && template.matches("{}").count() == holes, "as many pieces as holes");
    }

    /// Appends markup that is ready.
    pub(crate) fn add(&mut self, other: &Html) {
        self.0.push_str(&other.0);
    }

    /// The document.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl Piece for Html {
    fn append_to(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl Piece for Option<Html> {
    fn append_to(&self, out: &mut String) {
        if let Some(html) = self {
            out.push_str(&html.0);
        }
    }
}

impl Piece for &str {
    fn append_to(&self, out: &mut String) {
        escape(self, out);
    }
}

impl Piece for String {
    fn append_to(&self, out: &mut String) {
        escape(self, out);
    }
}

impl Piece for usize {
    fn append_to(&self, out: &mut String) {
        write!(out, "{self}").expect("a String takes everything");
    }
}

impl Piece for f64 {
    fn append_to(&self, out: &mut String) {
        // Four digits place a mark to a tenth of a pixel; more are only bytes.
        let rounded = (self * 100.0).round() / 100.0;
        write!(out, "{}", if rounded == 0.0 { 0.0 } else { rounded }).expect("a String takes everything");
    }
}

/// Escapes for text and for quoted attributes alike. Control characters and those that turn the direction of
/// writing are replaced, so that a host name cannot rearrange the words around it.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push(char::REPLACEMENT_CHARACTER),
            other if other.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            other => out.push(other),
        }
    }
}

/// The value of a query parameter in an address.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes everything");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let hostile = "<script>\"'&\u{0}\u{202e}";
        let html = Html::of("<p title=\"{}\">{}</p>", &[&hostile, &hostile]).into_string();
        let escaped = "&lt;script&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}";
        assert_eq!(html, format!("<p title=\"{escaped}\">{escaped}</p>"));
    }

    #[test]
    fn a_hole_in_a_value_stays_text() {
        assert_eq!(Html::of("{}-{}", &[&"{}", &"b"]).into_string(), "{}-b");
    }

    #[test]
    fn an_address_holds_any_name() {
        assert_eq!(percent_encoded("a b&c=é'/"), "a%20b%26c%3D%C3%A9%27%2F");
    }

    #[test]
    fn coordinates_carry_two_decimals() {
        assert_eq!(Html::of("{} {} {}", &[&12.3456, &-0.001, &150.0]).into_string(), "12.35 0 150");
    }
}
