//! Segments: immutable, self-contained files of one shard's rows.
//!
//! A [`SegmentWriter`] takes series in ascending key order and leaves a durable file; a [`SegmentReader`] maps it,
//! finds series by their tags and decodes the pages that a reader wants. A segment holds its own symbols, series,
//! postings, statistics and checksums, so that it can be copied, linked, merged and unlinked by itself. It knows
//! neither other segments nor the MANIFEST.
//!
//! The layout is in `docs/format/segment.md`.

mod blocks;
mod chunk;
mod directory;
mod footer;
mod format;
mod grouping;
mod header;
mod interner;
mod lookup;
mod output;
mod page;
mod posting;
mod predicate;
mod reader;
mod records;
mod scan;
#[cfg(any(test, fuzzing))]
mod seal;
mod sets;
mod statistics;
mod stretches;
mod summary;
mod survey;
mod symbols;
mod walk;
mod whole;
mod writer;

pub(crate) use chunk::ChunkId;
pub(crate) use directory::Measurement;
pub(crate) use footer::content_checksum;
pub(crate) use format::VERSION as SEGMENT_FORMAT;
pub(crate) use format::{BLOCK_LEN, CHECKSUM_LEN};
pub(crate) use header::version as format_version;
pub(crate) use page::{
    decode as decode_page, decode_times, facts as page_facts, time_kind as time_page_kind,
};
pub(crate) use reader::{SegmentReader, SeriesRef};
#[cfg(any(test, fuzzing))]
pub(crate) use seal::seal;
pub(crate) use stretches::{OpenChunk, Stretches, WantedField};
pub(crate) use survey::{PageAt, SurveyGroup};
pub(crate) use walk::SeriesWalk;
pub(crate) use whole::{Chunk, Extent};
pub(crate) use writer::{Finished, SegmentSummary, SegmentWriter};

/// Bytes of a segment's footer and trailer.
pub(crate) const END_LEN: usize = format::FOOTER_LEN + format::TRAILER_LEN;

/// The number of a segment, unique in a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SegmentId(pub(crate) u64);

impl std::fmt::Display for SegmentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
