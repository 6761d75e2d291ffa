//! Canonical keys.

use super::*;

#[test]
fn two_spellings_of_one_series_have_one_key() {
    let key = SeriesKey::from_raw(r"cpu,host=a\ b,core=0");
    assert_eq!(key.as_str(), r"cpu,core=0,host=a\ b");
    assert_eq!(key, SeriesKey::from_raw(r"cpu,core=0,host=a\ b"));
    assert_eq!(key, SeriesKey::from_raw(key.as_str()));
    assert_eq!(SeriesKey::from_raw("m,a==b").as_str(), r"m,a=\=b");
}

#[test]
fn a_key_gives_back_its_parts() {
    let tags = Tags::new([("k,=", "v 1"), ("a", "b")]);
    let key = SeriesKey::new("m x,y=z", &tags);
    assert_eq!(&*key.measurement(), "m x,y=z");
    assert_eq!(key.tags(), tags);
    assert_eq!(key.to_string(), r"m\ x\,y=z,a=b,k\,\==v\ 1");
}

#[test]
fn different_series_have_different_keys() {
    let tricky = SeriesKey::new("m", &Tags::new([("a", "x\\"), ("b", "c")]));
    let other = SeriesKey::new("m", &Tags::new([("a", "x,b=c")]));
    assert_ne!(tricky, other);
    assert_eq!(tricky.as_str(), "m,a=x,b=c");
    assert_eq!(other.as_str(), r"m,a=x\,b\=c");
}

#[test]
fn a_text_is_canonical_if_it_is_what_its_parts_give() {
    let check = |text: &str, expected: bool| {
        assert_eq!(KeyRef::canonical(text).is_some(), expected, "{text:?}");
        assert_eq!(SeriesKey::from_raw(text).as_str() == text, expected, "{text:?}");
    };
    for text in ["m", "m,a=b", "m,a=b,c=d", "m=x,a=b", r"m\,x,a=b", r"m,a=\=b", r"m,a=b\c", "m\t,a=b"] {
        check(text, true);
    }
    for text in [
        "m,c=d,a=b",
        "m,a=b,a=c",
        "m,a==b",
        "m,",
        "m,a",
        "m,a=",
        "m,=b",
        "m,a=b,",
        "\tm,a=b",
        "m,a=b c",
        "m,a=b=c",
        "m,a=b\n",
    ] {
        check(text, false);
    }
}

#[test]
fn a_borrowed_key_gives_the_same_parts() {
    let key = SeriesKey::new("m x", &Tags::new([("k,=", "v 1"), ("a", "b")]));
    let borrowed = key.borrowed();
    let pairs: Vec<(String, String)> =
        borrowed.pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
    assert_eq!(pairs, [("a".into(), "b".into()), ("k,=".into(), "v 1".to_owned())]);
    assert_eq!((borrowed.value("k,=").as_deref(), borrowed.value("x")), (Some("v 1"), None));
    assert_eq!((borrowed.measurement(), borrowed.tags()), (key.measurement(), key.tags()));
    assert_eq!(borrowed.to_key(), key);
}
