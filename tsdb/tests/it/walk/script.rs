//! Random scripts: few names and instants, so that everything collides, and values of every kind.

use model::{FieldRef, FieldType, PointBatch, SeriesKey, TagMatch, TagPredicate, TimeRange, ValueRef};
use proptest::collection::vec;
use proptest::prelude::*;

use super::reference::{WEEKS, week_start};

pub(super) const POLICIES: [&str; 3] = ["autogen", "daily", "odd"];
pub(super) const MEASUREMENTS: [&str; 3] = ["cpu", "m x", "z"];
const SERIES: [&str; 9] = [
    "cpu",
    "cpu,host=a",
    "cpu,host=b",
    "cpu,cpu=0,host=b",
    "m\\ x,host=a",
    "m\\ x,host=c",
    "z",
    "z,host=a,zone=\\ ,z=1",
    "cpu,host=é",
];
pub(super) const GROUPS: [&[&str]; 4] = [&[], &["host"], &["cpu", "host"], &["no"]];

/// Fields whose type is the same everywhere. One more, `x`, is of any type.
pub(super) const FIELDS: [(&str, FieldType); 6] = [
    ("f", FieldType::Float),
    ("g", FieldType::Float),
    ("i", FieldType::Integer),
    ("u", FieldType::Unsigned),
    ("b", FieldType::Boolean),
    ("s", FieldType::String),
];

#[derive(Debug, Clone)]
pub(super) enum Op {
    Write {
        policy: usize,
        rows: Vec<Row>,
    },
    /// Many regular rows of some series.
    Flood {
        policy: usize,
        series: usize,
        rows: i64,
    },
    Freeze,
    Maintain,
    Stop,
    Kill,
    PowerCut,
    CreatePolicy(usize),
    DropPolicy(usize),
    AlterPolicy(usize),
    Delete(Delete),
    Query(Query),
    Hold(usize),
    LookBack,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    series: usize,
    week: i64,
    at: i64,
    fields: Vec<(usize, u64)>,
}

/// What to delete, of one policy or of all.
#[derive(Debug, Clone)]
pub(super) struct Delete {
    pub(super) policy: Option<usize>,
    pub(super) measurement: usize,
    pub(super) predicate: usize,
    pub(super) time: (i64, i64),
}

#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) policy: usize,
    pub(super) measurement: usize,
    pub(super) time: (i64, i64),
    pub(super) predicate: usize,
    /// A bit per field of [`FIELDS`].
    pub(super) fields: u8,
    pub(super) group: usize,
    pub(super) by_time: bool,
    pub(super) descending: bool,
    pub(super) limit: Option<usize>,
}

pub(super) fn script() -> impl Strategy<Value = Vec<Op>> {
    vec(op(), 1..40)
}

fn op() -> impl Strategy<Value = Op> {
    // The first policy is always there.
    let policy = || prop_oneof![3 => Just(0_usize), 2 => 0..POLICIES.len()];
    let other = || 1..POLICIES.len();
    prop_oneof![
        20 => (policy(), vec(row(), 1..20)).prop_map(|(policy, rows)| Op::Write { policy, rows }),
        1 => (policy(), 0..SERIES.len(), 1000_i64..6000)
            .prop_map(|(policy, series, rows)| Op::Flood { policy, series, rows }),
        8 => Just(Op::Freeze),
        4 => Just(Op::Maintain),
        2 => Just(Op::Stop),
        3 => Just(Op::Kill),
        3 => Just(Op::PowerCut),
        3 => other().prop_map(Op::CreatePolicy),
        1 => other().prop_map(Op::DropPolicy),
        1 => other().prop_map(Op::AlterPolicy),
        3 => delete().prop_map(Op::Delete),
        12 => query().prop_map(Op::Query),
        2 => policy().prop_map(Op::Hold),
        1 => Just(Op::LookBack),
    ]
}

fn row() -> impl Strategy<Value = Row> {
    let fields = vec((0..=FIELDS.len(), any::<u64>()), 1..4);
    (0..SERIES.len(), 0..WEEKS, 0_i64..20, fields).prop_map(|(series, week, at, mut fields)| {
        fields.sort_by_key(|(field, _)| *field);
        fields.dedup_by_key(|(field, _)| *field);
        Row { series, week, at, fields }
    })
}

fn instant() -> impl Strategy<Value = i64> {
    (0..WEEKS, -2_i64..24).prop_map(|(week, at)| week_start(week) + at * STEP_NS)
}

fn delete() -> impl Strategy<Value = Delete> {
    let policy = prop_oneof![Just(None), (0..POLICIES.len()).prop_map(Some)];
    let time = prop_oneof![
        1 => Just((TimeRange::ALL.start, TimeRange::ALL.end)),
        3 => (instant(), instant()).prop_map(|(one, two)| (one.min(two), one.max(two))),
    ];
    (policy, 0..MEASUREMENTS.len(), 0_usize..10, time)
        .prop_map(|(policy, measurement, predicate, time)| Delete { policy, measurement, predicate, time })
}

