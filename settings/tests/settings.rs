//! Sections read setting by setting, and every mistake told with its place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use settings::{Problem, Section, SettingsError, SettingsFile, parse_all};
use std::path::PathBuf;
use std::time::Duration;

fn file(name: &str, text: &str) -> SettingsFile {
    SettingsFile { path: PathBuf::from(name), text: text.to_owned() }
}

/// Reads `[s]` as a program would that knows `name`, `list`, `wait`, `share`, `count`, `on` and `tags`.
fn read(files: &[SettingsFile]) -> Result<String, SettingsError> {
    let documents = parse_all(files)?;
    let mut section = Section::top("s", &documents)?;
    let name = section.text("name")?;
    let list = section.texts("list")?;
    let wait = section.interval("wait")?;
    let share = section.number("share")?;
    let count = section.count("count", 1, 10)?;
    let on = section.boolean("on")?;
    let tags = section.text_table("tags")?;
    let word = section.choice("word", &["this", "that"])?;
    section.finish()?;
    Ok(format!("{name:?} {list:?} {wait:?} {share:?} {count:?} {on:?} {tags:?} {word:?}"))
}

fn check_fails(text: &str, expected: &str) {
    assert_eq!(read(&[file("a.toml", text)]).unwrap_err().to_string(), expected);
}

#[test]
fn settings_have_types() {
    let text = "[s]\nname = 'n'\nlist = ['x', 'y']\nwait = '1h30m'\nshare = 0.5\ncount = 3\non = true\nword = 'that'\n\
                [s.tags]\na = 'b'\n";
    assert_eq!(
        read(&[file("a.toml", text)]).unwrap(),
        "Some(\"n\") Some([\"x\", \"y\"]) Some(5400s) Some(0.5) Some(3) Some(true) [(\"a\", \"b\")] Some(\"that\")"
    );
    assert!(read(&[]).unwrap().starts_with("None None"));
    assert!(
        read(&[file("a.toml", "[s]\nshare = 1_000\nwait = 90\n")])
            .unwrap()
            .contains("Some(90s) Some(1000.0)")
    );
}

#[test]
fn mistakes_are_told_with_file_and_line() {
    check_fails("[s]\nnaem = 'n'\n", "a.toml:2: [s] has no setting \"naem\"; did you mean \"name\"?");
    check_fails("[s]\nzzzzzz = 1\n", "a.toml:2: [s] has no setting \"zzzzzz\"");
    check_fails("[s]\n\nname = 1\n", "a.toml:3: [s] name: expected a text, found integer");
    check_fails("[s]\nlist = ['x', 1]\n", "a.toml:2: [s] list: expected a list of texts, found array");
    check_fails("[s]\ncount = 11\n", "a.toml:2: [s] count: expected a number from 1 to 10");
    check_fails("[s]\ncount = 99999999999999999999\n", "a.toml:2: [s] count: expected a number from 1 to 10");
    check_fails(
        "[s]\nword = 'other'\n",
        "a.toml:2: [s] word: expected one of \"this\", \"that\", found \"other\"",
    );
    check_fails("s = 1\n", "a.toml:1: s: expected a table, found integer");
    assert!(read(&[file("a.toml", "[s")]).unwrap_err().to_string().starts_with("a.toml:1: "));
    assert!(
        read(&[file("a.toml", "[s]\nwait = 'soon'\n")]).unwrap_err().to_string().contains("a length of time")
    );
}

#[test]
fn a_section_may_come_from_several_files_but_a_setting_from_one() {
    let first = file("a.toml", "[s]\nname = 'n'\n");
    let joined = read(&[first.clone(), file("b.toml", "[s]\ncount = 2\n")]).unwrap();
    assert!(joined.contains("\"n\"") && joined.contains("Some(2)"));
    let twice = read(&[first, file("b.toml", "\n[s]\nname = 'm'\n")]).unwrap_err();
    assert_eq!(twice.to_string(), "b.toml:3: [s] name is already set at a.toml:2");
}

#[test]
fn lists_of_tables_come_in_order_with_their_lines() {
    let files =
        [file("a.toml", "[[rules]]\nn = 'one'\n\n[[rules]]\nn = 'two'\n[[inputs.cpu]]\n[inputs.mem]\n")];
    let documents = parse_all(&files).unwrap();
    let rules: Vec<_> = documents[0].list("rules").into_iter().flatten().collect();
    assert_eq!(
        rules.iter().map(|rule| (rule.name, rule.line)).collect::<Vec<_>>(),
        [("rules", 1), ("rules", 4)]
    );
    assert_eq!(Section::of(&rules[1]).text("n").unwrap().as_deref(), Some("two"));
    let inputs: Vec<_> = documents[0].plugins("inputs").into_iter().flatten().collect();
    assert_eq!(inputs.iter().map(|input| input.name).collect::<Vec<_>>(), ["cpu", "mem"]);
    assert!(documents[0].list("absent").is_empty());
    let wrong = rules[0].error(Problem::unknown_plugin("input", "cpuu", &["cpu"]));
    assert_eq!(wrong.to_string(), "a.toml:1: there is no input \"cpuu\"; did you mean \"cpu\"?");
}

#[test]
fn lengths_of_time_are_printed_as_they_are_read() {
    for (text, seconds) in
        [("10s", 10.0), ("1h30m", 5_400.0), ("1.5d", 129_600.0), ("2w", 1_209_600.0), ("250ms", 0.25)]
    {
        let length = settings::interval::parse(text).unwrap();
        assert_eq!(length, Duration::from_secs_f64(seconds), "{text}");
        assert_eq!(settings::interval::parse(&settings::interval::print(length)).unwrap(), length);
    }
    for text in ["", "soon", "-1s", "1y", "1e400", "NaN"] {
        assert!(settings::interval::parse(text).is_err(), "{text}");
    }
}
