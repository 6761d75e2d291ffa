//! One edit of the MANIFEST.

use disk::varint;
use model::{Lsn, TimeRange};

use super::State;
use super::format::{
    FORMAT_WITH_RUNS, FORMAT_WITH_TOMBSTONES, KIND_FLUSH, KIND_FORGET, KIND_MERGE, KIND_MERGE_ONE,
    KIND_REMOVE_SHARDS, KIND_STARTED, KIND_STOPPED, KIND_WHOLE,
};
use crate::catalog::Change;
use crate::decode::{Decoder, write_count};
use crate::generation::GenerationId;
use crate::limits::SEGMENT_NUMBER_MAX;
use crate::shard::{ShardId, ShardInfo};
use crate::wal::runs::Runs;

/// The identity of a segment over the whole life of a data directory.
pub(crate) type SegmentId = u64;

/// What the MANIFEST knows of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentInfo {
    pub(crate) id: SegmentId,
    pub(crate) shard: ShardId,
    /// The first LSN whose rows it may hold.
    pub(crate) lsn_start: Lsn,
    /// The last LSN whose rows it may hold; later writes win.
    pub(crate) lsn_end: Lsn,
    /// What its rows span.
    pub(crate) time: TimeRange,
    pub(crate) rows: u64,
    pub(crate) values: u64,
    pub(crate) series: u64,
    pub(crate) bytes: u64,
    /// Every tombstone up to this LSN was carried out in the file, or hides nothing in it.
    pub(crate) settled: Lsn,
}

/// What happened to the set of files that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    /// The whole state, in place of all before it.
    Whole(Box<State>),
    /// A generation went into segments; its WAL files do not count any more.
    Flush {
        generation: GenerationId,
        last_lsn: Lsn,
        changes: Vec<Change>,
        shards: Vec<ShardInfo>,
        segments: Vec<SegmentInfo>,
    },
    /// Segments of a shard became others: one per partition, or none if nothing was left of them.
    Merge { shard: ShardId, gone: Vec<SegmentId>, merged: Vec<SegmentInfo> },
    /// Shards are gone. Generations up to this one may still have rows for them, which do not count.
    RemoveShards { shards: Vec<ShardId>, generation: GenerationId },
    /// Tombstones that hide nothing of any segment any more.
    Forget { tombstones: Vec<Lsn> },
    /// The engine was stopped: nothing is in the WAL.
    Stopped,
    /// The engine was started: the runs whose files may be in the WAL, the one that begins among them.
    Started { runs: Runs },
}

