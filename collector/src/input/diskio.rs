//! `diskio`: reads and writes of every block device, from `/proc/diskstats`.
//!
//! `io_util`, `io_await` and `io_svctm` are of the time since the last gather, so the first one has none.

mod counters;

use super::udev::Device;
use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::config::patterns::globs;
use crate::field::{float, unsigned};
use crate::filter::glob::Globs;
use crate::kernel_file::{KernelFile, attribute};
use crate::rounding::{as_float, round_decimals};
use crate::{Accumulator, Host, Result};
use counters::Counters;
use settings::{Section, SettingsError};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub(super) const KIND: InputKind = InputKind {
    name: "diskio",
    description: "Reads and writes of block devices",
    sample: SAMPLE,
    needs_two_gathers: true,
    read,
};

const SAMPLE: &str = r#"[[inputs.diskio]]
  # Only these devices; patterns are matched against names and udev's links.
  # devices = ["sda", "nvme*"]
  # The tag serial.
  # skip_serial_number = true
  # Properties of udev that become tags.
  # device_tags = ["ID_FS_TYPE", "ID_FS_USAGE"]
  # Names made of udev's properties; the first whose properties are all known is taken.
  # name_templates = ["$ID_FS_LABEL", "$DM_VG_NAME/$DM_LV_NAME"]
"#;

#[derive(Debug, Clone)]
struct Settings {
    devices: Option<Globs>,
    skip_serial_number: bool,
    device_tags: Vec<String>,
    name_templates: Vec<String>,
}

impl Settings {
    fn needs_udev(&self) -> bool {
        self.devices.is_some()
            || !self.skip_serial_number
            || !self.device_tags.is_empty()
            || !self.name_templates.is_empty()
    }
}

fn read(section: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    Ok(Arc::new(Settings {
        devices: globs(section, "devices", "")?,
        skip_serial_number: section.boolean("skip_serial_number")?.unwrap_or(true),
        device_tags: section.texts("device_tags")?.unwrap_or_default(),
        name_templates: section.texts("name_templates")?.unwrap_or_default(),
    }))
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        let file = KernelFile::new(host.proc.join("diskstats"));
        let (settings, host) = (self.clone(), host.clone());
        Input::Blocking(Box::new(Diskio {
            settings,
            host,
            file,
            last: HashMap::new(),
            last_at: Duration::ZERO,
        }))
    }
}

struct Diskio {
    settings: Settings,
    host: Host,
    file: KernelFile,
    /// What each device said at the last gather. The kernel bounds their number.
    last: HashMap<String, Counters>,
    last_at: Duration,
}

impl BlockingInput for Diskio {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let now = accumulator.monotonic();
        let elapsed = now.saturating_sub(self.last_at);
        let mut seen = HashMap::with_capacity(self.last.len());
        for line in self.file.read()?.lines() {
            match Counters::parse(line) {
                Ok((_, _, counters)) if counters.is_unused() => {}
                Ok((number, name, counters)) => {
                    let since = self.last.get(name).map(|last| (*last, elapsed));
                    report(&self.settings, &self.host, accumulator, &number, name, &counters, since);
                    seen.insert(name.to_owned(), counters);
                }
                Err(error) => accumulator.add_error(error),
            }
        }
        self.last = seen;
        self.last_at = now;
        Ok(())
    }
}

/// Reports one device, unless the settings leave it out.
fn report(
    settings: &Settings,
    host: &Host,
    accumulator: &mut Accumulator,
    number: &str,
    name: &str,
    counters: &Counters,
    since: Option<(Counters, Duration)>,
) {
    let device = if settings.needs_udev() { Device::read(&host.run, number) } else { Device::default() };
    if !is_wanted(settings, name, &device) {
        return;
    }
    let shown = device.name_from(&settings.name_templates);
    let wwid = attribute(&host.sys.join("block").join(name).join("wwid")).unwrap_or_default();
    let serial =
        if settings.skip_serial_number { "" } else { device.property("ID_SERIAL").unwrap_or("unknown") };
    let mut tags = vec![("name", shown.as_deref().unwrap_or(name)), ("wwid", &wwid), ("serial", serial)];
    tags.extend(settings.device_tags.iter().filter_map(|key| Some((&**key, device.property(key)?))));
    let mut fields = vec![
        unsigned("reads", counters.reads),
        unsigned("writes", counters.writes),
        unsigned("read_bytes", counters.read_bytes()),
        unsigned("write_bytes", counters.write_bytes()),
        unsigned("read_time", counters.read_ms),
        unsigned("write_time", counters.write_ms),
        unsigned("io_time", counters.io_ms),
        unsigned("weighted_io_time", counters.weighted_io_ms),
        unsigned("iops_in_progress", counters.in_progress),
        unsigned("merged_reads", counters.merged_reads),
        unsigned("merged_writes", counters.merged_writes),
    ];
    if let Some(moved) = since.and_then(|(last, elapsed)| Some((counters.since(&last)?, elapsed))) {
        push_rates(&mut fields, &moved.0, moved.1);
    }
    accumulator.add("diskio", &tags, &fields);
}

fn is_wanted(settings: &Settings, name: &str, device: &Device) -> bool {
    settings.devices.as_ref().is_none_or(|globs| {
        globs.matches(name)
            || globs.matches(&format!("/dev/{name}"))
            || device.links.iter().any(|link| globs.matches(link))
    })
}

/// How busy the device was, and how long a request took.
fn push_rates(fields: &mut Vec<model::FieldRef<'static>>, moved: &Counters, elapsed: Duration) {
    let requests = moved.reads.saturating_add(moved.writes);
    if requests > 0 {
        let requests = as_float(requests);
        let waited = as_float(moved.read_ms.saturating_add(moved.write_ms));
        fields.push(float("io_await", round_decimals(waited / requests)));
        fields.push(float("io_svctm", round_decimals(as_float(moved.io_ms) / requests)));
    }
    let elapsed_ms = elapsed.as_secs_f64() * 1000.0;
    if elapsed_ms > 0.0 {
        fields.push(float("io_util", round_decimals(100.0 * as_float(moved.io_ms) / elapsed_ms)));
    }
}

#[cfg(test)]
mod tests;
