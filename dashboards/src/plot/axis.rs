//! Ticks on the time axis: the viewer's round quarters of an hour; midnight shows the day.

use crate::{
    plot::Window,
    zone::{DAY_NS, SECOND_NS, Zone},
};

/// Four ticks in an hour stand 70 pixels apart on the narrowest phone.
const STEP_NS: i64 = 900 * SECOND_NS;

/// Place (0 to 1) and words of each tick.
pub(crate) fn time_ticks(window: Window, zone: &Zone) -> Vec<(f64, String)> {
    let offset_ns = zone.local_ns(0);
    let first = (window.start_ns() + offset_ns).div_euclid(STEP_NS) + 1;
    let last = (window.end_ns() + offset_ns).div_euclid(STEP_NS);
    (first..=last)
        .map(|step| {
            let time_ns = step * STEP_NS - offset_ns;
            let midnight = (step * STEP_NS).rem_euclid(DAY_NS) == 0;
            let words = if midnight { zone.day(time_ns) } else { zone.minute(time_ns) };
            (window.fraction(time_ns), words)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(now_s: i64, zone: &Zone) -> Vec<String> {
        let window = Window::last_hour(now_s * SECOND_NS, 20 * SECOND_NS);
        time_ticks(window, zone).into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn ticks_stand_on_quarters_of_the_viewers_hour() {
        // 2023-11-14 22:13:20 UTC
        assert_eq!(words(1_700_000_000, &Zone::utc()), ["21:15", "21:30", "21:45", "22:00"]);
        let kathmandu = Zone { name: "Asia/Kathmandu".to_owned(), offset_seconds: 20_700 };
        assert_eq!(words(1_700_000_000, &kathmandu), ["03:00", "03:15", "03:30", "03:45"]);
    }

    #[test]
    fn midnight_shows_the_day() {
        // 2023-11-15 00:20:00 UTC
        assert_eq!(words(1_700_007_600, &Zone::utc()), ["23:30", "23:45", "Wed 15", "00:15"]);
    }
}
