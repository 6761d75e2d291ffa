//! What every test here needs: a disk in memory, a clock by hand, lines in and rows out.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use disk::SimFs;
use model::line_protocol::{ParseOptions, parse};
use model::{
    Budget, CancelToken, Direction, FieldRequest, FieldValue, ManualClock, PointBatch, ScanOrder,
    ScanRequest, SeriesKey, SeriesRequest, TagPredicate, TimeRange,
};
use tsdb::{Engine, Options, Result, Snapshot};

pub(crate) const HOUR_NS: i64 = 3_600_000_000_000;

/// The time at which every test starts: a Wednesday in 2024.
pub(crate) const NOW_NS: i64 = 1_704_880_800_000_000_000;

/// Fields of one row.
pub(crate) type Fields = BTreeMap<String, Value>;
/// Rows by series and time.
pub(crate) type Rows = BTreeMap<(String, i64), Fields>;

/// A value whose equality is that of bits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value(pub(crate) FieldValue);

/// A machine: disk, clock, memory.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) sim: SimFs,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) budget: Budget,
    /// Whether the upkeep thread runs.
    pub(crate) background: bool,
}

impl Machine {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            sim: SimFs::new(seed),
            clock: Arc::new(ManualClock::new(NOW_NS)),
            budget: Budget::new(256 << 20),
            background: false,
        }
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            background: self.background,
            wal_preallocate_bytes: 4096,
            wal_retry: Duration::from_millis(1),
            idle_freeze: Duration::from_secs(1 << 40),
            ..Options::new(self.clock.clone(), self.budget.clone())
        }
    }

    pub(crate) fn try_open(&self) -> Result<Arc<Engine>> {
        Engine::open(Arc::new(self.sim.clone()), Path::new("data"), self.options())
    }

    pub(crate) fn open(&self) -> Arc<Engine> {
        self.try_open().expect("the directory opens")
    }

    /// The machine that comes up after the power was cut.
    pub(crate) fn reboot(&self) -> Self {
        Self { sim: self.sim.reboot(), budget: Budget::new(256 << 20), ..self.clone() }
    }
}

/// A question about series that nobody gives up.
pub(crate) fn wanted(measurement: &str, tags: &TagPredicate) -> SeriesRequest {
    SeriesRequest::all(measurement, &Budget::new(256 << 20)).filtered(tags)
}

/// Points of lines with timestamps in ns.
pub(crate) fn points(lines: &str) -> PointBatch {
    let parsed = parse(lines.as_bytes().to_vec(), &ParseOptions::default());
    assert_eq!(parsed.refused_count, 0, "{:?}", parsed.refused);
    parsed.points
}

/// Writes lines that are all accepted, and waits until they are durable.
pub(crate) fn write(engine: &Engine, db: &str, rp: Option<&str>, lines: &str) {
    try_write(engine, db, rp, lines).expect("the write is accepted");
}

pub(crate) fn try_write(engine: &Engine, db: &str, rp: Option<&str>, lines: &str) -> Result<()> {
    let written = engine.append(db, rp, points(lines))?;
    assert_eq!(written.rejected, []);
    written.ticket.wait()
}

/// A request for all rows of some fields, each as the first type that the snapshot knows.
pub(crate) fn request(snapshot: &Snapshot, measurement: &str) -> ScanRequest {
    try_request(snapshot, measurement).expect("fields can be read")
}

pub(crate) fn try_request(snapshot: &Snapshot, measurement: &str) -> Result<ScanRequest> {
    let fields = snapshot.fields(measurement)?;
    Ok(ScanRequest {
        measurement: measurement.into(),
        time: TimeRange::ALL,
        tags: TagPredicate::All,
        fields: fields.into_iter().map(|(name, types)| FieldRequest { name, ty: types[0] }).collect(),
        group_by: Vec::new(),
        order: ScanOrder::BySeries,
        direction: Direction::Ascending,
        series_rows_max: None,
        cancel: CancelToken::new(),
        budget: Budget::new(64 << 20),
    })
}

/// A row as a scan gives it: series, time, and the fields that are there.
pub(crate) type Row = (String, i64, Fields);

/// The rows of a scan in its order.
pub(crate) fn scan(snapshot: &Snapshot, request: &ScanRequest) -> Vec<Row> {
    try_scan(snapshot, request).expect("the scan goes through")
}

pub(crate) fn try_scan(snapshot: &Snapshot, request: &ScanRequest) -> Result<Vec<Row>> {
    let mut scan = snapshot.scan(request)?;
    let mut rows = Vec::new();
    while let Some(batch) = scan.next_batch()? {
        assert!(!batch.columns.is_empty(), "a batch is never empty");
        assert!(batch.columns.len() <= tsdb::limits::BATCH_ROWS);
        for (row, ts) in batch.columns.times.iter().enumerate() {
            let key = SeriesKey::new(&request.measurement, batch.series.tags(row)).as_str().to_owned();
            let named = request.fields.iter().zip(&batch.columns.columns);
            let values = named.filter_map(|(field, column)| {
                Some((field.name.to_string(), Value(column.get(row)?.to_owned())))
            });
            rows.push((key, *ts, values.collect()));
        }
    }
    Ok(rows)
}

/// Everything in a snapshot.
pub(crate) fn dump(snapshot: &Snapshot) -> Rows {
    try_dump(snapshot).expect("the snapshot can be read")
}

pub(crate) fn try_dump(snapshot: &Snapshot) -> Result<Rows> {
    let mut rows = Rows::new();
    for measurement in snapshot.measurements()? {
        for (series, ts, fields) in try_scan(snapshot, &try_request(snapshot, &measurement)?)? {
            assert!(rows.insert((series.clone(), ts), fields).is_none(), "{series} at {ts} came twice");
        }
    }
    Ok(rows)
}

/// Everything in a retention policy.
pub(crate) fn dump_policy(engine: &Engine, db: &str, rp: Option<&str>) -> Rows {
    dump(&engine.snapshot(db, rp).expect("the policy is there"))
}

/// What lines say, as rows; later lines win field by field.
pub(crate) fn rows_of(lines: &str) -> Rows {
    let mut rows = Rows::new();
    put(&mut rows, &points(lines));
    rows
}

/// Puts points into rows; later ones win field by field.
pub(crate) fn put(rows: &mut Rows, points: &PointBatch) {
    for point in points.iter() {
        let row = rows.entry((point.series_key().as_str().to_owned(), point.ts())).or_default();
        for field in point.fields() {
            row.insert(field.name.to_owned(), Value(field.value.to_owned()));
        }
    }
}

/// A small generator of numbers, so that a seed says all about a test.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}