fn query() -> impl Strategy<Value = Query> {
    let limit = prop_oneof![3 => Just(None), 1 => (1_usize..5).prop_map(Some)];
    let names = (0..POLICIES.len(), 0..MEASUREMENTS.len(), 0_usize..7, 1_u8..64, 0..GROUPS.len());
    (names, instant(), instant(), any::<bool>(), any::<bool>(), limit).prop_map(
        |((policy, measurement, predicate, fields, group), one, two, by_time, descending, limit)| Query {
            policy,
            measurement,
            time: (one.min(two), one.max(two)),
            predicate,
            fields,
            group,
            by_time,
            descending,
            limit,
        },
    )
}

const STEP_NS: i64 = 1_000_000_000;

/// The points of rows. What type a field may have after its points were deleted depends on upkeep: such scripts do
/// without the field of any type.
pub(super) fn batch(rows: &[Row], has_any_type: bool) -> PointBatch {
    let mut batch = PointBatch::new();
    for row in rows {
        let texts: Vec<String> = row.fields.iter().map(|(_, raw)| text(*raw)).collect();
        let wanted =
            row.fields.iter().zip(&texts).filter(|((field, _), _)| has_any_type || *field < FIELDS.len());
        let fields = wanted.map(|((field, raw), text)| match FIELDS.get(*field) {
            Some((name, ty)) => FieldRef { name, value: value(*ty, *raw, text) },
            None => FieldRef { name: "x", value: value(FieldType::ALL[any_type(*raw)], *raw, text) },
        });
        let ts = week_start(row.week) + row.at * STEP_NS;
        batch.push(&SeriesKey::from_raw(SERIES[row.series]), ts, fields);
    }
    batch
}

/// So many rows of one series, as a machine would send them.
pub(super) fn flood(series: usize, rows: i64) -> PointBatch {
    let mut batch = PointBatch::new();
    for row in 0..rows {
        let fields = [
            FieldRef { name: "f", value: ValueRef::Float(row as f64 / 10.0) },
            FieldRef { name: "i", value: ValueRef::Integer(row / 7) },
            FieldRef { name: "b", value: ValueRef::Boolean(row % 100 < 50) },
        ];
        let count = if row % 3 == 0 { 1 } else { 3 };
        let ts = week_start(0) + row * STEP_NS / 4;
        batch.push(&SeriesKey::from_raw(SERIES[series]), ts, fields.into_iter().take(count));
    }
    batch
}

/// Mostly the same type, so that most points are accepted.
fn any_type(raw: u64) -> usize {
    if raw.is_multiple_of(4) { usize::try_from(raw / 4 % 5).expect("below five") } else { 0 }
}

fn text(raw: u64) -> String {
    if raw.is_multiple_of(9) {
        "é".repeat(usize::try_from(raw % 700).expect("small"))
    } else {
        format!("text {}", raw % 20)
    }
}

/// A value out of random bits: every bit pattern of a float, and often a small or an extreme number.
fn value(ty: FieldType, raw: u64, text: &str) -> ValueRef<'_> {
    let small = raw >> 8 & 0xff;
    match (ty, raw % 4) {
        (FieldType::Float, 0) => ValueRef::Float(f64::from_bits(raw)),
        (FieldType::Float, 1) => ValueRef::Float(
            [0.0, -0.0, f64::NAN, f64::INFINITY][usize::try_from(small % 4).expect("below four")],
        ),
        (FieldType::Float, _) => ValueRef::Float(small as f64 / 10.0),
        (FieldType::Integer, 0) => ValueRef::Integer(raw.cast_signed()),
        (FieldType::Integer, 1) => {
            ValueRef::Integer(if small.is_multiple_of(2) { i64::MIN } else { i64::MAX })
        }
        (FieldType::Integer, _) => ValueRef::Integer(small.cast_signed() - 100),
        (FieldType::Unsigned, 0) => ValueRef::Unsigned(raw),
        (FieldType::Unsigned, 1) => ValueRef::Unsigned(u64::MAX),
        (FieldType::Unsigned, _) => ValueRef::Unsigned(small),
        (FieldType::Boolean, _) => ValueRef::Boolean(small.is_multiple_of(2)),
        (FieldType::String, _) => ValueRef::String(text),
    }
}

/// One of some predicates over tags.
pub(super) fn predicate(number: usize) -> TagPredicate {
    let tag = |key: &str, matcher| TagPredicate::Tag { key: key.into(), matcher };
    match number {
        0 => tag("host", TagMatch::Equal("b".into())),
        1 => tag("host", TagMatch::NotEqual("a".into())),
        2 => tag("host", TagMatch::Regex(regex::Regex::new("^[ac]$").expect("a sound pattern"))),
        3 => tag("cpu", TagMatch::Equal("".into())),
        4 => TagPredicate::And(vec![
            tag("host", TagMatch::Equal("b".into())),
            tag("cpu", TagMatch::NotEqual("".into())),
        ]),
        5 => TagPredicate::Or(vec![
            tag("zone", TagMatch::Equal(" ".into())),
            tag("host", TagMatch::NotRegex(regex::Regex::new("a|b").expect("a sound pattern"))),
        ]),
        _ => TagPredicate::All,
    }
}
