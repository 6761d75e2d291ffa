//! One line of `/proc/diskstats`: number, name and eleven counters (later kernels have more).

use crate::Result;
use crate::kernel_file::KernelLine;

/// Bytes per sector in this file, whatever the device's own sectors are.
const SECTOR_BYTES: u64 = 512;

/// What a device has done since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) reads: u64,
    pub(super) merged_reads: u64,
    read_sectors: u64,
    pub(super) read_ms: u64,
    pub(super) writes: u64,
    pub(super) merged_writes: u64,
    write_sectors: u64,
    pub(super) write_ms: u64,
    pub(super) in_progress: u64,
    pub(super) io_ms: u64,
    pub(super) weighted_io_ms: u64,
}

impl Counters {
    /// The device's number (`8:1`), its name and counters.
    pub(super) fn parse(line: KernelLine<'_>) -> Result<(String, &str, Self)> {
        let expected = "two numbers, a device's name and eleven numbers";
        let mut words = line.words();
        let major: u32 = line.number(words.next(), expected)?;
        let minor: u32 = line.number(words.next(), expected)?;
        let name = words.next().ok_or_else(|| line.malformed(expected))?;
        let mut next = || line.number::<u64>(words.next(), expected);
        let counters = Self {
            reads: next()?,
            merged_reads: next()?,
            read_sectors: next()?,
            read_ms: next()?,
            writes: next()?,
            merged_writes: next()?,
            write_sectors: next()?,
            write_ms: next()?,
            in_progress: next()?,
            io_ms: next()?,
            weighted_io_ms: next()?,
        };
        Ok((format!("{major}:{minor}"), name, counters))
    }

    /// Whether nothing has ever happened: a loop device without a file, say.
    pub(super) const fn is_unused(&self) -> bool {
        let sum = self.reads
            | self.merged_reads
            | self.read_sectors
            | self.read_ms
            | self.writes
            | self.merged_writes;
        sum | self.write_sectors | self.write_ms | self.in_progress | self.io_ms | self.weighted_io_ms == 0
    }

    pub(super) const fn read_bytes(&self) -> u64 {
        self.read_sectors.saturating_mul(SECTOR_BYTES)
    }

    pub(super) const fn write_bytes(&self) -> u64 {
        self.write_sectors.saturating_mul(SECTOR_BYTES)
    }

    /// How much happened since `last`; `None` when a counter that rates need went back.
    pub(super) fn since(&self, last: &Self) -> Option<Self> {
        Some(Self {
            reads: self.reads.checked_sub(last.reads)?,
            writes: self.writes.checked_sub(last.writes)?,
            read_ms: self.read_ms.checked_sub(last.read_ms)?,
            write_ms: self.write_ms.checked_sub(last.write_ms)?,
            io_ms: self.io_ms.checked_sub(last.io_ms)?,
            ..*self
        })
    }
}
