//! The time zone of `tz()`.

use super::QuotedString;
use jiff::tz::TimeZone;
use std::fmt;

/// A time zone by name, with its rules.
#[derive(Debug, Clone)]
pub struct Zone {
    name: Box<str>,
    rules: TimeZone,
}

/// A name that no time zone has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unable to find time zone {0}")]
pub struct UnknownZone(String);

impl Zone {
    /// The time zone with this name of the IANA database. The empty name is UTC and `Local` the
    /// server's own, as in InfluxDB.
    ///
    /// # Errors
    /// When there is none.
    pub fn new(name: &str) -> Result<Self, UnknownZone> {
        let rules = match name {
            "" | "UTC" => TimeZone::UTC,
            "Local" => TimeZone::system(),
            name => TimeZone::get(name).map_err(|_| UnknownZone(name.to_owned()))?,
        };
        let name = if name.is_empty() { "UTC" } else { name };
        Ok(Self { name: name.into(), rules })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its offsets from UTC.
    #[must_use]
    pub fn rules(&self) -> &TimeZone {
        &self.rules
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TZ({})", QuotedString(&self.name))
    }
}
