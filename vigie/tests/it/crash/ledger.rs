//! What one writer has been promised: a line per acknowledged batch, with the hash of what must be read back.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use serde_json::{Value, json};

use crate::vigie::Vigie;

const START: u64 = 1_704_067_200_000_000_000;
const STEP_NS: u64 = 1_000_000_000;

/// Points `first..end` of a writer, written as one body.
pub(super) struct Batch {
    writer: u64,
    points: Range<u64>,
}

/// An acknowledged batch.
struct Promise {
    points: Range<u64>,
    hash: u64,
}

/// All promises to one writer, in the order of their points.
pub(super) struct Ledger {
    writer: u64,
    promises: Vec<Promise>,
    /// How many of them an earlier round has verified.
    verified: usize,
}

impl Ledger {
    pub(super) fn new(writer: u64) -> Self {
        Self { writer, promises: Vec::new(), verified: 0 }
    }

    pub(super) fn batches(&self) -> usize {
        self.promises.len()
    }

    fn end(&self) -> u64 {
        self.promises.last().map_or(0, |promise| promise.points.end)
    }

    /// The batch to write next: it follows the last acknowledged one, and is the same if it was sent before.
    pub(super) fn next(&self) -> Batch {
        let first = self.end();
        let count = 1 + mixed(self.writer, first) % 40;
        Batch { writer: self.writer, points: first..first + count }
    }

    pub(super) fn acknowledge(&mut self, batch: &Batch) {
        let rows: Vec<Value> = batch.points.clone().map(|point| row(self.writer, point)).collect();
        self.promises.push(Promise { points: batch.points.clone(), hash: hash(&rows) });
    }

    /// Compares what came since the last look.
    pub(super) fn verify_latest(&mut self, vigie: &Vigie, round: u64) {
        let from = self.verified.saturating_sub(5);
        self.verify_range(vigie, from..self.promises.len(), round);
        self.verified = self.promises.len();
    }

    /// Compares everything; gives the number of points.
    pub(super) fn verify_all(&self, vigie: &Vigie, round: u64) -> u64 {
        for from in (0..self.promises.len()).step_by(500) {
            self.verify_range(vigie, from..(from + 500).min(self.promises.len()), round);
        }
        self.end()
    }

    fn verify_range(&self, vigie: &Vigie, range: Range<usize>, round: u64) {
        let promises = &self.promises[range];
        let (Some(first), Some(last)) = (promises.first(), promises.last()) else { return };
        let statement = format!(
            "SELECT f, n, s FROM m WHERE writer = 'w{}' AND time >= {} AND time < {}",
            self.writer,
            time(first.points.start),
            time(last.points.end)
        );
        let rows = vigie.rows("d", &statement);
        let mut rest = &rows[..];
        for promise in promises {
            let count = usize::try_from(promise.points.end - promise.points.start).unwrap();
            let context = format!("round {round}, writer {}, points {:?}", self.writer, promise.points);
            assert!(rest.len() >= count, "{context}: {} rows are left", rest.len());
            let (batch, behind) = rest.split_at(count);
            assert_eq!(hash(batch), promise.hash, "{context}: {batch:?}");
            rest = behind;
        }
        assert_eq!(rest.len(), 0, "round {round}, writer {}: {rest:?}", self.writer);
    }
}

impl Batch {
    /// The body.
    pub(super) fn lines(&self) -> String {
        let line = |point: u64| {
            let row = row(self.writer, point);
            format!("m,writer=w{} f={},n={}i,s={} {}\n", self.writer, row[1], row[2], row[3], time(point))
        };
        self.points.clone().map(line).collect()
    }
}

fn time(point: u64) -> u64 {
    START + point * STEP_NS
}

/// A point as a query answers it: time, a float, an integer, a text of some hundred bytes.
fn row(writer: u64, point: u64) -> Value {
    let bits = mixed(writer, point);
    let text = format!("{bits:016x}").repeat(usize::try_from(bits % 40).unwrap());
    let eighths = u32::try_from(bits % 100_000).unwrap();
    json!([time(point), f64::from(eighths) / 8.0 + 0.0625, bits >> 12, text])
}

/// Numbers that no codec guesses.
fn mixed(writer: u64, point: u64) -> u64 {
    let seed = (writer << 48 ^ point).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

fn hash(rows: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    rows.iter().for_each(|row| row.to_string().hash(&mut hasher));
    hasher.finish()
}
