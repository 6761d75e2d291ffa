//! The one form that is sent: `q=CREATE+DATABASE+%22telegraf%22`.

use std::fmt::Write;

/// A name as InfluxQL quotes it.
pub(super) fn quote_name(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', r"\\").replace('\n', r"\n").replace('"', "\\\""))
}

/// Text as a form's value (`application/x-www-form-urlencoded`).
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3 / 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            other => write!(encoded, "%{other:02X}").expect("a String takes every text"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_encoded_as_a_form() {
        let statement = format!("CREATE DATABASE {}", quote_name("telegraf"));
        assert_eq!(encode(&statement), "CREATE+DATABASE+%22telegraf%22");
    }

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        assert_eq!(quote_name("a\"; DROP DATABASE \"b\\\n"), r#""a\"; DROP DATABASE \"b\\\n""#);
    }
}
