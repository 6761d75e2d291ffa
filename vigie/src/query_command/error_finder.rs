//! Finds a statement's error in the JSON of an answer that goes by, without keeping the answer.

use crate::limits::ERROR_BYTES_MAX;

/// How deep the members of the answer lie: `{"error": ...}`, of a refusal.
const ANSWER_DEPTH: usize = 1;

/// How deep those of a result lie: `{"results":[{"error": ...}]}`.
const RESULT_DEPTH: usize = 3;

/// Where in the document the text so far ended, and what was found.
#[derive(Debug, Default)]
pub(super) struct ErrorFinder {
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// Whether the next text is a member's value, not its name.
    is_value: bool,
    /// The text under way or the last one, as it is escaped; kept at the two depths only.
    text: Vec<u8>,
    is_error: bool,
    found: Option<String>,
}

impl ErrorFinder {
    /// Looks at the next bytes of the document; they may begin and end anywhere.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.in_text {
                self.push_in_text(*byte);
            } else {
                self.push_structure(*byte);
            }
        }
    }

    /// The first error so far.
    pub(super) fn found(self) -> Option<String> {
        self.found
    }

    fn push_in_text(&mut self, byte: u8) {
        if byte == b'"' && !self.escaped {
            self.in_text = false;
            self.end_text();
            return;
        }
        self.escaped = !self.escaped && byte == b'\\';
        if self.is_kept() && self.text.len() < ERROR_BYTES_MAX {
            self.text.push(byte);
        }
    }

    fn push_structure(&mut self, byte: u8) {
        match byte {
            b'{' | b'[' => {
                self.depth += 1;
                self.is_value = false;
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b':' => self.is_value = true,
            b',' => self.is_value = false,
            b'"' => {
                self.in_text = true;
                self.text.clear();
            }
            _ => {}
        }
    }

    fn is_kept(&self) -> bool {
        self.found.is_none() && matches!(self.depth, ANSWER_DEPTH | RESULT_DEPTH)
    }

    fn end_text(&mut self) {
        if !self.is_kept() {
            return;
        }
        if !self.is_value {
            self.is_error = self.text == b"error";
        } else if self.is_error {
            self.found = Some(unescaped(&self.text));
        }
    }
}

/// A JSON text without its escapes; as it stands where it was cut inside one.
fn unescaped(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Option<&str>) {
        for cut in 0..json.len() {
            let mut finder = ErrorFinder::default();
            finder.push(&json.as_bytes()[..cut]);
            finder.push(&json.as_bytes()[cut..]);
            assert_eq!(finder.found().as_deref(), expected, "{json} cut at {cut}");
        }
    }

    #[test]
    fn an_error_is_found_wherever_the_text_is_cut() {
        check(r#"{"results":[{"statement_id":0,"error":"database not found: \"x\""}]}"#, {
            Some("database not found: \"x\"")
        });
        check(r#"{"results":[{"statement_id":0},{"error":"first"},{"error":"second"}]}"#, Some("first"));
        check(r#"{"error":"timeout"}"#, Some("timeout"));
    }

    #[test]
    fn what_only_looks_like_an_error_is_none() {
        check(
            r#"{"results":[{"series":[{"name":"error","tags":{"error":"x"},"columns":["error"],"values":[["error","\"error\":"]]}]}]}"#,
            None,
        );
        check(r#"{"results":[{"messages":[{"level":"error","error":"x"}]}]}"#, None);
        check(r#"{"results":[{"name":"error"}]}"#, None);
    }
}
