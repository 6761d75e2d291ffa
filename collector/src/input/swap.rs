//! `swap`: space from `/proc/meminfo`, traffic from `/proc/vmstat`; two lines at one instant.

use super::mem::Memory;
use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::field::{float, unsigned};
use crate::kernel_file::KernelFile;
use crate::rounding::percent;
use crate::{Accumulator, Host, Result};
use settings::{Section, SettingsError};
use std::sync::Arc;

pub(super) const KIND: InputKind = InputKind {
    name: "swap",
    description: "How much swap space is used, and how much goes in and out",
    sample: "[[inputs.swap]]\n",
    needs_two_gathers: false,
    read,
};

/// Bytes per page as Telegraf counts them, on every machine.
const PAGE_BYTES: u64 = 4096;

#[derive(Debug, Clone, Copy)]
struct Settings;

#[expect(clippy::unnecessary_wraps, reason = "every input is read through the same signature")]
fn read(_: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    Ok(Arc::new(Settings))
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        Input::Blocking(Box::new(Swap {
            memory: KernelFile::new(host.proc.join("meminfo")),
            statistics: KernelFile::new(host.proc.join("vmstat")),
        }))
    }
}

struct Swap {
    memory: KernelFile,
    statistics: KernelFile,
}

impl BlockingInput for Swap {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let space = self.space(accumulator);
        accumulator.note(space);
        self.traffic(accumulator)
    }
}

impl Swap {
    fn space(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let text = self.memory.read()?;
        let memory = Memory::parse(text, accumulator);
        if !memory.has("SwapTotal") {
            return Err(text.lacks("a line \"SwapTotal: N kB\""));
        }
        let (total, free) = (memory.bytes("SwapTotal"), memory.bytes("SwapFree"));
        let used = total.saturating_sub(free);
        let fields = [
            unsigned("total", total),
            unsigned("used", used),
            unsigned("free", free),
            float("used_percent", percent(used, total)),
        ];
        accumulator.add("swap", &[], &fields);
        Ok(())
    }

    /// A kernel without swap has no such counters; they are 0 then.
    fn traffic(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let (mut bytes_in, mut bytes_out) = (0, 0);
        for line in self.statistics.read()?.lines() {
            let mut words = line.words();
            let bytes = match words.next() {
                Some("pswpin") => &mut bytes_in,
                Some("pswpout") => &mut bytes_out,
                _ => continue,
            };
            *bytes = line.number::<u64>(words.next(), "a name and a number")?.saturating_mul(PAGE_BYTES);
        }
        accumulator.add("swap", &[], &[unsigned("in", bytes_in), unsigned("out", bytes_out)]);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
