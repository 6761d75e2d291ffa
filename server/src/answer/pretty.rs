//! Indents JSON as it goes by, four blanks a level, as Go's `MarshalIndent` does.

/// A whole document, indented.
pub(crate) fn indented(json: &str) -> String {
    let mut out = String::new();
    Indenter::default().push(&mut out, json);
    out
}

/// Where in the document the text so far ended.
#[derive(Debug, Default)]
pub(super) struct Indenter {
    depth: usize,
    in_text: bool,
    escaped: bool,
    just_opened: bool,
}

impl Indenter {
    /// Appends `json` with line ends and blanks; it may begin and end anywhere in a document.
    pub(super) fn push(&mut self, out: &mut String, json: &str) {
        for c in json.chars() {
            if self.in_text {
                self.push_in_text(out, c);
            } else {
                self.push_structure(out, c);
            }
        }
    }

    fn push_in_text(&mut self, out: &mut String, c: char) {
        out.push(c);
        self.in_text = self.escaped || c != '"';
        self.escaped = !self.escaped && c == '\\';
    }

    fn push_structure(&mut self, out: &mut String, c: char) {
        let closes = matches!(c, '}' | ']');
        if self.just_opened && !closes {
            self.line(out);
        }
        match c {
            '{' | '[' => {
                out.push(c);
                self.depth += 1;
            }
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                if !self.just_opened {
                    self.line(out);
                }
                out.push(c);
            }
            ',' => {
                out.push(c);
                self.line(out);
            }
            ':' => out.push_str(": "),
            _ => {
                self.in_text = c == '"';
                out.push(c);
            }
        }
        self.just_opened = matches!(c, '{' | '[');
    }

    fn line(&self, out: &mut String) {
        out.push('\n');
        for _ in 0..self.depth {
            out.push_str("    ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_in_pieces_is_indented_like_a_whole_one() {
        let json = r#"{"a":[{"b":"x,{\"","c":[]},1],"d":{}}"#;
        let expected = "{\n    \"a\": [\n        {\n            \"b\": \"x,{\\\"\",\n            \"c\": []\n        },\n        1\n    ],\n    \"d\": {}\n}";
        for cut in 0..json.len() {
            let (mut indenter, mut out) = (Indenter::default(), String::new());
            indenter.push(&mut out, &json[..cut]);
            indenter.push(&mut out, &json[cut..]);
            assert_eq!(out, expected);
        }
    }
}
