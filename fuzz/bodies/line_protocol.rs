//! Bodies of `/write`: no bytes may crash the parser, and what it took must be written and read back as it
//! was.

use model::line_protocol::{ParseOptions, Parsed, parse, push_point};
use model::{MAX_TIME, MIN_TIME, PointRef, Precision};

/// One input.
pub(crate) fn run(body: &[u8]) {
    let options = ParseOptions::new(Precision::Nanosecond, 1);
    check(&parse(body.to_vec(), &ParseOptions::new(Precision::Hour, 1)));
    let parsed = parse(body.to_vec(), &options);
    check(&parsed);

    // Names that begin with a tab or NUL are written without it.
    if !body.contains(&b'\t') && !body.contains(&0) {
        check_round_trip(&parsed, &options);
    }
}

fn check_round_trip(parsed: &Parsed, options: &ParseOptions) {
    let mut text = String::new();
    parsed.points.iter().for_each(|point| push_point(&mut text, point));
    let again = parse(text.into_bytes(), options);
    assert_eq!(again.refused, []);
    assert_eq!(again.points.len(), parsed.points.len());
    assert!(again.points.iter().zip(parsed.points.iter()).all(|(a, b)| same(a, b)));
}

fn check(parsed: &Parsed) {
    assert!(parsed.refused.len() <= parsed.refused_count);
    assert!(parsed.dropped_count <= parsed.refused_count);
    for point in parsed.points.iter() {
        assert!(point.fields().len() > 0);
        assert!((MIN_TIME..=MAX_TIME).contains(&point.ts()));
        let key = point.series_key();
        assert_eq!(key, model::SeriesKey::new(&key.measurement(), &key.tags()));
    }
    for refused in &parsed.refused {
        assert!(!refused.to_string().is_empty());
    }
}

fn same(a: PointRef<'_>, b: PointRef<'_>) -> bool {
    let names = |point: PointRef<'_>| point.fields().map(|field| field.name.to_owned()).collect::<Vec<_>>();
    let values = |point: PointRef<'_>| point.fields().map(|field| field.value.to_owned()).collect::<Vec<_>>();
    a.series_text() == b.series_text() && a.ts() == b.ts() && names(a) == names(b) && values(a) == values(b)
}
