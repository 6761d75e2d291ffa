//! `kernel`: interrupts, context switches, forks and boot time, from `/proc/stat`; entropy; on request
//! kernel samepage merging (`ksm`) and pressure stalls (`psi`).

mod pressure;

use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::field::integer;
use crate::kernel_file::{KernelFile, KernelText};
use crate::{Accumulator, Host, Result};
use settings::{Section, SettingsError};
use std::path::PathBuf;
use std::sync::Arc;

pub(super) const KIND: InputKind = InputKind {
    name: "kernel",
    description: "Interrupts, context switches, forks, boot time and entropy",
    sample: SAMPLE,
    needs_two_gathers: false,
    read,
};

const SAMPLE: &str = r#"[[inputs.kernel]]
  # Further things: "ksm" (samepage merging), "psi" (pressure stalls).
  # collect = ["psi"]
"#;

/// Files of `/sys/kernel/mm/ksm`; the field is called like the file with `ksm_` before it.
const KSM: [&str; 15] = [
    "ksm_full_scans",
    "ksm_max_page_sharing",
    "ksm_merge_across_nodes",
    "ksm_pages_shared",
    "ksm_pages_sharing",
    "ksm_pages_to_scan",
    "ksm_pages_unshared",
    "ksm_pages_volatile",
    "ksm_run",
    "ksm_sleep_millisecs",
    "ksm_stable_node_chains",
    "ksm_stable_node_chains_prune_millisecs",
    "ksm_stable_node_dups",
    "ksm_use_zero_pages",
    "ksm_general_profit",
];

#[derive(Debug, Clone, Copy)]
struct Settings {
    ksm: bool,
    psi: bool,
}

fn read(section: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    let collect = section.choices("collect", &["ksm", "psi"])?.unwrap_or_default();
    Ok(Arc::new(Settings { ksm: collect.contains(&"ksm"), psi: collect.contains(&"psi") }))
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        Input::Blocking(Box::new(Kernel {
            settings: *self,
            stat: KernelFile::new(host.proc.join("stat")),
            entropy: KernelFile::new(host.proc.join("sys/kernel/random/entropy_avail")),
            ksm: host.sys.join("kernel/mm/ksm"),
            pressure: host.proc.join("pressure"),
        }))
    }
}

struct Kernel {
    settings: Settings,
    stat: KernelFile,
    entropy: KernelFile,
    ksm: PathBuf,
    pressure: PathBuf,
}

impl BlockingInput for Kernel {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let mut values: Vec<(&'static str, i64)> = Vec::with_capacity(24);
        let counters = self.stat.read().map(|text| read_counters(text, &mut values, accumulator));
        accumulator.note(counters);
        let entropy = self.entropy.read().and_then(one_number);
        let entropy = entropy.map(|available| values.push(("entropy_avail", available)));
        accumulator.note(entropy);
        if self.settings.ksm {
            self.read_ksm(&mut values, accumulator);
        }
        let fields: Vec<_> = values.iter().map(|(name, value)| integer(name, *value)).collect();
        accumulator.add("kernel", &[], &fields);
        if self.settings.psi {
            pressure::report(&self.pressure, accumulator);
        }
        Ok(())
    }
}

impl Kernel {
    /// Later kernels have more of these files than earlier ones; a missing one is no error.
    fn read_ksm(&self, values: &mut Vec<(&'static str, i64)>, accumulator: &mut Accumulator) {
        for field in KSM {
            let path = self.ksm.join(field.trim_start_matches("ksm_"));
            if path.exists() {
                match KernelFile::new(path).read().and_then(one_number) {
                    Ok(value) => values.push((field, value)),
                    Err(error) => accumulator.add_error(error),
                }
            }
        }
    }
}

/// The lines of `/proc/stat` that are about the kernel as a whole.
fn read_counters(text: KernelText<'_>, values: &mut Vec<(&'static str, i64)>, accumulator: &mut Accumulator) {
    let expected = "a name and a number";
    for line in text.lines() {
        let mut words = line.words();
        let names: &[&'static str] = match words.next() {
            Some("intr") => &["interrupts"],
            Some("ctxt") => &["context_switches"],
            Some("processes") => &["processes_forked"],
            Some("btime") => &["boot_time"],
            Some("page") => &["disk_pages_in", "disk_pages_out"],
            _ => continue,
        };
        for name in names {
            match line.number(words.next(), expected) {
                Ok(value) => values.push((name, value)),
                Err(error) => accumulator.add_error(error),
            }
        }
    }
}

fn one_number(text: KernelText<'_>) -> Result<i64> {
    let line = text.first_line()?;
    line.number(line.words().next(), "a number")
}

#[cfg(test)]
mod tests;
