//! Which lines of a batch a server rejected, and why.
//!
//! A server names a reason and a number, not the lines. So the batch is written again in halves, and the rejected
//! ones of these in halves again, until each bad line stands alone. That changes nothing: lines are written in their
//! order, and when the search ends early the whole batch is written once more, so that of two lines for one point
//! the later one counts as before.

use super::batch::SealedBatch;
use super::destination::{Destination, Outcome};
use super::limits::{REASON_CHARS_MAX, REJECTS_TOLD_MAX};
use crate::progress::Progress;
use model::line_protocol::{ParseOptions, parse};

/// Counts rejected lines and tells the first ones.
#[derive(Debug)]
pub(super) struct Rejects {
    /// What stands before a line's number.
    source: String,
    count: u64,
    told: usize,
}

impl Rejects {
    pub(super) const fn new(source: String) -> Self {
        Self { source, count: 0, told: 0 }
    }

    /// The source from now on.
    pub(super) fn set_source(&mut self, source: String) {
        self.source = source;
    }

    /// How many lines were rejected so far.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Takes in a batch of which some lines were rejected; gives their number.
    pub(super) async fn take(
        &mut self,
        destination: &Destination,
        batch: &SealedBatch,
        answer: &str,
        progress: &Progress,
    ) -> anyhow::Result<u64> {
        let quota = REJECTS_TOLD_MAX.saturating_sub(self.told);
        let (found, is_complete) = locate(destination, batch, answer, quota, progress).await?;
        for (number, reason) in &found {
            progress.tell(&format!("{}:{number}: {}", self.source, short(reason)));
        }
        self.told += found.len();
        let located = found.len() as u64;
        let count = if is_complete { located } else { located.max(counted(batch, answer)) };
        self.count += count;
        Ok(count)
    }
}

/// The first `quota` rejected lines with their reasons, and whether these are all.
async fn locate(
    destination: &Destination,
    batch: &SealedBatch,
    answer: &str,
    quota: usize,
    progress: &Progress,
) -> anyhow::Result<(Vec<(u64, String)>, bool)> {
    let mut found = Vec::new();
    // The next part to be looked at stands last.
    let mut rejected = vec![(0..batch.len(), answer.to_owned())];
    let mut unknown = Vec::new();
    loop {
        while let Some((part, reason)) = rejected.pop() {
            if part.len() == 1 {
                found.push((batch.number(part.start), reason));
            } else {
                let middle = part.start + part.len() / 2;
                unknown.extend([middle..part.end, part.start..middle]);
            }
        }
        let Some(part) = unknown.pop() else { return Ok((found, true)) };
        if found.len() >= quota {
            destination.write(&batch.target, batch.text(), progress).await?;
            return Ok((found, false));
        }
        if let Outcome::Rejected(reason) =
            destination.write(&batch.target, batch.part(&part), progress).await?
        {
            rejected.push((part, reason));
        }
    }
}

/// How many lines of a batch were rejected: those that are none, and those that the answer says were dropped.
fn counted(batch: &SealedBatch, answer: &str) -> u64 {
    let parsed = parse(batch.text().to_vec(), &ParseOptions::default());
    let unreadable = parsed.refused_count - parsed.dropped_count;
    let dropped =
        answer.rsplit_once("dropped=").and_then(|(_, count)| count.trim().parse().ok()).unwrap_or(0);
    (unreadable as u64 + dropped).max(1)
}

/// A reason on one line, without the words around it.
fn short(reason: &str) -> String {
    let reason = reason.strip_prefix("partial write: ").unwrap_or(reason);
    let reason = reason.rsplit_once(" dropped=").map_or(reason, |(reason, _)| reason);
    let mut text: String =
        reason.chars().take(REASON_CHARS_MAX).map(|c| if c == '\n' { ' ' } else { c }).collect();
    if text.len() < reason.len() {
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::batch::Batch;
    use super::super::script::Target;
    use super::*;

    #[test]
    fn rejected_lines_are_counted_by_what_is_known_of_them() {
        let mut batch = Batch::new(Target::default());
        for (number, line) in ["a v=1 1", "a v= 1", "a v=true 2", "nothing"].iter().enumerate() {
            batch.push(line.as_bytes(), number as u64);
        }
        assert_eq!(counted(&batch.seal(), "partial write: field type conflict: x dropped=1"), 3);
    }

    #[test]
    fn a_reason_is_one_line() {
        assert_eq!(short("partial write: field type conflict dropped=1"), "field type conflict");
        assert_eq!(short("unable to parse 'a\nb': missing fields"), "unable to parse 'a b': missing fields");
        assert!(short(&"x".repeat(10_000)).len() < 400);
    }
}
