//! Times as the viewer reads them: a zone's offset applied to nanoseconds since 1970.
//!
//! The offset is the one of the page's moment. A change to summer time within the hour on the page would shift
//! the part before it; that is accepted, because the zone's rules are the server's business.

use jiff::Timestamp;

/// Nanoseconds of one second.
pub(crate) const SECOND_NS: i64 = 1_000_000_000;
/// No zone is further from UTC: a day and a bit.
const OFFSET_SECONDS_MAX: i32 = 93_599;
/// Nanoseconds of one day.
pub(crate) const DAY_NS: i64 = 86_400 * SECOND_NS;

/// The zone that times are shown in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its name, such as `Europe/Paris`; may be empty.
    pub name: String,
    /// Seconds east of UTC at the page's moment.
    pub offset_seconds: i32,
}

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Zone { name: "UTC".to_owned(), offset_seconds: 0 }
    }

    /// The local date and time in the words of `strftime`.
    fn format(&self, pattern: &str, time_ns: i64) -> String {
        let local = Timestamp::from_nanosecond(i128::from(self.local_ns(time_ns))).unwrap_or_default();
        local.strftime(pattern).to_string()
    }

    /// Local nanoseconds, as if 1970 had begun in this zone.
    pub(crate) fn local_ns(&self, time_ns: i64) -> i64 {
        let offset_seconds = self.offset_seconds.clamp(-OFFSET_SECONDS_MAX, OFFSET_SECONDS_MAX);
        time_ns.saturating_add(i64::from(offset_seconds) * SECOND_NS)
    }

    /// `14:32:10`
    pub(crate) fn clock(&self, time_ns: i64) -> String {
        self.format("%H:%M:%S", time_ns)
    }

    /// `14:32`
    pub(crate) fn minute(&self, time_ns: i64) -> String {
        self.format("%H:%M", time_ns)
    }

    /// `Fri 20`, the weekday and the day of the month.
    pub(crate) fn day(&self, time_ns: i64) -> String {
        self.format("%a %-d", time_ns)
    }

    /// `14:32` today, `Fri 20, 14:32` on another day.
    pub(crate) fn moment(&self, time_ns: i64, now_ns: i64) -> String {
        let same_day = self.local_ns(time_ns).div_euclid(DAY_NS) == self.local_ns(now_ns).div_euclid(DAY_NS);
        if same_day { self.minute(time_ns) } else { self.format("%a %-d, %H:%M", time_ns) }
    }

    /// `2026-11-20T14:32:10+01:00`
    pub(crate) fn iso(&self, time_ns: i64) -> String {
        let minutes = self.offset_seconds.unsigned_abs() / 60;
        let sign = if self.offset_seconds < 0 { '-' } else { '+' };
        let local = self.format("%Y-%m-%dT%H:%M:%S", time_ns);
        format!("{local}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// `Europe/Paris (UTC+1)`
    pub(crate) fn words(&self) -> String {
        let minutes = self.offset_seconds.unsigned_abs() / 60;
        let sign = if self.offset_seconds < 0 { '\u{2212}' } else { '+' };
        let offset = match (minutes / 60, minutes % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
        };
        if self.name.is_empty() || self.name == offset { offset } else { format!("{} ({offset})", self.name) }
    }
}

#[cfg(test)]
mod tests;
