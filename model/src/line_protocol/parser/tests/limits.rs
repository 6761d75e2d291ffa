//! Bounds: the last size that is taken and the first that is not.

use super::*;
use crate::limits::{FIELDS_MAX, LINE_BYTES_MAX, REFUSED_LINES_MAX, STRING_BYTES_MAX};

#[test]
fn a_series_with_its_longest_field_key_has_65535_bytes() {
    let measurement = "k".repeat(65_535 - 4 - 2);
    assert_eq!(parse_text(format!("{measurement} vv=1")).points.len(), 1);
    let refused = |line: String| parse_text(line).refused[0].reason.to_string();
    assert_eq!(refused(format!("{measurement} v=1,vvv=1")), "max key length exceeded: 65536 > 65535");
    assert_eq!(refused(format!("{} v=1", "k".repeat(65_536))), "max key length exceeded: 65536 > 65535");
    assert_eq!(refused(format!("{} v=1", "k".repeat(65_535))), "max key length exceeded: 65540 > 65535");
}

#[test]
fn a_string_has_at_most_one_mebibyte() {
    let line = |bytes: usize| format!("cpu a=1,s\\ t=\"{}\" 1", "\\\"".repeat(bytes));
    assert_eq!(parse_text(line(STRING_BYTES_MAX)).points.len(), 1);
    let parsed = parse_text(line(STRING_BYTES_MAX + 1) + "\ncpu v=1 1");
    assert_eq!(
        parsed.refused[0].to_string(),
        "input field \"s t\" on measurement \"cpu\" is too long, 1048577 > 1048576"
    );
    assert_eq!((parsed.points.len(), parsed.dropped_count), (1, 1));
}

#[test]
fn a_line_has_at_most_so_many_fields() {
    let line = |count: usize| {
        let fields: Vec<String> = (0..count).map(|index| format!("f{index}=1")).collect();
        format!("m {} 1", fields.join(","))
    };
    assert_eq!(parse_text(line(FIELDS_MAX)).points.value_count(), FIELDS_MAX);
    let refused = &parse_text(line(FIELDS_MAX + 1)).refused[0];
    assert_eq!(refused.reason.to_string(), "too many fields: 16385 > 16384");
    assert!(refused.text.len() <= REFUSED_TEXT_BYTES_MAX);
}

#[test]
fn a_line_has_at_most_so_many_bytes() {
    let mut line = "m v=1 1".to_owned();
    line.extend(std::iter::repeat_n(' ', LINE_BYTES_MAX - line.len()));
    assert_eq!(parse_text(&line).points.len(), 1);
    line.push(' ');
    assert_eq!(
        parse_text(&line).refused[0].reason.to_string(),
        format!("line too long: {} > {LINE_BYTES_MAX}", LINE_BYTES_MAX + 1)
    );
}

#[test]
fn all_bad_lines_are_counted_and_the_first_are_spelled_out() {
    let parsed = parse_text("bad\n".repeat(REFUSED_LINES_MAX + 50));
    assert_eq!((parsed.refused.len(), parsed.refused_count), (REFUSED_LINES_MAX, REFUSED_LINES_MAX + 50));
}

#[test]
fn long_numbers_are_cut_in_the_answer() {
    let parsed = parse_text(format!("m v=1{}i\nm v=1 1{}", "0".repeat(5_000), "0".repeat(5_000)));
    assert_eq!(parsed.refused_count, 2);
    assert!(parsed.refused.iter().all(|refused| refused.to_string().len() < 1_500));
}

#[test]
fn long_names_are_cut_in_the_answer() {
    let parsed = parse_text(format!("{},time=x v=1", "m".repeat(60_000)));
    assert_eq!(parsed.dropped_count, 1);
    assert!(parsed.refused[0].to_string().len() < 1_500);
}
