//! `mem`: how the memory is used, from `/proc/meminfo`.
//!
//! `used` is what is not available, as in Telegraf since 1.36; before it was total without free,
//! buffers and cache.

use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::field::{float, unsigned};
use crate::kernel_file::{KernelFile, KernelText};
use crate::rounding::percent;
use crate::{Accumulator, Host, Result};
use model::FieldRef;
use settings::{Section, SettingsError};
use std::collections::HashMap;
use std::sync::Arc;

pub(super) const KIND: InputKind = InputKind {
    name: "mem",
    description: "How the memory is used",
    sample: SAMPLE,
    needs_two_gathers: false,
    read,
};

const SAMPLE: &str = r"[[inputs.mem]]
  # Active and inactive memory by kind, unevictable and per-processor memory too.
  # collect_extended = false
";

#[derive(Debug, Clone, Copy)]
struct Settings {
    collect_extended: bool,
}

fn read(section: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    Ok(Arc::new(Settings { collect_extended: section.boolean("collect_extended")?.unwrap_or(false) }))
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        Input::Blocking(Box::new(Mem { settings: *self, file: KernelFile::new(host.proc.join("meminfo")) }))
    }
}

struct Mem {
    settings: Settings,
    file: KernelFile,
}

/// Field and name in `/proc/meminfo`. What a kernel does not know is 0, as Telegraf has it.
const FIELDS: [(&str, &str); 29] = [
    ("active", "Active"),
    ("buffered", "Buffers"),
    ("commit_limit", "CommitLimit"),
    ("committed_as", "Committed_AS"),
    ("dirty", "Dirty"),
    ("free", "MemFree"),
    ("high_free", "HighFree"),
    ("high_total", "HighTotal"),
    ("huge_pages_free", "HugePages_Free"),
    ("huge_page_size", "Hugepagesize"),
    ("huge_pages_total", "HugePages_Total"),
    ("inactive", "Inactive"),
    ("low_free", "LowFree"),
    ("low_total", "LowTotal"),
    ("mapped", "Mapped"),
    ("page_tables", "PageTables"),
    ("shared", "Shmem"),
    ("slab", "Slab"),
    ("sreclaimable", "SReclaimable"),
    ("sunreclaim", "SUnreclaim"),
    ("swap_cached", "SwapCached"),
    ("swap_free", "SwapFree"),
    ("swap_total", "SwapTotal"),
    ("total", "MemTotal"),
    ("vmalloc_chunk", "VmallocChunk"),
    ("vmalloc_total", "VmallocTotal"),
    ("vmalloc_used", "VmallocUsed"),
    ("write_back", "Writeback"),
    ("write_back_tmp", "WritebackTmp"),
];

/// The fields of `collect_extended`; only those that the kernel knows.
const EXTENDED: [(&str, &str); 6] = [
    ("active_file", "Active(file)"),
    ("inactive_file", "Inactive(file)"),
    ("active_anon", "Active(anon)"),
    ("inactive_anon", "Inactive(anon)"),
    ("unevictable", "Unevictable"),
    ("percpu", "Percpu"),
];

impl BlockingInput for Mem {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let text = self.file.read()?;
        let memory = Memory::parse(text, accumulator);
        let Some(&total) = memory.0.get("MemTotal") else {
            return Err(text.lacks("a line \"MemTotal: N kB\""));
        };
        let mut fields: Vec<FieldRef<'_>> =
            FIELDS.iter().map(|(field, name)| unsigned(field, memory.bytes(name))).collect();
        let (available, used) = (memory.available(), total.saturating_sub(memory.available()));
        fields.extend([
            unsigned("available", available),
            unsigned("used", used),
            unsigned("cached", memory.bytes("Cached").saturating_add(memory.bytes("SReclaimable"))),
            float("used_percent", percent(used, total)),
            float("available_percent", percent(available, total)),
        ]);
        if self.settings.collect_extended {
            let known = EXTENDED.iter().filter_map(|(field, name)| Some((field, memory.0.get(name)?)));
            fields.extend(known.map(|(field, bytes)| unsigned(field, *bytes)));
        }
        accumulator.add("mem", &[], &fields);
        Ok(())
    }
}

/// Bytes (pages where the file counts pages) by name.
pub(super) struct Memory<'a>(HashMap<&'a str, u64>);

impl<'a> Memory<'a> {
    /// Reads the lines; a strange one is noted and left out.
    pub(super) fn parse(text: KernelText<'a>, accumulator: &mut Accumulator) -> Self {
        let mut values = HashMap::with_capacity(64);
        for line in text.lines() {
            let expected = "a name, a colon, a number and perhaps kB";
            let Some((name, rest)) = line.text.split_once(':') else {
                accumulator.add_error(line.malformed(expected));
                continue;
            };
            let mut words = rest.split_ascii_whitespace();
            match line.number::<u64>(words.next(), expected) {
                Ok(value) if words.next() == Some("kB") => values.insert(name, value.saturating_mul(1024)),
                Ok(value) => values.insert(name, value),
                Err(error) => {
                    accumulator.add_error(error);
                    None
                }
            };
        }
        Self(values)
    }

    /// The value of this name, 0 when there is none.
    pub(super) fn bytes(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// Whether the name is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What programs can still have. Kernels before 3.14 do not say; free, buffers and cache come near.
    fn available(&self) -> u64 {
        self.0.get("MemAvailable").copied().unwrap_or_else(|| {
            let free = self.bytes("MemFree").saturating_add(self.bytes("Buffers"));
            free.saturating_add(self.bytes("Cached")).min(self.bytes("MemTotal"))
        })
    }
}

#[cfg(test)]
mod tests;
