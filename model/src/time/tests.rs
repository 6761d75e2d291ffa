//! Ranges and precisions.

use super::*;

#[test]
fn a_range_holds_its_start_but_not_its_end() {
    let range = TimeRange::new(10, 20);
    assert!(range.contains(10) && range.contains(19) && !range.contains(20) && !range.contains(9));
    assert!(TimeRange::ALL.contains(MIN_TIME) && TimeRange::ALL.contains(MAX_TIME));
    assert!(!TimeRange::ALL.contains(i64::MAX) && !TimeRange::ALL.contains(i64::MIN + 1));
    assert!(TimeRange::new(5, 5).is_empty() && !range.is_empty());
}

#[test]
fn ranges_meet_where_both_are() {
    let range = TimeRange::new(10, 20);
    for (start, end, meet) in [(0, 10, false), (0, 11, true), (19, 30, true), (20, 30, false), (12, 15, true)]
    {
        let other = TimeRange::new(start, end);
        assert_eq!((range.overlaps(&other), other.overlaps(&range)), (meet, meet));
        assert_eq!(!range.intersect(&other).is_empty(), meet);
    }
    assert_eq!(range.intersect(&TimeRange::new(0, 15)), TimeRange::new(10, 15));
}

#[test]
fn precisions_have_other_names_in_each_version() {
    let first = |name| Precision::from_name(name).map(Precision::nanoseconds);
    assert_eq!(["n", "ns", "u", "ms", "s"].map(first), [1, 1, 1_000, 1_000_000, 1_000_000_000].map(Some));
    assert_eq!(["m", "h"].map(first), [60_000_000_000, 3_600_000_000_000].map(Some));
    assert_eq!(["", "us", "µ", "d", "bogus"].map(first), [None; 5]);
    let second = |name| Precision::from_v2_name(name).map(Precision::nanoseconds);
    assert_eq!(["ns", "us", "ms", "s"].map(second), [1, 1_000, 1_000_000, 1_000_000_000].map(Some));
    assert_eq!(["n", "u", "m", "h", ""].map(second), [None; 5]);
}
