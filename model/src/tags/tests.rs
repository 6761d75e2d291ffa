//! Sets of tags.

use super::*;

#[test]
fn tags_are_sorted_and_unique() {
    let tags = Tags::new([("b", "1"), ("a", "2"), ("b", "3"), ("", "4"), ("c", "")]);
    assert_eq!(tags.iter().collect::<Vec<_>>(), [("a", "2"), ("b", "1")]);
    assert_eq!((tags.len(), tags.get("b"), tags.get("c")), (2, Some("1"), None));
    assert_eq!(tags.value_or_empty("c"), "");
    assert_eq!(format!("{tags:?}"), r#"{"a": "2", "b": "1"}"#);
}

#[test]
fn one_set_fills_up_with_another() {
    let tags = Tags::new([("a", "1"), ("b", "1")]).or(&Tags::new([("b", "2"), ("c", "2")]));
    assert_eq!(tags, Tags::new([("a", "1"), ("b", "1"), ("c", "2")]));
    assert!(Tags::default().or(&Tags::default()).is_empty());
}
