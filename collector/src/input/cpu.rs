//! `cpu`: where the processors' time went, from `/proc/stat`.
//!
//! `usage_*` are percentages of the time since the last gather, so the first one has none; `time_*` are
//! seconds since boot. They go out as two lines at one instant, as Telegraf sends them.

mod times;

use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::field::float;
use crate::kernel_file::KernelFile;
use crate::{Accumulator, Error, Host, Result};
use settings::{Section, SettingsError};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use times::Times;

pub(super) const KIND: InputKind = InputKind {
    name: "cpu",
    description: "Where the processors' time goes",
    sample: SAMPLE,
    needs_two_gathers: true,
    read,
};

const SAMPLE: &str = r"[[inputs.cpu]]
  # A line per processor, and one for all together (cpu-total).
  percpu = true
  totalcpu = true
  # Seconds since boot (time_*) beside percentages (usage_*).
  collect_cpu_time = false
  # usage_active and time_active: all but idle.
  report_active = false
  # The tags core_id and physical_id.
  core_tags = false
";

#[derive(Debug, Clone, Copy)]
struct Settings {
    percpu: bool,
    totalcpu: bool,
    collect_cpu_time: bool,
    report_active: bool,
    core_tags: bool,
}

fn read(section: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    Ok(Arc::new(Settings {
        percpu: section.boolean("percpu")?.unwrap_or(true),
        totalcpu: section.boolean("totalcpu")?.unwrap_or(true),
        collect_cpu_time: section.boolean("collect_cpu_time")?.unwrap_or(false),
        report_active: section.boolean("report_active")?.unwrap_or(false),
        core_tags: section.boolean("core_tags")?.unwrap_or(false),
    }))
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        Input::Blocking(Box::new(Cpu {
            settings: *self,
            stat: KernelFile::new(host.proc.join("stat")),
            info: host.proc.join("cpuinfo"),
            cores: None,
            last: HashMap::new(),
        }))
    }
}

struct Cpu {
    settings: Settings,
    stat: KernelFile,
    info: PathBuf,
    cores: Option<HashMap<String, Core>>,
    /// What each processor said at the last gather. The kernel bounds their number.
    last: HashMap<String, Times>,
}

/// Where a processor sits.
#[derive(Debug, Clone, Default)]
struct Core {
    core_id: String,
    physical_id: String,
}

impl BlockingInput for Cpu {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        if self.settings.core_tags && self.cores.is_none() {
            self.cores = Some(read_cores(self.info.clone())?);
        }
        let text = self.stat.read()?;
        let mut found_any = false;
        for line in text.lines().filter(|line| line.text.starts_with("cpu")) {
            found_any = true;
            match Times::parse(line) {
                Ok((name, times)) => {
                    let report = Report { settings: self.settings, cores: self.cores.as_ref() };
                    report.processor(accumulator, name, times, &mut self.last);
                }
                Err(error) => accumulator.add_error(error),
            }
        }
        if found_any { Ok(()) } else { Err(text.lacks("lines that begin with \"cpu\"")) }
    }
}

/// What is reported of a processor.
struct Report<'a> {
    settings: Settings,
    cores: Option<&'a HashMap<String, Core>>,
}

impl Report<'_> {
    fn processor(
        &self,
        accumulator: &mut Accumulator,
        name: &str,
        now: Times,
        last: &mut HashMap<String, Times>,
    ) {
        let is_total = name == "cpu";
        if !(if is_total { self.settings.totalcpu } else { self.settings.percpu }) {
            return;
        }
        let name = if is_total { "cpu-total" } else { name };
        let core = self.cores.and_then(|cores| cores.get(name)).cloned().unwrap_or_default();
        let tags = [("cpu", name), ("core_id", &*core.core_id), ("physical_id", &*core.physical_id)];
        if self.settings.collect_cpu_time {
            self.seconds(accumulator, &tags, &now);
        }
        match last.get_mut(name) {
            Some(before) => {
                self.percentages(accumulator, &tags, &now, before);
                *before = now;
            }
            None => {
                last.insert(name.to_owned(), now);
            }
        }
    }

    fn seconds(&self, accumulator: &mut Accumulator, tags: &[(&str, &str)], now: &Times) {
        let [user, system, idle, nice, iowait, irq, softirq, steal, guest, guest_nice, active] =
            now.seconds();
        let fields = [
            float("time_user", user),
            float("time_system", system),
            float("time_idle", idle),
            float("time_nice", nice),
            float("time_iowait", iowait),
            float("time_irq", irq),
            float("time_softirq", softirq),
            float("time_steal", steal),
            float("time_guest", guest),
            float("time_guest_nice", guest_nice),
            float("time_active", active),
        ];
        accumulator.add("cpu", tags, &fields[..self.field_count(fields.len())]);
    }

    fn percentages(&self, accumulator: &mut Accumulator, tags: &[(&str, &str)], now: &Times, before: &Times) {
        if now.total() < before.total() {
            accumulator.add_error(Error::WentBack { what: format!("the time of {}", tags[0].1).into() });
            return;
        }
        let Some(shares) = now.percentages_since(before) else { return };
        let [user, system, idle, nice, iowait, irq, softirq, steal, guest, guest_nice, active] = shares;
        let fields = [
            float("usage_user", user),
            float("usage_system", system),
            float("usage_idle", idle),
            float("usage_nice", nice),
            float("usage_iowait", iowait),
            float("usage_irq", irq),
            float("usage_softirq", softirq),
            float("usage_steal", steal),
            float("usage_guest", guest),
            float("usage_guest_nice", guest_nice),
            float("usage_active", active),
        ];
        accumulator.add("cpu", tags, &fields[..self.field_count(fields.len())]);
    }

    /// The last field is the active time, which is reported on request only.
    const fn field_count(&self, all: usize) -> usize {
        if self.settings.report_active { all } else { all - 1 }
    }
}

/// The cores as `/proc/cpuinfo` numbers them, by the name of their processor. Read once: it is slow.
fn read_cores(path: PathBuf) -> Result<HashMap<String, Core>> {
    let mut file = KernelFile::new(path);
    let mut cores = HashMap::new();
    let mut processor = None;
    for line in file.read()?.lines() {
        let Some((key, value)) = line.text.split_once(':') else { continue };
        let value = value.trim();
        match key.trim() {
            "processor" => processor = Some(format!("cpu{value}")),
            "core id" => core_of(&mut cores, processor.as_ref()).core_id = value.to_owned(),
            "physical id" => core_of(&mut cores, processor.as_ref()).physical_id = value.to_owned(),
            _ => {}
        }
    }
    Ok(cores)
}

fn core_of<'a>(cores: &'a mut HashMap<String, Core>, processor: Option<&String>) -> &'a mut Core {
    cores.entry(processor.cloned().unwrap_or_default()).or_default()
}

#[cfg(test)]
mod tests;
