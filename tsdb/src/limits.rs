//! Every bound of the engine, and whom it protects.

use std::time::Duration;

/// Bytes of WAL after which a generation is frozen. Protects the time that a restart takes.
pub const GENERATION_WAL_BYTES: u64 = 256 << 20;

/// Step in which WAL files are extended: a sync of bytes inside an extent costs half of one that grows it.
pub const WAL_PREALLOCATE_BYTES: u64 = 4 << 20;

/// First pause before a WAL that takes no writes tries again. Protects a full disk from being asked all the time.
pub const WAL_RETRY: Duration = Duration::from_millis(100);

/// Sealed generations that may wait for their segments before writers are held back. Protects memory.
pub const SEALED_GENERATIONS_MAX: usize = 2;

/// The part of the memory budget that one generation's heads may hold, as a divisor: with two sealed ones
/// waiting, heads take three eighths of the budget.
pub const HEAD_BUDGET_DIVISOR: usize = 8;

/// How long a sealed generation waits for a follower that still reads its WAL. Bounds what a slow follower costs
/// in memory; after it the follower is told of a gap.
pub const FOLLOWER_HOLD: Duration = Duration::from_secs(60);

/// How long after the start a replayed generation waits for followers to come.
pub const FOLLOWER_START: Duration = Duration::from_secs(10);

/// A generation that nobody wrote to for so long is frozen, so that an idle store needs no replay.
pub const IDLE_FREEZE: Duration = Duration::from_secs(600);

/// A head of this size is frozen sooner, after [`IDLE_FREEZE_LARGE`]: a segment of it is worth its files. What is
/// smaller waits, so that one write every ten seconds does not make a segment of one row each.
pub const IDLE_HEAD_BYTES: u64 = 8 << 20;

/// A generation of [`IDLE_HEAD_BYTES`] or more that nobody wrote to for so long is frozen. Protects memory after
/// a load.
pub const IDLE_FREEZE_LARGE: Duration = Duration::from_secs(10);

/// Rows in a block of the head. A full block is sorted once and never changes again.
pub const BLOCK_ROWS: usize = 4096;

/// Bytes of text after which a block is full. Keeps its text columns far below 4 GiB.
pub const BLOCK_BYTES_MAX: usize = 8 << 20;

/// Series of a generation from which on queries find them by an index. Fewer are looked at one by one.
pub const INDEX_SERIES_MIN: usize = 2048;

/// The part of the memory budget that the index of one generation may hold, as a divisor. Protects heads and queries
/// from tags that were asked for once.
pub const INDEX_BUDGET_DIVISOR: usize = 16;

/// Tags that the index of one generation remembers to have had no room for; beyond it the oldest are tried again. Protects
/// queries from making again and again what does not fit.
pub const INDEX_REFUSED_MAX: usize = 256;

/// Row shapes (sets of fields that came together) of one generation. Beyond it a row is split into
/// shapes of one field. Protects the head from a writer whose every line has other fields.
pub const SHAPES_MAX: usize = 4096;

/// Layouts (orders in which a client sends the fields of a shape) that are remembered per generation.
pub const LAYOUTS_MAX: usize = 8192;

/// Bytes of a series' key in its canonical spelling: it may take an escape for every byte of the client's. Protects
/// a start from a log that says otherwise.
pub const SERIES_KEY_BYTES_MAX: usize = 2 * model::limits::SERIES_BYTES_MAX;

/// Series of one shard, unless the owner says otherwise. Protects memory and queries from a tag that never takes the
/// same value twice.
pub const SERIES_MAX: u64 = 10_000_000;

/// Series that were refused lately and are remembered. Protects writers from looking them up in segments each time.
pub const REFUSED_SERIES_MAX: usize = 1 << 16;

/// Spellings of series (unsorted tags, needless escapes) that are remembered per generation.
pub const SPELLINGS_MAX: usize = 1 << 20;

/// Bytes of one write's points in memory. What they take as one frame of the WAL has `disk::log`'s bound.
pub const WRITE_BYTES_MAX: usize = 256 << 20;

