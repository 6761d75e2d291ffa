//! A line of figures: what was done so far, and what the server holds.

use super::Progress;
use crate::client::Request;
use crate::measure::folders_bytes;
use crate::system::Server;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Metrics that are shown, by their names.
#[derive(Debug)]
pub(super) struct Wanted([&'static str; 4]);

impl Default for Wanted {
    fn default() -> Self {
        Self(["vigie_segments", "vigie_tombstones", "vigie_merges_total", "vigie_memory_leased_bytes"])
    }
}

/// What was seen at one moment.
#[derive(Debug)]
pub(super) struct Sample {
    lines: u64,
    late: u64,
    deletes: u64,
    queries: u64,
    refusals: u64,
    anonymous_bytes: u64,
    resident_bytes: u64,
    disk_bytes: u64,
    metrics: Vec<Option<f64>>,
}

impl Sample {
    /// What the columns are.
    pub(super) const fn heading() -> &'static str {
        "   time      lines     late  deletes  queries  refused  anon MB  file MB  disk MB  segments  tombstones  merges  budget MB"
    }

    /// Looks now.
    pub(super) fn take(server: &Server, progress: &Progress, wanted: &Wanted) -> anyhow::Result<Self> {
        let memory = server.process.memory()?;
        let text = server.client().send(&Request::get("/metrics"), b"")?.text();
        Ok(Self {
            lines: progress.lines.load(Ordering::Relaxed),
            late: progress.late.load(Ordering::Relaxed),
            deletes: progress.deletes.load(Ordering::Relaxed),
            queries: progress.queries.load(Ordering::Relaxed),
            refusals: progress.refusals.load(Ordering::Relaxed),
            anonymous_bytes: memory.anonymous_bytes,
            resident_bytes: memory.resident_bytes,
            disk_bytes: folders_bytes(&server.data)?,
            metrics: wanted.0.iter().map(|name| metric(&text, name)).collect(),
        })
    }

    /// One line of the table.
    pub(super) fn line(&self, elapsed: Duration) -> String {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        let shown = |index: usize| self.metrics[index].map_or("-".to_owned(), |value| format!("{value:.0}"));
        let budget = self.metrics[3].map_or("-".to_owned(), |bytes| format!("{:.1}", bytes / 1e6));
        format!(
            "{:>6} s {:>10} {:>8} {:>8} {:>8} {:>8} {:>8.1} {:>8.1} {:>8.1} {:>9} {:>11} {:>7} {budget:>10}",
            elapsed.as_secs(),
            self.lines,
            self.late,
            self.deletes,
            self.queries,
            self.refusals,
            mb(self.anonymous_bytes),
            mb(self.resident_bytes.saturating_sub(self.anonymous_bytes)),
            mb(self.disk_bytes),
            shown(0),
            shown(1),
            shown(2),
        )
    }
}

/// The sum of a metric over its labels; nothing if the server has none of that name.
fn metric(text: &str, name: &str) -> Option<f64> {
    let values = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        rest.starts_with([' ', '{']).then(|| rest.rsplit_once(' ')?.1.parse::<f64>().ok())?
    });
    values.fold(None, |sum: Option<f64>, value| Some(sum.unwrap_or(0.0) + value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_the_sum_over_its_labels() {
        let text = "# HELP a_b x\na_b{c=\"1\"} 2\na_b{c=\"2\"} 3.5\na_bc 9\nd 1\n";
        assert_eq!(metric(text, "a_b"), Some(5.5));
        assert_eq!(metric(text, "d"), Some(1.0));
        assert_eq!(metric(text, "e"), None);
    }
}
