//! Numbers as a reader expects them, above all at the edges between two forms.

use super::*;

fn check(unit: Unit, cases: &[(f64, &str)]) {
    for (value, expected) in cases {
        assert_eq!(unit.figure(*value).words().replace(NB, " "), *expected, "for {value}");
    }
}

#[test]
fn a_number_has_three_significant_digits() {
    check(
        Unit::None,
        &[
            (0.0, "0"),
            (0.042, "0.04"),
            (1.6, "1.60"),
            (9.994, "9.99"),
            (9.996, "10.0"),
            (83.64, "83.6"),
            (99.96, "100"),
            (412.4, "412"),
            (999.6, "1,000"),
            (1_843.0, "1,840"),
            (1_234_567.0, "1,230,000"),
            (-1_843.0, "-1,840"),
        ],
    );
}

#[test]
fn a_percentage_has_one_decimal() {
    check(
        Unit::Percent,
        &[(0.0, "0 %"), (0.04, "0.0 %"), (83.64, "83.6 %"), (99.94, "99.9 %"), (100.0, "100 %")],
    );
}

#[test]
fn memory_and_disks_are_binary() {
    let gib = 1024_f64.powi(3);
    check(
        Unit::Bytes,
        &[
            (0.0, "0 B"),
            (512.0, "512 B"),
            (1_023.9, "1.00 KiB"),
            (64.0 * gib, "64 GiB"),
            (35.04 * gib, "35.0 GiB"),
            (1_023.8 * gib, "1.00 TiB"),
        ],
    );
}

#[test]
fn rates_are_decimal() {
    check(Unit::BitsPerSecond, &[(0.0, "0 bit/s"), (344_123_456.0, "344 Mbit/s"), (27.2e9, "27.2 Gbit/s")]);
    check(Unit::BytesPerSecond, &[(999.7, "1.00 kB/s"), (33e6, "33 MB/s"), (1e21, "1,000,000 PB/s")]);
}

#[test]
fn counts_are_exact() {
    assert_eq!(whole(4_836), "4,836");
    assert_eq!(count(999), "999");
    assert_eq!(whole(u64::MAX), "18,446,744,073,709,551,615");
    assert_eq!(cores(1).replace(NB, " "), "1 core");
}

#[test]
fn an_age_is_rounded_down() {
    let seconds = |seconds: i64| age(seconds * 1_000_000_000).replace(NB, " ");
    assert_eq!(seconds(9), "now");
    assert_eq!(seconds(42), "42 s");
    assert_eq!(seconds(59 * 60 + 59), "59 min");
    assert_eq!(seconds(3_600), "1 h");
    assert_eq!(seconds(86_399), "23 h");
    assert_eq!(seconds(3 * 86_400), "3 d");
    assert_eq!(duration(-5).replace(NB, " "), "0 s");
}
