//! The texts in InfluxDB's CSV, for those who write it: the answers here, and the command line out of JSON.

/// Appends a text as a cell, quoted where it must be.
pub fn push_text(out: &mut String, text: &str) {
    let plain = !text.contains([',', '"', '\n', '\r']) && !text.starts_with([' ', '\t']);
    if plain {
        out.push_str(text);
        return;
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

/// The tags that are there, as line protocol writes them.
#[must_use]
pub fn tags_text<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (key, value) in tags.filter(|(_, value)| !value.is_empty()) {
        if !text.is_empty() {
            text.push(',');
        }
        push_escaped(&mut text, key);
        text.push('=');
        push_escaped(&mut text, value);
    }
    text
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, ',' | '=' | ' ') {
            out.push('\\');
        }
        out.push(c);
    }
}
