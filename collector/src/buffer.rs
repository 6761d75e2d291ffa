//! Metrics that wait for one output: a ring with a bound, the oldest dropped first.
//!
//! A batch is taken from the front and stays there until it is acknowledged, so that a failed write
//! costs nothing. Every line has a number; an acknowledgement names numbers, because the ring may have
//! dropped some of the batch's lines while it was on its way.

use crate::limits::BATCH_BYTES_MAX;
use crate::lines::Lines;
use crate::output::Batch;
use parking_lot::Mutex;
use std::collections::VecDeque;
use tokio::sync::Notify;

/// The lines that wait for one output.
#[derive(Debug)]
pub(crate) struct Buffer {
    limit: usize,
    batch_size: usize,
    ring: Mutex<Ring>,
    full: Notify,
    asked: Notify,
}

#[derive(Debug, Default)]
struct Ring {
    lines: VecDeque<Box<str>>,
    /// The number of the line at the front.
    first: u64,
    bytes: usize,
    dropped: u64,
}

impl Buffer {
    /// A buffer for at most `limit` metrics, whose batches hold `batch_size`.
    pub(crate) fn new(limit: usize, batch_size: usize) -> Self {
        Self {
            limit: limit.max(1),
            batch_size,
            ring: Mutex::default(),
            full: Notify::new(),
            asked: Notify::new(),
        }
    }

    /// Appends lines and drops as many of the oldest as there is no room for; says how many.
    pub(crate) fn push(&self, lines: &Lines) -> u64 {
        self.push_all(lines.iter().map(Box::from))
    }

    /// As [`push`](Self::push), for lines that another buffer gave back.
    pub(crate) fn push_all(&self, lines: impl Iterator<Item = Box<str>>) -> u64 {
        let mut ring = self.ring.lock();
        let dropped_before = ring.dropped;
        for line in lines {
            if ring.lines.len() == self.limit {
                ring.pop();
                ring.dropped += 1;
            }
            ring.bytes += line.len();
            ring.lines.push_back(line);
        }
        if ring.lines.len() >= self.batch_size {
            self.full.notify_one();
        }
        ring.dropped - dropped_before
    }

    /// The oldest lines, at most `most` and at most [`BATCH_BYTES_MAX`] (but always one); `None` when
    /// nothing waits.
    pub(crate) fn batch(&self, most: usize) -> Option<Batch> {
        let ring = self.ring.lock();
        let mut text = String::new();
        let mut metrics = 0;
        for line in ring.lines.iter().take(most) {
            if metrics > 0 && text.len() + line.len() > BATCH_BYTES_MAX {
                break;
            }
            text.push_str(line);
            metrics += 1;
        }
        (metrics > 0).then(|| Batch::numbered(text, metrics, ring.first))
    }

    /// Forgets the lines of a batch that are still there.
    pub(crate) fn acknowledge(&self, batch: &Batch) {
        let mut ring = self.ring.lock();
        while ring.first < batch.end() && !ring.lines.is_empty() {
            ring.pop();
        }
    }

    /// Waits until there is enough for a batch.
    pub(crate) async fn wait_until_full(&self) {
        loop {
            self.full.notified().await;
            if self.len() >= self.batch_size {
                return;
            }
        }
    }

    /// Has what waits written now.
    pub(crate) fn ask_for_flush(&self) {
        self.asked.notify_one();
    }

    /// Waits until somebody asks for a flush.
    pub(crate) async fn wait_until_asked(&self) {
        self.asked.notified().await;
    }

    /// How many lines wait.
    pub(crate) fn len(&self) -> usize {
        self.ring.lock().lines.len()
    }

    /// How many bytes they have.
    pub(crate) fn bytes(&self) -> usize {
        self.ring.lock().bytes
    }

    /// How many lines were dropped for lack of room so far.
    pub(crate) fn dropped(&self) -> u64 {
        self.ring.lock().dropped
    }

    /// Most lines that may wait.
    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }

    /// Takes all lines out.
    pub(crate) fn drain(&self) -> Vec<Box<str>> {
        let mut ring = self.ring.lock();
        ring.first += ring.lines.len() as u64;
        ring.bytes = 0;
        std::mem::take(&mut ring.lines).into()
    }
}

impl Ring {
    fn pop(&mut self) {
        if let Some(line) = self.lines.pop_front() {
            self.bytes -= line.len();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(buffer: &Buffer, lines: &[&str]) -> u64 {
        buffer.push_all(lines.iter().map(|line| Box::from(*line)))
    }

    fn text(buffer: &Buffer, most: usize) -> String {
        buffer.batch(most).map(|batch| batch.as_str().to_owned()).unwrap_or_default()
    }

    #[test]
    fn batches_come_oldest_first_and_stay_until_acknowledged() {
        let buffer = Buffer::new(10, 2);
        assert!(buffer.batch(5).is_none());
        push(&buffer, &["a\n", "b\n", "c\n"]);
        assert_eq!(text(&buffer, 2), "a\nb\n");
        assert_eq!(text(&buffer, 2), "a\nb\n");
        buffer.acknowledge(&buffer.batch(2).unwrap());
        assert_eq!(text(&buffer, 2), "c\n");
        assert_eq!((buffer.len(), buffer.bytes()), (1, 2));
    }

    #[test]
    fn the_oldest_lines_are_dropped_first_and_counted() {
        let buffer = Buffer::new(3, 10);
        assert_eq!(push(&buffer, &["a\n", "b\n", "c\n"]), 0);
        assert_eq!(push(&buffer, &["d\n", "e\n"]), 2);
        assert_eq!(text(&buffer, 10), "c\nd\ne\n");
        assert_eq!((buffer.dropped(), buffer.len(), buffer.bytes()), (2, 3, 6));
    }

    #[test]
    fn an_acknowledgement_never_takes_lines_that_came_later() {
        let buffer = Buffer::new(3, 10);
        push(&buffer, &["a\n", "b\n", "c\n"]);
        let batch = buffer.batch(2).unwrap();
        push(&buffer, &["d\n"]);
        buffer.acknowledge(&batch);
        assert_eq!(text(&buffer, 10), "c\nd\n", "a was dropped by the ring, b acknowledged");
        buffer.acknowledge(&batch);
        assert_eq!(text(&buffer, 10), "c\nd\n");
    }

    #[test]
    fn a_batch_has_a_bound_in_bytes_but_never_none() {
        let buffer = Buffer::new(10, 10);
        let large = "x".repeat(BATCH_BYTES_MAX + 1);
        push(&buffer, &[&large, "b\n"]);
        let batch = buffer.batch(10).unwrap();
        assert_eq!((batch.metrics(), batch.as_str().len()), (1, large.len()));
        buffer.acknowledge(&batch);
        assert_eq!(text(&buffer, 10), "b\n");
    }

    #[test]
    fn what_is_drained_can_be_given_to_another_buffer() {
        let buffer = Buffer::new(10, 10);
        push(&buffer, &["a\n", "b\n"]);
        let old = buffer.batch(10).unwrap();
        let other = Buffer::new(10, 10);
        other.push_all(buffer.drain().into_iter());
        assert_eq!(text(&other, 10), "a\nb\n");
        push(&buffer, &["c\n"]);
        buffer.acknowledge(&old);
        assert_eq!(text(&buffer, 10), "c\n");
    }
}
