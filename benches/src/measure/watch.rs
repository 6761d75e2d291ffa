//! Looks at a process' memory until it ends.

use super::Memory;
use std::fs;
use std::thread::JoinHandle;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A thread that remembers the highest figures.
#[derive(Debug)]
pub(super) struct Watch {
    thread: JoinHandle<Memory>,
}

impl Watch {
    /// Watches until the process has ended, reaped or not.
    pub(super) fn start(pid: u32) -> Self {
        Self { thread: std::thread::spawn(move || watch(pid)) }
    }

    /// The peaks. The process has ended before.
    pub(super) fn finish(self) -> Memory {
        self.thread.join().expect("the watch does not panic")
    }
}

fn watch(pid: u32) -> Memory {
    let mut peak = Memory::default();
    // A zombie has a status without memory.
    while let Some(now) = look(pid) {
        peak.resident_bytes = peak.resident_bytes.max(now.resident_bytes);
        peak.anonymous_bytes = peak.anonymous_bytes.max(now.anonymous_bytes);
        std::thread::sleep(LOOK_EVERY);
    }
    peak
}

fn look(pid: u32) -> Option<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let resident_bytes = kibibytes(&status, "VmHWM:")? << 10;
    let anonymous_bytes = kibibytes(&status, "RssAnon:")? << 10;
    Some(Memory { resident_bytes, anonymous_bytes })
}

/// The number of a line such as `VmHWM:     1234 kB`.
pub(super) fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
