//! Where lines begin and end, and how a bad one leaves the others alone.

use super::*;

#[test]
fn comments_and_blank_lines_are_nothing() {
    assert_eq!(points(""), Vec::<String>::new());
    assert_eq!(points("\n\n  \n\t\n\0\n"), Vec::<String>::new());
    assert_eq!(points("# nothing"), Vec::<String>::new());
    assert_eq!(points("#x\n  # it's \"x=\nc v=1 1\n"), ["c v=f1.0 1"]);
    assert_eq!(points("a v=1 1\nb v=2 2"), ["a v=f1.0 1", "b v=f2.0 2"]);
}

#[test]
fn a_carriage_return_is_part_of_its_line() {
    let parsed = parse_text("# comment\n\nc v=1 1\r\n   c v=2 2\n\t\n#x\nc v=3 3  \n");
    assert_eq!(parsed.points.iter().map(show).collect::<Vec<_>>(), ["c v=f2.0 2", "c v=f3.0 3"]);
    assert_eq!(parsed.refused[0].to_string(), "unable to parse 'c v=1 1\r': bad timestamp");
    assert_eq!(parsed.refused[0].line, 3);
}

#[test]
fn a_string_may_hold_newlines() {
    let text = "a s=\"one\ntwo\n\nfour\",v=1 1\nb v=x 2\nc v=3 3";
    let parsed = parse_text(text);
    let shown: Vec<String> = parsed.points.iter().map(show).collect();
    assert_eq!(shown, ["a s=\"one\\ntwo\\n\\nfour\" v=f1.0 1", "c v=f3.0 3"]);
    assert_eq!((parsed.refused[0].line, &*parsed.refused[0].text), (5, "b v=x 2"));
}

#[test]
fn a_backslash_takes_the_newline_into_the_name() {
    let parsed = parse_text("m,t=a\\\nb v=1 1\nm v=2 2");
    assert_eq!((parsed.points.len(), parsed.refused_count), (2, 0));
    assert_eq!(parsed.points.get(0).series_text(), "m,t=a\\\nb");
}

#[test]
fn a_string_that_never_ends_is_one_bad_line() {
    let parsed = parse_text("a v=1 1\nb s=\"open 2\nc v=3 3\n");
    assert_eq!(parsed.points.len(), 1);
    assert_eq!((parsed.refused_count, parsed.refused[0].line), (1, 2));
    assert_eq!(parsed.refused[0].reason, Reason::UnbalancedQuotes);
}

#[test]
fn a_bad_line_with_quotes_does_not_take_the_next_one() {
    let parsed = parse_text("a s=\"x\",v=bad 1\nb v=2 2\nc,t=\"x v= 3\nd v=4 4\n");
    assert_eq!(parsed.points.iter().map(show).collect::<Vec<_>>(), ["b v=f2.0 2", "d v=f4.0 4"]);
    assert_eq!(parsed.refused.iter().map(|refused| refused.line).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn bad_lines_between_good_ones_are_named() {
    let parsed = parse_text("p2 v=1 1\np2 v= 2\n  nofields\np2 v=4 4");
    assert_eq!(parsed.points.len(), 2);
    let texts: Vec<String> = parsed.refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["unable to parse 'p2 v= 2': missing field value", "unable to parse 'nofields': missing fields"]
    );
}

#[test]
fn a_refused_line_leaves_no_text_behind() {
    let good = parse_text("m f\\ 1=1,s=\"a\\\"b\" 1").points;
    let both = parse_text("m f\\ 1=1,s=\"a\\\"b\" 1\nm f\\ 2=1,s=\"c\\\"d\",x=bad 1").points;
    assert_eq!((both.len(), both.value_count()), (good.len(), good.value_count()));
    assert_eq!(show(both.get(0)), show(good.get(0)));
    assert!(!both.text.ends_with("c\"d"));
}

#[test]
fn only_the_lines_that_are_not_utf8_are_refused() {
    let parsed =
        parse_text(b"a v=1 1\nb,t=\xff\xfe v=2 2\nc s=\"\xe2\x82\",f\\ x=1 3\nd s=\"\xe2\x82\xac\" 4");
    assert_eq!(parsed.points.iter().map(show).collect::<Vec<_>>(), ["a v=f1.0 1", "d s=\"€\" 4"]);
    let refused: Vec<_> = parsed.refused.iter().map(|r| (r.line, r.column, &*r.text)).collect();
    assert_eq!(refused, [(2, 5, "b,t=?? v=2 2"), (3, 6, "c s=\"??\",f\\ x=1 3")]);
    assert!(parsed.refused.iter().all(|r| r.reason == Reason::InvalidUtf8));
}

#[test]
fn a_comment_need_not_be_utf8() {
    assert_eq!(points(b"# \xff\na v=1 1"), ["a v=f1.0 1"]);
}

/// A field's key with a backslash before its comma, and a newline in a string further on: where the line
/// ends was once decided by another rule for backslashes than what its parts are.
#[test]
fn one_rule_for_backslashes_decides_where_a_line_ends() {
    accepts("m \\\\,=0,a=\"\n\" 1", "m \\,=f0.0 a=\"\\n\" 1");
    accepts("m a=\"\\\\\",b=\"\n\" 1", "m a=\"\\\\\" b=\"\\n\" 1");
}

#[test]
fn a_stream_is_cut_where_lines_end() {
    let check =
        |text: &str, expected: Option<usize>| assert_eq!(line_end(text.as_bytes()), expected, "{text}");
    check("", None);
    check("m v=1", None);
    check("m v=1\nm v=2\n", Some(5));
    check("\nm v=1\n", Some(0));
    check("m s=\"a\nb\" 1\n", Some(11));
    check("m s=\"a\n", None);
    check("m s=\"\\\"\n\"\n", Some(9));
    check("m,t=a\\\nb v=1\n", Some(12));
    check("# it's \"open\nm v=1\n", Some(12));
    check("m,t=\"x v=1\nm v=2\n", Some(10));
}
