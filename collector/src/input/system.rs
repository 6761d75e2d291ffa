//! `system`: load, processors, users and uptime; on request the operating system and the hardware.
//!
//! The group `legacy`, which is the default, goes out as three lines at one instant, all other groups
//! together as one.

mod hardware;
mod processors;
mod release;
mod users;

use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::field::{float, integer, text, unsigned};
use crate::kernel_file::KernelFile;
use crate::{Accumulator, Host, Result};
use model::FieldRef;
use processors::Processors;
use settings::{Section, SettingsError};
use std::sync::Arc;
use std::time::Duration;

pub(super) const KIND: InputKind = InputKind {
    name: "system",
    description: "Load, processors, users and uptime",
    sample: SAMPLE,
    needs_two_gathers: false,
    read,
};

const SAMPLE: &str = r#"[[inputs.system]]
  # What is reported: "legacy" (three lines: load, processors and users; uptime; uptime_format), or on
  # one line "load", "users", "cpus", "uptime", "os", "dmi".
  # include = ["legacy"]
  # How long the groups "os" and "dmi" are kept before they are read again.
  # os_cache_ttl = "8h"
  # dmi_cache_ttl = "8h"
"#;

const GROUPS: [&str; 7] = ["legacy", "load", "users", "cpus", "uptime", "os", "dmi"];

const CACHE_TTL: Duration = Duration::from_secs(8 * 3600);

#[derive(Debug, Clone)]
struct Settings {
    include: Vec<&'static str>,
    os_cache_ttl: Duration,
    dmi_cache_ttl: Duration,
}

fn read(section: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    let include = section.choices("include", &GROUPS)?.filter(|include| !include.is_empty());
    Ok(Arc::new(Settings {
        include: include.unwrap_or_else(|| vec!["legacy"]),
        os_cache_ttl: section.interval("os_cache_ttl")?.unwrap_or(CACHE_TTL),
        dmi_cache_ttl: section.interval("dmi_cache_ttl")?.unwrap_or(CACHE_TTL),
    }))
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        Input::Blocking(Box::new(System {
            settings: self.clone(),
            host: host.clone(),
            load: KernelFile::new(host.proc.join("loadavg")),
            uptime: KernelFile::new(host.proc.join("uptime")),
            processors: Processors::default(),
            release: Cached::default(),
            hardware: Cached::default(),
        }))
    }
}

struct System {
    settings: Settings,
    host: Host,
    load: KernelFile,
    uptime: KernelFile,
    processors: Processors,
    release: Cached,
    hardware: Cached,
}

/// Texts that change so rarely that they are kept for hours.
#[derive(Debug, Default)]
struct Cached {
    read_at: Option<Duration>,
    texts: Vec<(&'static str, String)>,
}

impl Cached {
    fn get(
        &mut self,
        now: Duration,
        ttl: Duration,
        read: impl FnOnce() -> Vec<(&'static str, String)>,
    ) -> &[(&'static str, String)] {
        if self.read_at.is_none_or(|read_at| now.saturating_sub(read_at) >= ttl) {
            self.texts = read();
            self.read_at = Some(now);
        }
        &self.texts
    }
}

impl BlockingInput for System {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        if self.includes("legacy") {
            self.legacy(accumulator);
        }
        self.groups(accumulator);
        Ok(())
    }
}

impl System {
    fn includes(&self, group: &str) -> bool {
        self.settings.include.contains(&group)
    }

    /// Telegraf's three lines of old.
    fn legacy(&mut self, accumulator: &mut Accumulator) {
        let mut fields = Vec::with_capacity(7);
        self.push_load(&mut fields, accumulator);
        self.push_processors(&mut fields, "n_cpus", accumulator);
        self.push_users(&mut fields, accumulator);
        accumulator.add("system", &[], &fields);
        match self.read_uptime() {
            Ok(seconds) => {
                accumulator.add("system", &[], &[unsigned("uptime", seconds)]);
                accumulator.add("system", &[], &[text("uptime_format", &format_uptime(seconds))]);
            }
            Err(error) => accumulator.add_error(error),
        }
    }

    /// All other groups that were asked for, on one line.
    fn groups(&mut self, accumulator: &mut Accumulator) {
        let mut fields = Vec::with_capacity(8);
        if self.includes("load") {
            self.push_load(&mut fields, accumulator);
        }
        if self.includes("cpus") {
            self.push_processors(&mut fields, "n_virtual_cpus", accumulator);
        }
        if self.includes("users") {
            self.push_users(&mut fields, accumulator);
        }
        if self.includes("uptime") {
            let uptime = self.read_uptime().map(|seconds| fields.push(unsigned("uptime", seconds)));
            accumulator.note(uptime);
        }
        let (now, host) = (accumulator.monotonic(), &self.host);
        if self.settings.include.contains(&"os") {
            let release = self.release.get(now, self.settings.os_cache_ttl, || release::read(host));
            fields.extend(release.iter().map(|(name, value)| text(name, value)));
        }
        if self.settings.include.contains(&"dmi") {
            let hardware = self.hardware.get(now, self.settings.dmi_cache_ttl, || hardware::read(host));
            fields.extend(hardware.iter().map(|(name, value)| text(name, value)));
        }
        if !fields.is_empty() {
            accumulator.add("system", &[], &fields);
        }
    }

    fn push_load(&mut self, fields: &mut Vec<FieldRef<'_>>, accumulator: &mut Accumulator) {
        match self.read_load() {
            Ok([load1, load5, load15]) => {
                fields.extend([float("load1", load1), float("load5", load5), float("load15", load15)]);
            }
            Err(error) => accumulator.add_error(error),
        }
    }

    fn push_processors(
        &mut self,
        fields: &mut Vec<FieldRef<'_>>,
        logical_name: &'static str,
        accumulator: &mut Accumulator,
    ) {
        match self.processors.count(&self.host) {
            Ok((logical, physical)) => {
                fields.extend([integer(logical_name, logical), integer("n_physical_cpus", physical)]);
            }
            Err(error) => accumulator.add_error(error),
        }
    }

    /// Systems without a record of logins have no such fields.
    fn push_users(&self, fields: &mut Vec<FieldRef<'_>>, accumulator: &mut Accumulator) {
        match users::count(&self.host) {
            Ok(Some((users, unique))) => {
                fields.extend([integer("n_users", users), integer("n_unique_users", unique)]);
            }
            Ok(None) => {}
            Err(error) => accumulator.add_error(error),
        }
    }

    fn read_load(&mut self) -> Result<[f64; 3]> {
        let line = self.load.read()?.first_line()?;
        let mut words = line.words();
        let mut next = || line.number(words.next(), "three load averages");
        Ok([next()?, next()?, next()?])
    }

    /// Whole seconds since boot.
    fn read_uptime(&mut self) -> Result<u64> {
        let expected = "seconds since boot";
        let line = self.uptime.read()?.first_line()?;
        let whole = line.words().next().map(|word| word.split_once('.').map_or(word, |(whole, _)| whole));
        line.number(whole, expected)
    }
}

/// `13 days,  5:07`, ` 1:42`.
fn format_uptime(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match days {
        0 => format!("{hours:2}:{minutes:02}"),
        1 => format!("1 day, {hours:2}:{minutes:02}"),
        _ => format!("{days} days, {hours:2}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests;
