//! All that the overview says.

use std::time::Duration;

use crate::{
    level::Level,
    limits::SILENT_AFTER_NS,
    panel::{Panel, Series},
    zone::Zone,
};

/// The page at `/`: counts, active alerts, a card for each host, and the panels of one.
#[derive(Debug, Clone, PartialEq)]
pub struct OverviewPage {
    /// The time of the page, nanoseconds since 1970; the `now()` of its queries.
    pub now_ns: i64,
    /// In which all times are shown.
    pub zone: Zone,
    /// The version of Vigie, such as `0.1.0`.
    pub version: String,
    /// How long it took to collect what is shown.
    pub took: Duration,
    /// Every known host, as [`crate::hosts`] gives them, in the order of their names.
    pub hosts: Vec<Host>,
    /// Alerts that are neither OK nor handled, in any order.
    pub alerts: Vec<ActiveAlert>,
    /// The host whose panels are shown, none when there is no host.
    pub selected: Option<Selected>,
    /// The host that was asked for, where it is not among `hosts`.
    pub not_found: Option<String>,
    /// What went wrong while collecting, a sentence each; shown verbatim above everything else.
    pub faults: Vec<String>,
}

/// One host and what its card shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Host {
    /// The value of the tag `host`.
    pub name: String,
    /// What is known of the machine.
    pub facts: Facts,
    /// CPU of the last hour in percent, coarse.
    pub cpu: Series,
    /// Memory in use, percent.
    pub memory_percent: Option<f64>,
    /// The fullest file system, percent.
    pub disk_percent: Option<f64>,
}

/// What is known of a machine; every part may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Distribution and kernel, such as `Debian 12, Linux 6.1`; the server knows it of its own machine only.
    pub system: Option<String>,
    /// Number of processors.
    pub cores: Option<u64>,
    /// Size of the memory in bytes.
    pub memory_bytes: Option<f64>,
    /// Uptime in seconds at `last_ns`.
    pub uptime_seconds: Option<f64>,
    /// The time of the newest value, nanoseconds since 1970.
    pub last_ns: Option<i64>,
}

/// The host below the cards.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected {
    /// Its name, which is in the page's `hosts`.
    pub name: String,
    /// Its panels, as [`crate::panels`] gives them.
    pub panels: Vec<Panel>,
}

/// An alert that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveAlert {
    /// How bad it is.
    pub level: Level,
    /// The host it is about, where it is about one.
    pub host: Option<String>,
    /// A sentence.
    pub message: String,
    /// The name of the rule or task.
    pub rule: String,
    /// The measurement the rule watches (`cpu`, `mem`, `disk` ...), where it is one; it places the alert in a plot.
    pub measurement: Option<String>,
    /// When it came to this level, nanoseconds since 1970.
    pub since_ns: i64,
}

/// Hosts by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Hosts whose worst alert is critical.
    pub critical: usize,
    /// Hosts whose worst alert is a warning.
    pub warning: usize,
    /// Hosts of which nothing is known.
    pub unknown: usize,
    /// Hosts with something worth knowing.
    pub info: usize,
    /// Hosts that are fine.
    pub ok: usize,
}

impl OverviewPage {
    /// The state of a host: its worst alert; without one it is OK, and unknown when it has been silent for
    /// longer than [`SILENT_AFTER_NS`], because nobody can say that it is fine.
    pub fn level(&self, host: &Host) -> Level {
        let silent = host.age_ns(self.now_ns).is_none_or(|age| age > SILENT_AFTER_NS);
        let quiet = if silent { Level::Unknown } else { Level::Ok };
        self.alerts_of(&host.name).map(|alert| alert.level).min().map_or(quiet, |worst| worst.min(quiet))
    }

    /// The hosts counted by state.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for host in &self.hosts {
            *counts.of_mut(self.level(host)) += 1;
        }
        counts
    }

    /// The active alerts of one host.
    pub(crate) fn alerts_of<'a>(&'a self, host: &'a str) -> impl Iterator<Item = &'a ActiveAlert> {
        self.alerts.iter().filter(move |alert| alert.host.as_deref() == Some(host))
    }

    /// The entry of the selected host.
    pub(crate) fn selected_host(&self) -> Option<(&Host, &Selected)> {
        let selected = self.selected.as_ref()?;
        Some((self.hosts.iter().find(|host| host.name == selected.name)?, selected))
    }
}

impl Host {
    /// How old the newest value is, none when there never was one. Never negative.
    pub(crate) fn age_ns(&self, now_ns: i64) -> Option<i64> {
        self.facts.last_ns.map(|last| now_ns.saturating_sub(last).max(0))
    }
}

impl Counts {
    /// The number of hosts in a state.
    pub fn of(&self, level: Level) -> usize {
        match level {
            Level::Critical => self.critical,
            Level::Warning => self.warning,
            Level::Unknown => self.unknown,
            Level::Info => self.info,
            Level::Ok => self.ok,
        }
    }

    /// Hosts that need attention.
    pub fn attention(&self) -> usize {
        self.critical + self.warning + self.unknown
    }

    fn of_mut(&mut self, level: Level) -> &mut usize {
        match level {
            Level::Critical => &mut self.critical,
            Level::Warning => &mut self.warning,
            Level::Unknown => &mut self.unknown,
            Level::Info => &mut self.info,
            Level::Ok => &mut self.ok,
        }
    }
}