/// Refused points that one answer spells out; the rest is counted.
pub const REJECTED_MAX: usize = 100;

/// Databases, and retention policies of one database. Protects the MANIFEST and every listing.
pub const DATABASES_MAX: usize = 10_000;

/// Deletes of one database that are not carried out everywhere yet; one that a later one covers does not count.
/// Protects queries, each of which looks at them.
pub const TOMBSTONES_MAX: usize = 10_000;

/// Bytes of these deletes of one database. Protects the others, whose deletes share [`TOMBSTONES_BYTES_MAX`].
pub const TOMBSTONES_BYTES_PER_DATABASE: usize = 4 << 20;

/// Bytes of the deletes of all databases that are not carried out everywhere yet. With [`GENERATION_DELETE_BYTES_MAX`]
/// for each generation in memory keeps a record of all of them below the longest payload of `disk::log`.
pub const TOMBSTONES_BYTES_MAX: usize = 24 << 20;

/// Deletes in the generation that is written to from which on it is sealed and written to segments, which is where
/// carrying them out begins.
pub const GENERATION_DELETES_BEFORE_SEAL: usize = 1_000;

/// Time after the first delete in the generation that is written to when it is sealed for that: a small but steady writer
/// would else keep the deletes of weeks waiting.
pub const DELETE_FREEZE: Duration = Duration::from_secs(5 * 60);

/// Deletes in one generation. Protects memory from a client that deletes faster than segments are written.
pub const GENERATION_DELETES_MAX: usize = 10_000;

/// Bytes of the deletes in one generation. Keeps the record of its flush below the longest payload of `disk::log`.
pub const GENERATION_DELETE_BYTES_MAX: usize = 8 << 20;

/// Bytes that one delete may take in the WAL.
pub const TOMBSTONE_BYTES_MAX: usize = 4096;

/// Pairs of a delete and a segment that one look at deletes judges; the rest waits for the next look. Protects flushes,
/// which wait for it, from a client that deletes series one by one out of very many segments.
pub const JUDGED_PAIRS_MAX: usize = 20_000;

/// Pairs of a delete and a segment of which it hides rows that are remembered; more are judged when merges have carried
/// some out. Protects memory from a delete of many series in very many segments.
pub const JUDGED_HIDING_MAX: usize = 1 << 20;

/// Series of a segment whose rows are counted when a delete of them is judged; of more the number of rows is estimated.
pub const JUDGED_SERIES_MAX: u64 = 1_024;

/// How deep ANDs and ORs may lie in each other in the condition of a delete. Protects the stack.
pub const PREDICATE_DEPTH_MAX: usize = 64;

/// Shards over all policies. Protects the memory of views and the time of a start; a year of hourly shards is 8,760.
pub const SHARDS_MAX: usize = 50_000;

/// Segments that are open at a time. Protects the process from the system's bound on mappings (65,530 by default), of
/// which each takes one, or two after a part of it broke.
pub const OPEN_SEGMENTS_MAX: usize = 4_096;

/// The part of the memory budget that the directories of open segments may hold, as a divisor, before some are
/// closed. Protects queries and heads from a store of many measurements.
pub const READER_BUDGET_DIVISOR: usize = 8;

/// Bytes of a disk that stay free of points, if that is less than [`DISK_RESERVE_SMALL_DIVISOR`] says. Protects the
/// freezing of what is in memory.
pub const DISK_RESERVE_MIN: u64 = 64 << 20;

/// The part of a large disk that stays free of points, as a divisor. Protects a machine whose other programs share it.
pub const DISK_RESERVE_DIVISOR: u64 = 100;

/// The largest part of a disk that stays free of points unasked, as a divisor. Protects the use of a small disk.
pub const DISK_RESERVE_SMALL_DIVISOR: u64 = 20;

/// Damaged places that are noted. Protects memory from a disk that dies as a whole.
pub const DAMAGE_MARKS_MAX: usize = 1_024;

/// Damaged places that are noted of one file. Protects the list from one file that hides all others.
pub const DAMAGE_MARKS_PER_FILE: usize = 64;

