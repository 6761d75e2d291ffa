//! Points of every kind: all types, values at their edges, names that need escapes, several shards.

use crate::compare::data::Random;
use model::line_protocol::push_line;
use model::{FieldRef, FieldValue, SeriesKey, Tags};

const START: i64 = 1_704_067_200_000_000_000;
const DAY_NS: i64 = 86_400_000_000_000;
const MEASUREMENTS: [&str; 5] = ["cpu", "a b,c", "größe", "quo\"te", "mixed=x"];
const TAGS: [(&str, &str); 7] = [
    ("host", "alpha"),
    ("host", "beta gamma"),
    ("host", "x,y=z"),
    ("a=b", "1"),
    ("c,d e", "wörter \"und\" mehr"),
    ("c,d e", "#"),
    ("zone", "eu"),
];
const TEXTS: [&str; 8] =
    ["", "plain", "two\nlines", "\"quoted\"", "back\\slash\\", "# DDL\n# DML", "ümläut ☃", "a,b=c d"];

/// Which types of fields there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinds {
    /// All.
    All,
    /// Those that an InfluxDB 1.x takes.
    OfInfluxDb,
}

/// So many lines of line protocol.
pub(super) fn lines(seed: u64, count: u64, kinds: Kinds) -> String {
    let mut random = Random(seed);
    let mut out = String::new();
    for _ in 0..count {
        let day = random.below(24) as i64;
        let ts = START + day * DAY_NS + (random.below(2_000) * 1_000_000_007) as i64;
        let tags: Vec<_> = (0..random.below(4)).filter_map(|_| tag(&mut random)).collect();
        let series = SeriesKey::new(random.one_of(&MEASUREMENTS), &Tags::new(tags));
        let fields: Vec<_> = (0..1 + random.below(4)).map(|_| field(&mut random, day, kinds)).collect();
        let fields = fields.iter().map(|(name, value)| FieldRef { name, value: value.as_ref() });
        push_line(&mut out, &series, fields, ts);
    }
    out
}

fn tag(random: &mut Random) -> Option<(&'static str, &'static str)> {
    let chosen = random.below(TAGS.len() as u64);
    TAGS.into_iter().zip(0..).find(|(_, at)| *at == chosen).map(|(tag, _)| tag)
}

fn field(random: &mut Random, day: i64, kinds: Kinds) -> (&'static str, FieldValue) {
    match random.below(7) {
        0 => ("float", FieldValue::Float(float(random))),
        1 => ("int eger", FieldValue::Integer(random.next().cast_signed())),
        2 if kinds == Kinds::All => ("unsigned", FieldValue::Unsigned(random.next())),
        2 | 3 => ("bool", FieldValue::Boolean(random.below(2) == 0)),
        4 => ("te,xt=\"s\"", FieldValue::String(random.one_of(&TEXTS).into())),
        // 2024-01-01 is a Monday: a shard of a week, of a day and of two days has one type.
        5 if day / 14 == 0 => ("changes", FieldValue::Float(random.below(5) as f64)),
        5 => ("changes", FieldValue::Integer((1 << 60) + random.below(5) as i64)),
        _ => ("small", FieldValue::Float(random.below(1_000) as f64 / 10.0)),
    }
}

/// Any finite float: whatever 64 bits say.
fn float(random: &mut Random) -> f64 {
    let float = f64::from_bits(random.next());
    if float.is_finite() { float } else { -0.0 }
}
