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
