//! Clocks.

use super::*;

#[test]
fn a_manual_clock_moves_when_told() {
    let clock = ManualClock::new(100);
    clock.advance(Duration::from_nanos(5));
    assert_eq!((clock.now_ns(), clock.monotonic()), (105, Duration::from_nanos(5)));
    clock.jump_to(-7);
    assert_eq!((clock.now_ns(), clock.monotonic()), (-7, Duration::from_nanos(5)));
}

#[test]
fn the_system_clock_shows_this_century_and_never_goes_back() {
    let clock = SystemClock::default();
    assert!(clock.now_ns() > 1_500_000_000_000_000_000);
    let before = clock.monotonic();
    assert!(clock.monotonic() >= before);
}
