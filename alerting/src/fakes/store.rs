//! A store in memory: records in order, from some first one on.

use crate::port::{StreamRead, StreamSource, StreamStore};
use model::line_protocol::{ParseOptions, parse};
use model::{Lsn, StreamBatch};
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::time::Duration;

/// A store in memory; clones are the same store.
#[derive(Clone, Default)]
pub(crate) struct FakeStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    records: Mutex<Records>,
    changed: Condvar,
}

#[derive(Default)]
struct Records {
    batches: Vec<StreamBatch>,
    /// How many of the oldest ones are gone.
    gone: usize,
    /// How many reads from now on find the store closed.
    closed_reads: usize,
}

impl FakeStore {
    /// Accepts lines as the next record.
    pub(crate) fn write(&self, lines: &str) -> Lsn {
        let parsed = parse(lines.as_bytes().to_vec(), &ParseOptions::default());
        assert_eq!(parsed.refused_count, 0, "{lines}");
        let mut records = self.0.records.lock();
        let lsn = Lsn(records.batches.len() as u64 + 1);
        let (db, rp) = ("telegraf".into(), "autogen".into());
        records.batches.push(StreamBatch { lsn, db, rp, points: Arc::new(parsed.points) });
        self.0.changed.notify_all();
        lsn
    }

    /// Loses every record up to this one.
    pub(crate) fn forget(&self, last: Lsn) {
        self.0.records.lock().gone = usize::try_from(last.0).unwrap();
    }

    /// Loses every record behind this one, as a power cut may do.
    pub(crate) fn lose_behind(&self, last: Lsn) {
        self.0.records.lock().batches.truncate(usize::try_from(last.0).unwrap());
    }

    /// Lets so many reads fail.
    pub(crate) fn fail_reads(&self, count: usize) {
        self.0.records.lock().closed_reads = count;
        self.0.changed.notify_all();
    }
}

impl StreamStore for FakeStore {
    fn open(&self, after: Lsn) -> Box<dyn StreamSource> {
        Box::new(FakeSource { store: self.clone(), next: usize::try_from(after.0).unwrap() })
    }

    fn latest(&self) -> Lsn {
        Lsn(self.0.records.lock().batches.len() as u64)
    }
}

struct FakeSource {
    store: FakeStore,
    next: usize,
}

impl StreamSource for FakeSource {
    fn next(&mut self, wait: Duration) -> StreamRead {
        let mut records = self.store.0.records.lock();
        if self.next >= records.batches.len() {
            self.store.0.changed.wait_for(&mut records, wait);
        }
        if records.closed_reads > 0 {
            records.closed_reads -= 1;
            return StreamRead::Closed;
        }
        if self.next < records.gone {
            let from = Lsn(self.next as u64 + 1);
            self.next = records.gone;
            return StreamRead::Gap { from, to: Lsn(records.gone as u64) };
        }
        match records.batches.get(self.next) {
            Some(batch) => {
                self.next += 1;
                StreamRead::Batch(batch.clone())
            }
            None => StreamRead::Idle,
        }
    }
}
