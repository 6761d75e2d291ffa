//! Templates through their texts.

use super::{Facts, Purpose, Template};
use crate::Level;
use crate::expression::Operand;
use model::Tags;
use model::line_protocol::{ParseOptions, parse};

fn rendered(text: &str) -> String {
    let batch =
        parse(b"disk,host=a,path=/ used=97.25,free=3i,state=\"full\" 1".to_vec(), &ParseOptions::default());
    let tags = Tags::new([("host", "a"), ("path", "/"), ("my tag", "x")]);
    let facts = Facts {
        id: "disk:a",
        rule: "disk is full",
        measurement: "disk",
        group: "host=a",
        level: Level::Critical,
        time_ns: 1_700_000_000_000_000_000,
        duration_ns: 90_000_000_000,
        value: Operand::Number(97.25),
        tags: &tags,
        point: Some(batch.points.get(0)),
    };
    Template::parse(text, Purpose::Message).unwrap().render(&facts)
}

#[test]
fn places_are_filled() {
    for (text, expected) in [
        ("plain", "plain"),
        ("{{ .ID }} is {{.Level}}", "disk:a is CRITICAL"),
        ("{{ .Rule }}/{{ .TaskName }}/{{ .Name }}/{{ .Group }}", "disk is full/disk is full/disk/host=a"),
        ("{{ .Tags.host }}:{{ index .Tags \"my tag\" }}", "a:x"),
        ("{{ .Fields.free }} {{ index .Fields `state` }}", "3 full"),
        ("{{ .Value }}", "97.25"),
        ("{{ .Value | printf \"%.1f\" }} %", "97.2 %"),
        ("{{ printf \"%0.0f%%\" .Value }}", "97%"),
        ("{{ .Value|printf \"%d\" }}", "97"),
        ("{{ .Tags.host | printf \"%q\" }}", "\"a\""),
        ("{{ .Time }} for {{ .Duration }}", "2023-11-14T22:13:20Z for 1m30s"),
        ("a {{- .Level -}} b", "aCRITICALb"),
        ("a{{/* a remark */}}b", "ab"),
        ("{{ .Tags.absent }}{{ .Fields.absent }}", "<no value><no value>"),
        ("}} alone", "}} alone"),
    ] {
        assert_eq!(rendered(text), expected, "{text}");
    }
}

#[test]
fn mistakes_are_told_with_their_column_and_the_known_names() {
    for (text, expected) in [
        ("äb {{ .Lvl }}", "column 4: unknown name .Lvl; known are .ID, .Rule"),
        ("{{ .Tags. }}", "column 1: unknown name .Tags."),
        ("{{ }}", "column 1: there is nothing between the braces"),
        ("{{ .ID", "column 1: \"{{\" without \"}}\""),
        ("{{ .ID .Level }}", "column 1: expected a name, found .ID .Level"),
        ("{{ if .Level }}", "column 1: expected a name"),
        ("{{ .Value | printf \"%x\" }}", "column 1: expected a format with one verb"),
        ("{{ .Value | printf \"%.99f\" }}", "column 1: expected a format with one verb"),
        ("{{ index .Tags host }}", "column 1: expected a name in quotes"),
        ("{{ index .Tags \"host }}", "no second quote"),
    ] {
        let error = Template::parse(text, Purpose::Message).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
    assert!(Template::parse(&"x".repeat(5_000), Purpose::Message).is_err());
}

#[test]
fn an_id_is_made_of_what_stays_the_same() {
    assert!(Template::parse("{{ .Rule }}:{{ .Group }}:{{ .Tags.host }}", Purpose::Id).is_ok());
    for text in ["{{ .Level }}", "{{ .Value }}", "{{ .Fields.x }}", "{{ .ID }}"] {
        let error = Template::parse(text, Purpose::Id).unwrap_err();
        assert!(error.contains("known are .Rule, .TaskName, .Name, .Group, .Tags.KEY"), "{error}");
    }
}

#[test]
fn a_message_has_a_bound() {
    assert!(rendered(&"{{ .Rule }}".repeat(370)).len() <= crate::limits::EVENT_TEXT_BYTES_MAX);
}
