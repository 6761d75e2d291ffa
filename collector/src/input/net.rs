//! `net`: traffic of every interface, from `/proc/net/dev`, and the protocols' counters of the machine
//! as a whole, from `/proc/net/snmp`.
//!
//! Telegraf stopped sending the latter (`interface=all`) in 1.37; dashboards that people use still draw
//! them, so here they go out unless `ignore_protocol_stats` is set.

mod protocols;

use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::config::patterns::globs;
use crate::field::{integer, unsigned};
use crate::filter::glob::Globs;
use crate::kernel_file::{KernelFile, KernelLine, attribute};
use crate::{Accumulator, Host, Result};
use settings::{Section, SettingsError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) const KIND: InputKind = InputKind {
    name: "net",
    description: "Traffic of network interfaces, and counters of the protocols",
    sample: SAMPLE,
    needs_two_gathers: false,
    read,
};

const SAMPLE: &str = r#"[[inputs.net]]
  # Only these interfaces; without it those that are up, without the loopback.
  # interfaces = ["eth*", "enp0s[0-1]", "lo"]
  # Leaves out the line interface=all with tcp_*, udp_*, ip_* and icmp_*.
  # ignore_protocol_stats = false
"#;

/// Bits of `/sys/class/net/NAME/flags`, from the kernel's `if.h`.
const FLAG_UP: u32 = 0x1;
const FLAG_LOOPBACK: u32 = 0x8;

#[derive(Debug, Clone)]
struct Settings {
    interfaces: Option<Globs>,
    ignore_protocol_stats: bool,
}

fn read(section: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    Ok(Arc::new(Settings {
        interfaces: globs(section, "interfaces", "")?,
        ignore_protocol_stats: section.boolean("ignore_protocol_stats")?.unwrap_or(false),
    }))
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        Input::Blocking(Box::new(Net {
            settings: self.clone(),
            class: host.sys.join("class/net"),
            checks_flags: !host.foreign_proc,
            interfaces: KernelFile::new(host.proc.join("net/dev")),
            protocols: KernelFile::new(host.proc.join("net/snmp")),
        }))
    }
}

struct Net {
    settings: Settings,
    class: PathBuf,
    checks_flags: bool,
    interfaces: KernelFile,
    protocols: KernelFile,
}

impl BlockingInput for Net {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let interfaces = self.interfaces(accumulator);
        accumulator.note(interfaces);
        if self.settings.ignore_protocol_stats {
            return Ok(());
        }
        protocols::report(self.protocols.read()?, accumulator)
    }
}

impl Net {
    fn interfaces(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        // The first two lines are the heads of the columns.
        for line in self.interfaces.read()?.lines().skip(2) {
            match parse(line) {
                Ok((name, counters)) => {
                    let folder = self.class.join(name);
                    if is_wanted(&self.settings, self.checks_flags, name, &folder) {
                        report(accumulator, name, &counters, speed(&folder));
                    }
                }
                Err(error) => accumulator.add_error(error),
            }
        }
        Ok(())
    }
}

/// The interface's name and its sixteen counters: bytes, packets, errs, drop, fifo, frame, compressed,
/// multicast received, then bytes, packets, errs, drop, fifo, colls, carrier, compressed sent.
fn parse(line: KernelLine<'_>) -> Result<(&str, [u64; 16])> {
    let expected = "an interface's name, a colon and sixteen numbers";
    // A name may hold colons itself (an alias); the counters never do.
    let (name, rest) = line.text.rsplit_once(':').ok_or_else(|| line.malformed(expected))?;
    let mut words = rest.split_ascii_whitespace();
    let mut counters = [0; 16];
    for counter in &mut counters {
        *counter = line.number(words.next(), expected)?;
    }
    Ok((name.trim(), counters))
}

fn is_wanted(settings: &Settings, checks_flags: bool, name: &str, folder: &Path) -> bool {
    if let Some(wanted) = &settings.interfaces {
        return wanted.matches(name);
    }
    !checks_flags || flags(folder).is_some_and(|flags| flags & FLAG_UP != 0 && flags & FLAG_LOOPBACK == 0)
}

fn flags(folder: &Path) -> Option<u32> {
    u32::from_str_radix(attribute(&folder.join("flags"))?.strip_prefix("0x")?, 16).ok()
}

/// In Mbit/s; -1 when the interface has none or is down.
fn speed(folder: &Path) -> i64 {
    attribute(&folder.join("speed")).and_then(|text| text.parse().ok()).unwrap_or(-1)
}

fn report(accumulator: &mut Accumulator, name: &str, counters: &[u64; 16], speed: i64) {
    let fields = [
        unsigned("bytes_sent", counters[8]),
        unsigned("bytes_recv", counters[0]),
        unsigned("packets_sent", counters[9]),
        unsigned("packets_recv", counters[1]),
        unsigned("err_in", counters[2]),
        unsigned("err_out", counters[10]),
        unsigned("drop_in", counters[3]),
        unsigned("drop_out", counters[11]),
        integer("speed", speed),
    ];
    accumulator.add("net", &[("interface", name)], &fields);
}

#[cfg(test)]
mod tests;
