//! Merging segments of a shard: the plan's choice, carried out beside everything else.
//!
//! A merge takes the upkeep lock twice, for a moment: to choose its inputs and the ids of its results, and to put
//! the results in their place. Between, freezes, drops and backups go on. The inputs stay readable as long as
//! the merge holds them; should their shard be dropped meanwhile, the results are thrown away.

mod choose;
mod lessons;
mod outlook;

use threads::contain;

pub(super) use lessons::Lessons;
pub(super) use outlook::Outlooks;

use crate::compaction::{Deletes, Input, Job, Pace, Target, Thrift};
use crate::engine::Engine;
use crate::engine::merging::Permit;
use crate::error::{Error, Result};
use crate::manifest::{Edit, SegmentId, SegmentInfo};
use crate::shard::{Segment, ShardId};
use crate::stats::add;

/// How a merge is driven.
pub(in crate::engine) struct Drive<'a> {
    /// Bytes that it may write in a second; none for as fast as possible.
    pub(in crate::engine) rate: Option<u64>,
    /// Whether nobody but the merge itself has the engine any more.
    pub(in crate::engine) is_abandoned: &'a dyn Fn() -> bool,
}

/// Segments of a shard and what they are to become.
struct Chosen {
    shard: ShardId,
    inputs: Vec<Segment>,
    targets: Vec<Target>,
    deletes: Deletes,
    is_urgent: bool,
    thrift: Thrift,
}

impl Engine {
    /// Merges until the plan finds nothing to do. A shard whose merge fails keeps the others from nothing, and
    /// is left alone for a while: a damaged page would fail it again after as much work.
    ///
    /// # Errors
    /// The first failure.
    pub(in crate::engine) fn merge_due(&self, drive: &Drive<'_>) -> Result<()> {
        let mut outcome = Ok(());
        while let Some(permit) = self.merging.begin() {
            let chosen = {
                let mut upkeep = self.upkeep.lock();
                upkeep.settle()?;
                self.choose(&mut upkeep)?
            };
            let Some(chosen) = chosen else { break };
            permit.choose(chosen.shard);
            let merged = self.merge(&chosen, &permit, drive);
            if (drive.is_abandoned)() {
                break;
            }
            outcome = outcome.and(self.learn(&chosen, merged));
        }
        outcome
    }

    /// Counts how a merge went, and leaves alone for a while what made it fail.
    fn learn(&self, chosen: &Chosen, merged: Result<()>) -> Result<()> {
        let counters = &self.counters;
        let now = self.options.clock.monotonic();
        let Err(error) = merged else {
            add(&counters.merges, 1);
            let upkeep = &mut *self.upkeep.lock();
            upkeep.lessons.note_success(chosen.shard);
            upkeep.outlooks.forget(chosen.shard);
            return Ok(());
        };
        let mut upkeep = self.upkeep.lock();
        upkeep.outlooks.forget(chosen.shard);
        match error {
            Error::Cancelled => add(&counters.merges_cancelled, 1),
            Error::DiskLow { .. } => {
                add(&counters.merges_without_space, 1);
                upkeep.lessons.wait_for_space(chosen.shard, &error, now);
            }
            error => {
                add(&counters.merge_failures, 1);
                match error {
                    Error::Panicked { .. } => add(&counters.merge_panics, 1),
                    Error::Budget(_) => add(&counters.merges_without_memory, 1),
                    _ => {}
                }
                let damaged = self.damaged(chosen, &error);
                upkeep.lessons.note_failure(chosen.shard, damaged, &error, now);
                return Err(error);
            }
        }
        Ok(())
    }

    /// The input that an error names as damaged, or that cannot be opened.
    fn damaged(&self, chosen: &Chosen, error: &Error) -> Option<SegmentId> {
        let is_damaged = |segment: &&Segment| match error {
            Error::Corrupt { path, .. } => self.directory.segment(segment.info.id) == *path,
            _ => segment.reader().is_err_and(|error| !error.is_temporary()),
        };
        chosen.inputs.iter().find(is_damaged).map(|segment| segment.info.id)
    }