/// Rows of one batch that a scan gives.
pub const BATCH_ROWS: usize = 4096;

/// Rows that a scan aims to decode at a time. Protects memory from a group of many series.
pub const SCAN_WINDOW_ROWS: usize = 65_536;

/// Values, rows times columns, that a scan aims to decode at a time. Protects memory from a measurement with thousands
/// of fields.
pub const SCAN_WINDOW_VALUES: usize = 4 << 20;

/// Rows that a scan aims to decode at a time however many columns it has: fewer would decode each page too often.
pub const SCAN_WINDOW_ROWS_MIN: usize = 64;

/// Bytes of accepted batches that stay in memory for those who follow the store.
pub const STREAM_RING_BYTES: usize = 16 << 20;

/// Batches that stay in memory for those who follow the store.
pub const STREAM_RING_BATCHES: usize = 8192;

/// Bytes of batches that a follower behind the ring reads from the WAL at a time.
pub const STREAM_READ_BYTES: usize = 8 << 20;

/// MANIFEST edits after which it is rewritten as a whole. Protects the time of a start.
pub const MANIFEST_EDITS_MAX: usize = 512;

/// For how long the plan believes what it found in a shard that has not changed. Protects a store of very many segments
/// from looking at all of them each second, and for each merge.
pub const PLAN_AGE: Duration = Duration::from_secs(60);

/// Segments of one shard that are merged at once.
pub const MERGE_INPUTS_MAX: usize = 16;

/// Neighbouring segments of like size from which a merge is worth its reads and writes.
pub const MERGE_INPUTS_MIN: usize = 4;

/// Segments that a merge does not touch any more, in bytes. Protects a big shard from endless rewriting.
pub const MERGE_BYTES_MAX: u64 = 2 << 30;

/// Segments of one shard beyond which neighbours are merged even if their sizes are not alike. Protects queries
/// and the number of mapped files from sizes that alternate.
pub const SEGMENTS_ALIKE_MAX: usize = 24;

/// Segments that may overlap in a shard before its writers are held back, as long as merges can help. Protects
/// queries, which look into each of them, and the number of mapped files.
pub const SHARD_CROWD_MAX: usize = 64;

/// Partitions of a shard. Protects the number of files of a policy with very long shards.
pub const PARTITIONS_MAX: usize = 16;

/// How long after its end a partition counts as past: points come late.
pub const PARTITION_GRACE: Duration = Duration::from_secs(3600);

/// How long nothing must have come for a past partition before it is merged for good. Protects a backfill from
/// having each of its freezes merged at once.
pub const PARTITION_REST: Duration = Duration::from_secs(3600);

/// Bytes that merging may write in a second. Protects queries and the log from a disk that is busy.
pub const MERGE_BYTES_PER_SECOND: u64 = 48 << 20;

/// Bytes of one series that a merge decodes at a time, at most; a longer one is merged in slices of time.
/// Protects memory.
pub const MERGE_SLICE_BYTES: usize = 8 << 20;

/// The same at least: pages are not cut much smaller than they are.
pub const MERGE_SLICE_BYTES_MIN: usize = 64 << 10;

/// The part of the memory budget that such a slice may be, as a divisor, between these bounds.
pub const MERGE_BUDGET_DIVISOR: usize = 64;

/// How often the slices and the number of inputs of a shard's merges are halved after memory was refused to one.
pub const MERGE_THRIFT_MAX: u32 = 7;

/// How long a shard is left alone after its merge found no room on disk, or none in memory for the first time: each
/// time in a row takes twice as long.
pub const MERGE_RETRY_BUSY: Duration = Duration::from_secs(10);

/// How long a shard is left alone at most when memory was refused to its merges again and again.
pub const MERGE_RETRY_BUSY_MAX: Duration = Duration::from_secs(320);

/// How long a shard is left alone after its merge failed or panicked, or a segment in which damage was found, for the
/// first time: each time in a row takes twice as long. Protects the disk from reading it again and again.
pub const MERGE_RETRY: Duration = Duration::from_secs(300);

