//! A shard: one policy, one range of time; the unit of retention and of field types.

use std::sync::Arc;

use disk::varint;
use model::TimeRange;

use crate::catalog::PolicyId;
use crate::decode::Decoder;
use crate::error::Result;
use crate::manifest::SegmentInfo;
use crate::readers::SegmentFile;
use crate::segment::SegmentReader;

/// The identity of a shard over the whole life of a data directory.
pub(crate) type ShardId = u64;

/// Which policy a shard belongs to, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShardInfo {
    pub(crate) id: ShardId,
    pub(crate) policy: PolicyId,
    pub(crate) time: TimeRange,
}

impl ShardInfo {
    /// Appends the shard to a record.
    pub(crate) fn encode(&self, buf: &mut Vec<u8>) {
        varint::write_u64(buf, self.id);
        varint::write_u64(buf, self.policy);
        varint::write_i64(buf, self.time.start);
        varint::write_i64(buf, self.time.end);
    }

    /// Takes a shard off the front of a record.
    pub(crate) fn decode(input: &mut Decoder<'_>) -> Option<Self> {
        let (id, policy) = (input.u64()?, input.u64()?);
        Some(Self { id, policy, time: TimeRange::new(input.i64()?, input.i64()?) })
    }
}

/// A segment that a shard has. Its file is opened when somebody reads it.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) info: SegmentInfo,
    file: Arc<SegmentFile>,
}

impl Segment {
    pub(crate) const fn new(info: SegmentInfo, file: Arc<SegmentFile>) -> Self {
        Self { info, file }
    }

    /// The reader, or why there is none: a query that needs it fails rather than answer without it. Whoever holds it
    /// keeps the file open, so it is held for a step and asked for again.
    pub(crate) fn reader(&self) -> Result<Arc<SegmentReader>> {
        self.file.reader()
    }

    /// Opens the file and closes it again, to see that it can be read.
    pub(crate) fn look_into(&self) -> Result<()> {
        self.file.look_into().map(drop)
    }

    /// As [`look_into`](Self::look_into); marks of damage that is gone are forgotten.
    pub(crate) fn look_again(&self) -> Result<()> {
        self.file.look_again()
    }
}

/// A shard and its segments, the oldest writes first. It never changes: a successor replaces it.
#[derive(Debug, Clone)]
pub(crate) struct Shard {
    pub(crate) info: ShardInfo,
    pub(crate) segments: Vec<Segment>,
}

impl Shard {
    pub(crate) const fn new(info: ShardInfo) -> Self {
        Self { info, segments: Vec::new() }
    }

    /// This shard with one more segment, in its place by LSN.
    pub(crate) fn with(&self, segment: Segment) -> Self {
        let mut segments = self.segments.clone();
        segments.push(segment);
        segments.sort_by_key(|segment| segment.info.lsn_end);
        Self { info: self.info, segments }
    }

    /// This shard with `merged` in place of the segments that `gone` names.
    pub(crate) fn replacing(&self, gone: &[u64], merged: &[Segment]) -> Self {
        let mut segments: Vec<_> =
            self.segments.iter().filter(|segment| !gone.contains(&segment.info.id)).cloned().collect();
        segments.extend(merged.iter().cloned());
        segments.sort_by_key(|segment| segment.info.lsn_end);
        Self { info: self.info, segments }
    }
}