    fn merge(&self, chosen: &Chosen, permit: &Permit<'_>, drive: &Drive<'_>) -> Result<()> {
        // A fault of ours in one shard must not keep the others from being merged. What was written is thrown away; no
        // lock is held meanwhile.
        let write = || self.check_space(chosen).and_then(|()| self.write_merged(chosen, permit, drive));
        let written = contain(write).unwrap_or_else(|panic| {
            let what = format!("merging segments of shard {}", chosen.shard);
            Err(Error::Panicked { what: what.into(), message: panic_message(&*panic) })
        });
        let results = match written {
            Ok(results) => results,
            Err(error) => {
                // No edit has named them.
                self.upkeep.lock().doom_unread(chosen.targets.iter().map(|target| target.id));
                return Err(error);
            }
        };
        add(&self.counters.merge_bytes_read, chosen.inputs.iter().map(|segment| segment.info.bytes).sum());
        add(&self.counters.merge_bytes_written, results.iter().map(|segment| segment.info.bytes).sum());
        self.commit_merged(permit, chosen, &results)
    }

    /// Both the inputs and the results are on disk for a while, and what ingest leaves free stays free. Giving back the
    /// space of deleted rows may use half of that, or a delete would not help on a full disk; a freeze needs the rest.
    fn check_space(&self, chosen: &Chosen) -> Result<()> {
        let bytes: u64 = chosen.inputs.iter().map(|segment| segment.info.bytes).sum();
        let is_reclaim = chosen.inputs.len() == 1;
        let kept = self.space.reserve_bytes() / if is_reclaim { 2 } else { 1 };
        let needed = bytes + bytes / 8 + kept;
        let dir = self.directory.root();
        let free = self.fs.space(dir)?.available;
        if free < needed { Err(Error::DiskLow { dir: dir.into(), free, needed }) } else { Ok(()) }
    }

    fn write_merged(&self, chosen: &Chosen, permit: &Permit<'_>, drive: &Drive<'_>) -> Result<Vec<Segment>> {
        let input = |segment: &Segment| Ok(Input { info: segment.info, reader: segment.reader()? });
        let job = Job {
            fs: &*self.fs,
            budget: &self.options.budget,
            shard: chosen.shard,
            deletes: chosen.deletes.clone(),
            inputs: chosen.inputs.iter().map(input).collect::<Result<_>>()?,
            thrift: chosen.thrift,
        };
        let rate = drive.rate.filter(|_| !chosen.is_urgent);
        let mut pace = Pace::new(&permit.cancel, &*self.options.clock, drive.is_abandoned, rate);
        let infos = job.run(&chosen.targets, &mut pace)?;
        infos.into_iter().map(|info| self.readers.admit(info)).collect()
    }

    /// Puts the results in the place of the inputs, if all of these still count.
    fn commit_merged(&self, permit: &Permit<'_>, chosen: &Chosen, results: &[Segment]) -> Result<()> {
        let upkeep = &mut *self.upkeep.lock();
        let gone: Vec<SegmentId> = chosen.inputs.iter().map(|segment| segment.info.id).collect();
        // An engine that was stopped has let go of the directory: nothing may be committed any more.
        let counts = |id| upkeep.manifest.state().segments.contains_key(id);
        if permit.cancel.is_cancelled() || !gone.iter().all(counts) {
            upkeep.doom_unread(chosen.targets.iter().map(|target| target.id));
            return Err(Error::Cancelled);
        }
        let merged: Vec<SegmentInfo> = results.iter().map(|segment| segment.info).collect();
        let ids: Vec<SegmentId> = merged.iter().map(|info| info.id).collect();
        upkeep.commit(&Edit::Merge { shard: chosen.shard, gone: gone.clone(), merged }, &ids)?;
        {
            let _writer = self.writer.lock();
            let mut view = (*self.view.load_full()).clone();
            view.replace_segments(chosen.shard, &gone, results);
            self.view.store(std::sync::Arc::new(view));
        }
        upkeep.doom(&chosen.inputs);
        upkeep.has_freed = true;
        upkeep.outlooks.inherit(chosen.shard, &gone, &ids);
        Ok(())
    }
}

/// What a panic says.
fn panic_message(panic: &(dyn std::any::Any + Send)) -> Box<str> {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no reason given").into()
}
