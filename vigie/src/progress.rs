//! How far a long verb is: a bar on a terminal, else a line now and then.

use crate::inspect::plural;
use crate::printable::printable;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What the bar counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bytes of a file or an answer.
    Bytes,
    /// Pieces of work of about one size.
    Steps,
}

/// A bar or lines on the standard error.
#[derive(Debug)]
pub(crate) struct Progress {
    /// None where there is no terminal.
    bar: Option<ProgressBar>,
    unit: Unit,
    /// 0 where it is not known.
    total: AtomicU64,
    done: AtomicU64,
    started: Instant,
    /// Milliseconds after the start at which the last line was written.
    told_ms: AtomicU64,
    points: AtomicU64,
}

impl Progress {
    /// Nothing done yet of `total`, if that is known.
    pub(crate) fn new(unit: Unit, total: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| new_bar(unit, total));
        let (done, told_ms, points) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let total = AtomicU64::new(total.unwrap_or(0));
        Self { bar, unit, total, done, started: Instant::now(), told_ms, points }
    }

    /// Learns of how much there is.
    pub(crate) fn set_total(&self, total: u64) {
        if self.total.swap(total, Ordering::Relaxed) == total {
            return;
        }
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_style(style(self.unit, Some(total)));
        }
    }

    /// Counts points that went through.
    pub(crate) fn add_points(&self, count: u64) {
        self.points.fetch_add(count, Ordering::Relaxed);
    }

    /// Points that went through so far.
    pub(crate) fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    /// So much more is done.
    pub(crate) fn advance(&self, more: u64) {
        let before = self.done.fetch_add(more, Ordering::Relaxed);
        self.at(before.saturating_add(more));
    }

    /// Says how far it is.
    pub(crate) fn at(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(self.rate());
            return;
        }
        if self.is_line_due(self.started.elapsed()) {
            self.tell(&self.line(done));
        }
    }

    /// Whether a line is due so long after the start; the next one is then due later.
    fn is_line_due(&self, elapsed: Duration) -> bool {
        let now_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let told_ms = self.told_ms.load(Ordering::Relaxed);
        let is_due = u128::from(now_ms.saturating_sub(told_ms)) >= LINE_EVERY.as_millis();
        if is_due {
            self.told_ms.store(now_ms, Ordering::Relaxed);
        }
        is_due
    }

    /// Writes a line of its own, above the bar.
    pub(crate) fn tell(&self, text: &str) {
        let text = &*printable(text);
        match &self.bar {
            Some(bar) => bar.println(text),
            // Nobody reads it: no reason to stop the work.
            None => drop(writeln!(std::io::stderr(), "{text}")),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// How long it has been going.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn line(&self, done: u64) -> String {
        let told = match (self.unit, self.total.load(Ordering::Relaxed)) {
            (Unit::Bytes, 0) => HumanBytes(done).to_string(),
            (Unit::Bytes, total) => format!("{} of {}", HumanBytes(done), HumanBytes(total)),
            (Unit::Steps, 0) => format!("{done} steps"),
            (Unit::Steps, total) => format!("{done} of {total} steps"),
        };
        let rate = self.rate();
        if rate.is_empty() { told } else { format!("{told}, {rate}") }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people, not below 0"
    )]
    fn rate(&self) -> String {
        let points = self.points();
        if points == 0 {
            return String::new();
        }
        let rate = points as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        format!("{points} {}, {} points/s", plural(points, "point"), rate as u64)
    }
}

fn new_bar(unit: Unit, total: Option<u64>) -> ProgressBar {
    total.map_or_else(ProgressBar::new_spinner, ProgressBar::new).with_style(style(unit, total))
}

fn style(unit: Unit, total: Option<u64>) -> ProgressStyle {
    let template = match (unit, total) {
        (Unit::Bytes, Some(_)) => "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {msg}  ETA {eta}",
        (Unit::Bytes, None) => "{spinner} {bytes}  {bytes_per_sec}  {msg}",
        (Unit::Steps, Some(_)) => "{bar:30} {pos}/{len} steps  {msg}  ETA {eta}",
        (Unit::Steps, None) => "{spinner} {pos} steps  {msg}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_a_line_every_ten_seconds_says_how_far_it_is() {
        let progress = Progress::new(Unit::Bytes, None);
        let due = [0, 9_999, 10_000, 10_500, 19_999, 21_000, 31_000]
            .map(|ms| progress.is_line_due(Duration::from_millis(ms)));
        assert_eq!(due, [false, false, true, false, false, true, true]);
        assert_eq!(progress.line(3 << 19), "1.50 MiB");
        progress.set_total(3 << 20);
        assert_eq!(progress.line(3 << 19), "1.50 MiB of 3.00 MiB");
        let steps = Progress::new(Unit::Steps, Some(7));
        steps.add_points(5);
        let line = steps.line(2);
        assert!(line.starts_with("2 of 7 steps, 5 points, "), "{line}");
    }
}
