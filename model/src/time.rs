//! Instants, ranges and precisions. An instant is an `i64`: nanoseconds since 1970-01-01T00:00:00Z.

/// The earliest instant that a point may carry, as in InfluxDB 1.x (1677-09-21T00:12:43.145224194Z).
pub const MIN_TIME: i64 = i64::MIN + 2;

/// The latest instant that a point may carry, as in InfluxDB 1.x (2262-04-11T23:47:16.854775806Z).
pub const MAX_TIME: i64 = i64::MAX - 1;

/// A half-open range of instants: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// The first instant inside, in ns.
    pub start: i64,
    /// The first instant after it, in ns.
    pub end: i64,
}

impl TimeRange {
    /// Every instant that a point may carry.
    pub const ALL: Self = Self { start: MIN_TIME, end: MAX_TIME + 1 };

    /// The range from `start` up to, but without, `end`.
    #[must_use]
    pub const fn new(start: i64, end: i64) -> Self {
        Self { start, end }
    }

    /// Whether `ts` lies inside.
    #[must_use]
    pub const fn contains(&self, ts: i64) -> bool {
        self.start <= ts && ts < self.end
    }

    /// Whether no instant lies inside.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Whether some instant lies inside both.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The instants inside both; empty where they do not overlap.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self { start: self.start.max(other.start), end: self.end.min(other.end) }
    }
}

/// The unit that a client counts its timestamps in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// `n` or `ns`: nanoseconds, the default of `/write`.
    #[default]
    Nanosecond,
    /// `u`: microseconds.
    Microsecond,
    /// `ms`: milliseconds.
    Millisecond,
    /// `s`: seconds.
    Second,
    /// `m`: minutes.
    Minute,
    /// `h`: hours.
    Hour,
}

impl Precision {
    /// The precision that `precision=` and `epoch=` of InfluxDB 1.x name. Other words are `None`, among
    /// them `us` and `µ`: InfluxDB 1.x takes all of these for nanoseconds.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "n" | "ns" => Self::Nanosecond,
            "u" => Self::Microsecond,
            "ms" => Self::Millisecond,
            "s" => Self::Second,
            "m" => Self::Minute,
            "h" => Self::Hour,
            _ => return None,
        })
    }

    /// The precision that `precision=` of `/api/v2/write` names; other words are `None`.
    #[must_use]
    pub fn from_v2_name(name: &str) -> Option<Self> {
        Some(match name {
            "ns" => Self::Nanosecond,
            "us" => Self::Microsecond,
            "ms" => Self::Millisecond,
            "s" => Self::Second,
            _ => return None,
        })
    }

    /// The word that `precision=` and `epoch=` of InfluxDB 1.x have for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nanosecond => "n",
            Self::Microsecond => "u",
            Self::Millisecond => "ms",
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "h",
        }
    }

    /// How many nanoseconds one unit is.
    #[must_use]
    pub const fn nanoseconds(self) -> i64 {
        match self {
            Self::Nanosecond => 1,
            Self::Microsecond => 1_000,
            Self::Millisecond => 1_000_000,
            Self::Second => 1_000_000_000,
            Self::Minute => 60_000_000_000,
            Self::Hour => 3_600_000_000_000,
        }
    }
}

#[cfg(test)]
mod tests;
