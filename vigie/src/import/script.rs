//! The sections of an export: statements first, then lines, with comments that say where these belong.

use serde::{Deserialize, Serialize};

/// Where points go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Target {
    /// The database; none was named yet.
    pub(super) db: Option<String>,
    /// The retention policy; the database's default one where there is none.
    pub(super) rp: Option<String>,
}

/// What is known at a place of an export.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Script {
    /// Whether lines are statements.
    in_statements: bool,
    /// Where points go.
    pub(super) target: Target,
}

/// What a line of an export is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// A comment, a mark or a blank line.
    Nothing,
    /// A statement to be executed.
    Statement(&'a str),
    /// A line of line protocol.
    Point,
}

impl Script {
    /// What is known before the first line.
    pub(super) fn new(target: Target) -> Self {
        Self { in_statements: false, target }
    }

    /// Takes in a line.
    pub(super) fn read<'a>(&mut self, line: &'a [u8]) -> Step<'a> {
        let begin = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0)).count();
        match line.get(begin) {
            None => return Step::Nothing,
            Some(b'#') => {
                self.read_comment(&String::from_utf8_lossy(&line[begin..]));
                return Step::Nothing;
            }
            Some(_) if !self.in_statements => return Step::Point,
            Some(_) => {}
        }
        // What is no text is no statement either; as a point it is refused with its number.
        std::str::from_utf8(line).map_or(Step::Point, |statement| Step::Statement(statement.trim()))
    }

    fn read_comment(&mut self, comment: &str) {
        if comment.starts_with("# DDL") {
            self.in_statements = true;
        } else if comment.starts_with("# DML") {
            self.in_statements = false;
        } else if let Some(db) = comment.strip_prefix("# CONTEXT-DATABASE:") {
            self.target.db = named(db);
        } else if let Some(rp) = comment.strip_prefix("# CONTEXT-RETENTION-POLICY:") {
            self.target.rp = named(rp);
        }
    }
}

fn named(text: &str) -> Option<String> {
    let name = text.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_contexts_are_followed() {
        let mut script = Script::new(Target { db: Some("given".into()), rp: None });
        assert_eq!(script.read(b"m v=1 1"), Step::Point);
        for comment in [
            "# INFLUXDB EXPORT: 1677-09-21T00:12:43Z - 2262-04-11T23:47:16Z",
            "# DDL",
            "",
            "# a remark",
            "   ",
        ] {
            assert_eq!(script.read(comment.as_bytes()), Step::Nothing, "{comment}");
        }
        assert_eq!(
            script.read(b"CREATE DATABASE x WITH NAME y "),
            Step::Statement("CREATE DATABASE x WITH NAME y")
        );
        script.read(b"# DML");
        script.read(b"# CONTEXT-DATABASE: a:b c ");
        script.read(b"# CONTEXT-RETENTION-POLICY:weeks");
        script.read(b"# writing tsm data");
        assert_eq!(script.read(b"CREATE v=1 1"), Step::Point);
        assert_eq!(script.target, Target { db: Some("a:b c".into()), rp: Some("weeks".into()) });
    }
}
