//! Configuration files: any text is read or refused, with a line that is there.

use std::path::Path;

use settings::{Document, Section, interval, nearest};

/// One input.
pub(crate) fn run(text: &str) {
    let _ = interval::parse(text);
    let _ = nearest(text, &["interval", "percpu", ""]);
    let path = Path::new("vigie.toml");
    let document = match Document::parse(path, text) {
        Ok(document) => document,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let names: Vec<String> = document.sections().map(|(name, _)| name.to_owned()).collect();
    for name in &names {
        let entries = document.list(name).into_iter().chain(document.plugins(name));
        entries.flatten().for_each(|entry| read(Section::of(&entry)));
    }
    let documents = [document];
    for name in &names {
        if let Ok(section) = Section::top(name, &documents) {
            read(section);
        }
    }
}

/// Reads settings of every type, whatever they are.
fn read(mut section: Section<'_>) {
    let _ = section.boolean("percpu");
    let _ = section.text("url");
    let _ = section.text_or_number("memory");
    let _ = section.interval("interval");
    let _ = section.number("warn");
    let _ = section.texts("hosts");
    let _ = section.text_table("tags");
    let _ = section.text_lists("tagpass");
    if let Err(error) = section.finish() {
        assert!(!error.to_string().is_empty());
    }
}