/// How long it is left alone at most: a file may have been brought back.
pub const MERGE_RETRY_MAX: Duration = Duration::from_secs(4800);

/// The longest pause of a thread whose steps panic one after another; it begins with [`MAINTENANCE_INTERVAL`].
pub const PANIC_PAUSE_MAX: Duration = Duration::from_secs(32);

/// A segment of which this part of the rows was deleted, as a divisor, is rewritten to give back their space. Protects
/// the disk from rewriting gigabytes for the sake of a few rows.
pub const RECLAIM_ROWS_DIVISOR: u64 = 8;

/// A segment of so few bytes is rewritten for any deleted row.
pub const RECLAIM_BYTES_SMALL: u64 = 1 << 20;

/// A segment of which so many deletes hide rows is rewritten. Protects queries, which look at each of them.
pub const RECLAIM_DELETES: usize = 500;

/// How long deleted rows stay in a segment at most, as long as it can be rewritten at all; what a run of the program
/// leaves is rewritten by the next one.
pub const RECLAIM_AGE: Duration = Duration::from_secs(12 * 3600);

/// Definitions that rejected points may leave to the next frame of the WAL; beyond it the generation ends, and
/// they with it. Protects memory from a writer whose every point is rejected.
pub const UNLOGGED_MAX: usize = 1 << 16;

/// Measurements whose numbers of series are told all the time. Protects whoever stores what `/metrics` tells.
pub const CENSUS_MEASUREMENTS: usize = 20;

/// How often the series of measurements are counted at most.
pub const CENSUS_PAUSE: Duration = Duration::from_secs(60);

/// Segments that such a count looks at. Protects `/metrics` from a store of many policies.
pub const CENSUS_SEGMENTS_MAX: usize = 64;

/// How far the wall clock may run from monotonic time, or at a start from the last time that was believed, before
/// retention waits. Protects all points from a clock that is years ahead.
pub const CLOCK_JUMP: Duration = Duration::from_secs(3600);

/// How long a new wall time must hold before retention believes it.
pub const CLOCK_HOLD: Duration = Duration::from_secs(3600);

/// How often the time is written down. Far less than [`CLOCK_JUMP`], so that a start after a crash believes its clock.
pub const CLOCK_SAVE: Duration = Duration::from_secs(600);

/// How often the maintenance thread looks for work when nobody wakes it.
pub const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(1);

/// Files of one backup. Protects who reads its list; a store has at most tens of thousands of segments.
pub const BACKUP_FILES_MAX: usize = 1_000_000;

/// Bytes of the list of a backup's files. Protects memory from a foreign file, and the server from a client.
pub const BACKUP_LIST_BYTES_MAX: usize = 64 << 20;

/// Bytes of the name of a file in a backup: what every tar header has room for.
pub const BACKUP_NAME_BYTES_MAX: usize = 100;

/// Bytes of a file that a backup reads at a time.
pub const BACKUP_PIECE_BYTES: usize = 1 << 20;

/// How often one who looks in from outside reads the MANIFEST again because a running server moved files under it.
pub const INSPECT_ATTEMPTS_MAX: usize = 50;

/// Files that one error names; the rest is counted. Protects whoever reads the log.
pub const ERROR_FILES_MAX: usize = 8;

/// Damaged places that one verification names; the rest is counted. Protects memory, and whoever reads them.
pub const INSPECT_FINDINGS_MAX: usize = 1000;

/// Series and tag values that are told apart at a time when they are counted from outside; of more than that a part
/// is counted in each of several passes. Three quarters of a hash table of 2^21 places (70 MB), which is full at seven
/// eighths: so that it has room for new ones when half have gone, and does not grow.
pub const INSPECT_DISTINCT_MAX: usize = (1 << 21) / 4 * 3;

/// Bytes, rows, values or series of one segment, as the MANIFEST may tell them. Protects every sum over segments from
/// numbers that no engine wrote.
pub const SEGMENT_NUMBER_MAX: u64 = 1 << 47;
