//! The file of marks: a line per mark, for people and programs; `docs/format/directory.md` describes it.

use std::path::PathBuf;

use super::DamageMark;

/// The first line.
const HEAD: &str = "vigie damage 1";

/// No file of marks is longer: so many marks, each with two long texts.
pub(super) const BYTES_MAX: usize = 4 << 20;

/// The text of the marks.
pub(super) fn encode<'a>(marks: impl Iterator<Item = &'a DamageMark>) -> String {
    let mut text = format!("{HEAD}\n");
    for mark in marks {
        let file = mark.file.to_string_lossy();
        let fields = [
            mark.first_seen_ns.to_string(),
            plain(&file),
            mark.offset.to_string(),
            plain(&mark.expected),
            plain(&mark.found),
        ];
        text.push_str(&fields.join("\t"));
        text.push('\n');
    }
    text
}

/// The marks of a text, or the offset of a line that is none and what should be there.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<DamageMark>, (u64, &'static str)> {
    let text = std::str::from_utf8(bytes).map_err(|error| (error.valid_up_to() as u64, "text in UTF-8"))?;
    let mut lines = text.split_inclusive('\n');
    let head = lines.next().unwrap_or_default();
    if head.trim_end() != HEAD {
        return Err((0, HEAD));
    }
    let mut offset = head.len() as u64;
    let mut marks = Vec::new();
    for line in lines {
        marks.push(mark(line.trim_end_matches('\n')).ok_or((offset, "a mark of damage"))?);
        offset += line.len() as u64;
    }
    Ok(marks)
}

fn mark(line: &str) -> Option<DamageMark> {
    let mut fields = line.split('\t');
    let mark = DamageMark {
        first_seen_ns: fields.next()?.parse().ok()?,
        file: PathBuf::from(fields.next()?),
        offset: fields.next()?.parse().ok()?,
        expected: fields.next()?.to_owned(),
        found: fields.next()?.to_owned(),
    };
    fields.next().is_none().then_some(mark)
}

/// A text without what separates fields and lines, and not longer than a person reads.
fn plain(text: &str) -> String {
    text.chars().take(1_000).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_as_they_were_written() {
        let mark = |offset, found: &str| DamageMark {
            file: "segments/000000000001.seg".into(),
            offset,
            expected: "block checksum 1a2b3c4d".into(),
            found: found.into(),
            first_seen_ns: -5,
        };
        let marks = [mark(0, "5e6f7a8b"), mark(u64::MAX, "")];
        let text = encode(marks.iter());
        assert_eq!(decode(text.as_bytes()), Ok(marks.to_vec()));
        assert_eq!(decode(b"vigie damage 1\n"), Ok(Vec::new()));
        assert_eq!(decode(encode([mark(1, "a\tb\nc")].iter()).as_bytes()), Ok(vec![mark(1, "a b c")]));
    }

    #[test]
    fn what_is_no_mark_is_told_with_its_place() {
        assert_eq!(decode(b""), Err((0, HEAD)));
        assert_eq!(decode(b"vigie damage 2\n"), Err((0, HEAD)));
        assert_eq!(decode(b"vigie damage 1\n1\tf\t2\te\n"), Err((15, "a mark of damage")));
        assert_eq!(decode(b"vigie damage 1\n1\tf\t2\te\tf\tg\n"), Err((15, "a mark of damage")));
        assert_eq!(decode(b"\xff"), Err((0, "text in UTF-8")));
    }
}
