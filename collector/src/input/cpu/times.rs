//! One `cpu` line of `/proc/stat`: how many clock ticks went where since boot.

use crate::Result;
use crate::kernel_file::KernelLine;
use crate::rounding::{as_float, percent, round_decimals};

/// Ticks per second in what the kernel shows to programs: `USER_HZ`, 100 on every Linux we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// How many columns there are; kernels before 2.6.33 have fewer, and the missing ones count as 0.
const COLUMNS: usize = 10;

/// The least that a line must have: user, nice, system, idle.
const COLUMNS_MIN: usize = 4;

/// Ticks by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Times {
    user: u64,
    nice: u64,
    system: u64,
    idle: u64,
    iowait: u64,
    irq: u64,
    softirq: u64,
    steal: u64,
    guest: u64,
    guest_nice: u64,
}

impl Times {
    /// The processor's name (`cpu` for all together) and its times.
    pub(super) fn parse(line: KernelLine<'_>) -> Result<(&str, Self)> {
        let expected = "a processor's name and at least four numbers";
        let mut words = line.words();
        let name = words.next().ok_or_else(|| line.malformed(expected))?;
        let mut ticks = [0_u64; COLUMNS];
        let mut count = 0;
        for (tick, word) in ticks.iter_mut().zip(words) {
            *tick = line.number(Some(word), expected)?;
            count += 1;
        }
        if count < COLUMNS_MIN {
            return Err(line.malformed(expected));
        }
        let [user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice] = ticks;
        Ok((name, Self { user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice }))
    }

    /// All ticks. Time of guests is inside `user` and `nice`.
    pub(super) const fn total(&self) -> u64 {
        self.user
            .saturating_add(self.nice)
            .saturating_add(self.system)
            .saturating_add(self.idle)
            .saturating_add(self.iowait)
            .saturating_add(self.irq)
            .saturating_add(self.softirq)
            .saturating_add(self.steal)
    }

    /// Seconds: user, system, idle, nice, iowait, irq, softirq, steal, guest, guest_nice, active.
    pub(super) fn seconds(&self) -> [f64; 11] {
        let active = self.total() - self.idle;
        let ticks = [
            self.user,
            self.system,
            self.idle,
            self.nice,
            self.iowait,
            self.irq,
            self.softirq,
            self.steal,
            self.guest,
            self.guest_nice,
            active,
        ];
        ticks.map(|ticks| round_decimals(as_float(ticks) / TICKS_PER_SECOND))
    }

    /// Percentages of the time since `before`, in the order of [`seconds`](Self::seconds); here `user`
    /// and `nice` are without their guests. `None` when no time has passed.
    ///
    /// A single counter may go back (the kernel corrects `iowait` and `idle`); it counts as not moved.
    pub(super) fn percentages_since(&self, before: &Self) -> Option<[f64; 11]> {
        let moved = self.since(before);
        let total = moved.total();
        let shares = [
            moved.user.saturating_sub(moved.guest),
            moved.system,
            moved.idle,
            moved.nice.saturating_sub(moved.guest_nice),
            moved.iowait,
            moved.irq,
            moved.softirq,
            moved.steal,
            moved.guest,
            moved.guest_nice,
            total - moved.idle,
        ];
        (total > 0).then(|| shares.map(|ticks| percent(ticks, total)))
    }

    const fn since(&self, before: &Self) -> Self {
        Self {
            user: self.user.saturating_sub(before.user),
            nice: self.nice.saturating_sub(before.nice),
            system: self.system.saturating_sub(before.system),
            idle: self.idle.saturating_sub(before.idle),
            iowait: self.iowait.saturating_sub(before.iowait),
            irq: self.irq.saturating_sub(before.irq),
            softirq: self.softirq.saturating_sub(before.softirq),
            steal: self.steal.saturating_sub(before.steal),
            guest: self.guest.saturating_sub(before.guest),
            guest_nice: self.guest_nice.saturating_sub(before.guest_nice),
        }
    }
}
