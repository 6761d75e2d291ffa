//! Times in zones east and west of Greenwich, before and after midnight.

use super::*;

/// 2026-11-20 13:32:10 UTC, a Friday.
const NOW_NS: i64 = 1_795_181_530 * SECOND_NS;

fn zone(name: &str, offset_seconds: i32) -> Zone {
    Zone { name: name.to_owned(), offset_seconds }
}

#[test]
fn a_moment_is_told_in_the_viewers_zone() {
    let paris = zone("Europe/Paris", 3_600);
    assert_eq!(paris.clock(NOW_NS), "14:32:10");
    assert_eq!(paris.minute(NOW_NS), "14:32");
    assert_eq!(paris.iso(NOW_NS), "2026-11-20T14:32:10+01:00");
    let newfoundland = zone("America/St_Johns", -12_600);
    assert_eq!(newfoundland.iso(NOW_NS), "2026-11-20T10:02:10-03:30");
}

#[test]
fn another_day_is_named() {
    let tokyo = zone("Asia/Tokyo", 32_400);
    assert_eq!(tokyo.moment(NOW_NS, NOW_NS), "22:32");
    assert_eq!(tokyo.moment(NOW_NS - 23 * 3_600 * SECOND_NS, NOW_NS), "Thu 19, 23:32");
    assert_eq!(tokyo.day(NOW_NS + 2 * 3_600 * SECOND_NS), "Sat 21");
}

#[test]
fn the_zone_is_named_with_its_offset() {
    assert_eq!(zone("Europe/Paris", 3_600).words(), "Europe/Paris (UTC+1)");
    assert_eq!(zone("Asia/Kolkata", 19_800).words(), "Asia/Kolkata (UTC+5:30)");
    assert_eq!(zone("", -10_800).words(), "UTC\u{2212}3");
    assert_eq!(Zone::utc().words(), "UTC");
}

#[test]
fn no_time_and_no_offset_is_too_extreme() {
    for time in [i64::MIN, -1, 0, i64::MAX] {
        for offset in [i32::MIN, 0, i32::MAX] {
            let zone = zone("", offset);
            assert!(!zone.iso(time).is_empty() && !zone.moment(time, NOW_NS).is_empty());
        }
    }
}