impl Edit {
    /// The kind of its record.
    pub(super) const fn kind(&self) -> u8 {
        match self {
            Self::Whole(_) => KIND_WHOLE,
            Self::Flush { .. } => KIND_FLUSH,
            Self::Merge { .. } => KIND_MERGE,
            Self::RemoveShards { .. } => KIND_REMOVE_SHARDS,
            Self::Forget { .. } => KIND_FORGET,
            Self::Stopped => KIND_STOPPED,
            Self::Started { .. } => KIND_STARTED,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut buf = Vec::new();
        match self {
            Self::Whole(state) => state.encode(&mut buf),
            Self::Flush { generation, last_lsn, changes, shards, segments } => {
                varint::write_u64(&mut buf, *generation);
                varint::write_u64(&mut buf, last_lsn.0);
                write_count(&mut buf, changes.len());
                changes.iter().for_each(|change| change.encode(&mut buf));
                write_count(&mut buf, shards.len());
                shards.iter().for_each(|shard| shard.encode(&mut buf));
                write_count(&mut buf, segments.len());
                segments.iter().for_each(|segment| segment.encode(&mut buf));
            }
            Self::Merge { shard, gone, merged } => {
                varint::write_u64(&mut buf, *shard);
                write_ids(&mut buf, gone);
                write_count(&mut buf, merged.len());
                merged.iter().for_each(|segment| segment.encode(&mut buf));
            }
            Self::RemoveShards { shards, generation } => {
                varint::write_u64(&mut buf, *generation);
                write_ids(&mut buf, shards);
            }
            Self::Forget { tombstones } => {
                write_count(&mut buf, tombstones.len());
                tombstones.iter().for_each(|lsn| varint::write_u64(&mut buf, lsn.0));
            }
            Self::Started { runs } => runs.encode(&mut buf),
            Self::Stopped => {}
        }
        buf
    }

    /// Reads the record of this kind in a file of this format; `None` if it is none.
    pub(super) fn decode(kind: u8, payload: &[u8], format: u32) -> Option<Self> {
        let mut input = Decoder::new(payload);
        let segment = |input: &mut Decoder<'_>| SegmentInfo::decode(input, format);
        let edit = match kind {
            KIND_WHOLE => Self::Whole(Box::new(State::decode(&mut input, format)?)),
            KIND_FLUSH => Self::Flush {
                generation: input.u64()?,
                last_lsn: Lsn(input.u64()?),
                changes: input.list(Change::decode)?,
                shards: input.list(ShardInfo::decode)?,
                segments: input.list(segment)?,
            },
            KIND_MERGE | KIND_MERGE_ONE => Self::Merge {
                shard: input.u64()?,
                gone: input.list(Decoder::u64)?,
                merged: input.list(segment)?,
            },
            KIND_REMOVE_SHARDS => {
                let generation = input.u64()?;
                Self::RemoveShards { shards: input.list(Decoder::u64)?, generation }
            }
            KIND_FORGET => Self::Forget { tombstones: input.list(|input| Some(Lsn(input.u64()?)))? },
            KIND_STOPPED => Self::Stopped,
            KIND_STARTED if format < FORMAT_WITH_RUNS => Self::Started { runs: Runs::without_keys() },
            KIND_STARTED => Self::Started { runs: Runs::decode(&mut input)? },
            _ => return None,
        };
        input.is_empty().then_some(edit)
    }
}

impl SegmentInfo {
    pub(super) fn encode(&self, buf: &mut Vec<u8>) {
        varint::write_u64(buf, self.id);
        varint::write_u64(buf, self.shard);
        varint::write_u64(buf, self.lsn_start.0);
        varint::write_u64(buf, self.lsn_end.0);
        varint::write_i64(buf, self.time.start);
        varint::write_i64(buf, self.time.end);
        [self.rows, self.values, self.series, self.bytes].iter().for_each(|n| varint::write_u64(buf, *n));
        varint::write_u64(buf, self.settled.0);
    }

    pub(super) fn decode(input: &mut Decoder<'_>, format: u32) -> Option<Self> {
        let mut info = Self {
            id: input.u64()?,
            shard: input.u64()?,
            lsn_start: Lsn(input.u64()?),
            lsn_end: Lsn(input.u64()?),
            time: TimeRange::new(input.i64()?, input.i64()?),
            rows: input.u64()?,
            values: input.u64()?,
            series: input.u64()?,
            bytes: input.u64()?,
            settled: Lsn(0),
        };
        // Before there were tombstones no segment had missed one.
        info.settled = if format >= FORMAT_WITH_TOMBSTONES { Lsn(input.u64()?) } else { info.lsn_end };
        let numbers = [info.rows, info.values, info.series, info.bytes];
        numbers.iter().all(|number| *number <= SEGMENT_NUMBER_MAX).then_some(info)
    }
}

pub(super) fn write_ids(buf: &mut Vec<u8>, ids: &[u64]) {
    write_count(buf, ids.len());
    ids.iter().for_each(|id| varint::write_u64(buf, *id));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::format::FORMAT;

    /// Found by the fuzzer: two segments of 2^63 bytes each overflowed the sum by which merges are chosen.
    #[test]
    fn a_segment_of_impossible_size_is_no_segment() {
        let sound = SegmentInfo {
            id: 1,
            shard: 2,
            lsn_start: Lsn(3),
            lsn_end: Lsn(4),
            time: TimeRange::new(5, 6),
            rows: 7,
            values: 8,
            series: 9,
            bytes: SEGMENT_NUMBER_MAX,
            settled: Lsn(10),
        };
        for (info, is_read) in [(sound, true), (SegmentInfo { bytes: 1 << 63, ..sound }, false)] {
            let mut bytes = Vec::new();
            info.encode(&mut bytes);
            let read = SegmentInfo::decode(&mut Decoder::new(&bytes), FORMAT);
            assert_eq!(read, is_read.then_some(info));
        }
    }
}
