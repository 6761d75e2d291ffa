//! How far a long verb is: a bar on a terminal, else a line now and then.

use indicatif::{ProgressBar, ProgressStyle};
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
    total: Option<u64>,
    started: Instant,
    /// Milliseconds after the start at which the last line was written.
    told_ms: AtomicU64,
    points: AtomicU64,
}

impl Progress {
    /// Nothing done yet of `total`, if that is known.
    pub(crate) fn new(unit: Unit, total: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| new_bar(unit, total));
        let (told_ms, points) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { bar, unit, total, started: Instant::now(), told_ms, points }
    }

    /// Counts points that went through.
    pub(crate) fn add_points(&self, count: u64) {
        self.points.fetch_add(count, Ordering::Relaxed);
    }

    /// Points that went through so far.
    pub(crate) fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    /// Says how far it is.
    pub(crate) fn at(&self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(self.rate());
            return;
        }
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let told_ms = self.told_ms.load(Ordering::Relaxed);
        if u128::from(now_ms - told_ms.min(now_ms)) >= LINE_EVERY.as_millis() {
            self.told_ms.store(now_ms, Ordering::Relaxed);
            self.tell(&self.line(done));
        }
    }

    /// Writes a line of its own, above the bar.
    pub(crate) fn tell(&self, text: &str) {
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
        let unit = match self.unit {
            Unit::Bytes => "bytes",
            Unit::Steps => "steps",
        };
        let of = self.total.map(|total| format!(" of {total}")).unwrap_or_default();
        format!("{done}{of} {unit}, {}", self.rate())
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
        format!("{points} points, {} points/s", rate as u64)
    }
}

fn new_bar(unit: Unit, total: Option<u64>) -> ProgressBar {
    let template = match (unit, total) {
        (Unit::Bytes, Some(_)) => "{bar:30} {bytes}/{total_bytes}  {msg}  ETA {eta}",
        (Unit::Bytes, None) => "{spinner} {bytes}  {bytes_per_sec}  {msg}",
        (Unit::Steps, _) => "{bar:30} {pos}/{len} steps  {msg}  ETA {eta}",
    };
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
