//! Numbers with their units: three significant digits, and a no-break space before the unit.

/// U+00A0, between a number and its unit.
pub(crate) const NB: char = '\u{a0}';

/// A number and its unit, apart, so that the page can set the unit in a lighter face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figure {
    /// The digits.
    pub(crate) digits: String,
    /// The unit, empty for a bare number.
    pub(crate) unit: &'static str,
}

impl Figure {
    /// Both with a no-break space between them.
    pub(crate) fn words(&self) -> String {
        if self.unit.is_empty() { self.digits.clone() } else { format!("{}{NB}{}", self.digits, self.unit) }
    }
}

/// Which unit a value is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A share; one decimal at most.
    Percent,
    /// Memory and disks, by 1,024.
    Bytes,
    /// Network, by 1,000.
    BitsPerSecond,
    /// Disk traffic, by 1,000.
    BytesPerSecond,
    /// A bare number.
    None,
}

const BYTES: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const BITS_PER_SECOND: [&str; 6] = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", "Pbit/s"];
const BYTES_PER_SECOND: [&str; 6] = ["B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s"];

impl Unit {
    /// The value in this unit.
    pub(crate) fn figure(self, value: f64) -> Figure {
        match self {
            Unit::Percent => Figure { digits: share(value), unit: "%" },
            Unit::Bytes => scaled(value, 1024.0, &BYTES),
            Unit::BitsPerSecond => scaled(value, 1000.0, &BITS_PER_SECOND),
            Unit::BytesPerSecond => scaled(value, 1000.0, &BYTES_PER_SECOND),
            Unit::None => Figure { digits: significant(value), unit: "" },
        }
    }
}

/// `64.0 GiB`, and `64 GiB` for a whole number.
pub(crate) fn bytes(value: f64) -> String {
    Unit::Bytes.figure(value).words()
}

/// `1 core`, `16 cores`
pub(crate) fn cores(count: u64) -> String {
    format!("{}{NB}{}", whole(count), if count == 1 { "core" } else { "cores" })
}

/// Three significant digits: `0.42`, `4.20`, `83.6`, `1,840`; nothing is `0`.
pub(crate) fn significant(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if magnitude < 9.995 {
        format!("{value:.2}")
    } else if magnitude < 99.95 {
        format!("{value:.1}")
    } else if magnitude < 999.5 {
        format!("{value:.0}")
    } else {
        large(value)
    }
}

/// A count with its thousands apart: `4,836`.
pub(crate) fn whole(count: u64) -> String {
    grouped(&count.to_string())
}

/// A length as a count.
pub(crate) fn count(count: usize) -> String {
    grouped(&count.to_string())
}

/// How long ago, or how long: `now` below 10 s, then `42 s`, `12 min`, `2 h`, `3 d`.
pub(crate) fn age(age_ns: i64) -> String {
    let seconds = age_ns / 1_000_000_000;
    if seconds < 10 { "now".to_owned() } else { duration(seconds) }
}

/// `4 s`, `12 min`, `2 h`, `3 d`, always rounded down: what is not yet an hour is minutes.
pub(crate) fn duration(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ ..60 => format!("{seconds}{NB}s"),
        seconds @ 60..3_600 => format!("{}{NB}min", seconds / 60),
        seconds @ 3_600..86_400 => format!("{}{NB}h", seconds / 3_600),
        seconds => format!("{}{NB}d", grouped(&(seconds / 86_400).to_string())),
    }
}

/// A percentage: one decimal, none when it is whole at 0 or 100.
fn share(value: f64) -> String {
    if value == 0.0 || value.abs() >= 99.95 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// The value by powers of `step` in the first unit that keeps it below `step`.
fn scaled(value: f64, step: f64, units: &[&'static str]) -> Figure {
    let mut value = value;
    let mut units = units.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    // A value that would round up to the next unit is in the next unit already.
    while value.abs() >= step - 0.5 {
        let Some(next) = units.next() else { break };
        value /= step;
        unit = next;
    }
    let digits =
        if value.fract() == 0.0 && value.abs() < step { format!("{value:.0}") } else { significant(value) };
    Figure { digits, unit }
}

/// From 1,000: rounded to three digits, thousands apart.
fn large(value: f64) -> String {
    let places = value.abs().log10().floor() - 2.0;
    let unit = 10_f64.powf(places);
    let rounded = format!("{:.0}", (value.abs() / unit).round() * unit);
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", grouped(&rounded))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
