//! What was pushed is what is read.

use super::fixture::{
    Noise, START, STEP, Series, empty_disk, group, integers, key, path, points, segment, write,
};
use crate::Error;
use crate::segment::{SegmentId, SegmentReader, SegmentWriter};
use disk::Fs;
use model::{Column, FieldType, Lsn, StringColumn, TagPredicate, TimeRange, Values};

#[test]
fn a_small_segment_is_what_was_pushed() {
    let times: Vec<i64> = (0..5).map(|i| START + i * STEP).collect();
    let load = Column::dense(Values::Float(vec![0.5, 1.25, -0.0, f64::NAN, 3.0]));
    let pushed = group(times, vec![("load", load), ("users", integers([1, 2, 2, 2, 3]))]);
    let series = Series::from([(key("system", &[("host", "a")]), vec![pushed.clone()])]);
    let fs = empty_disk();
    let summary = write(&fs, &series);
    assert_eq!((summary.rows, summary.values, summary.series), (5, 10, 1));
    assert_eq!(summary.time, TimeRange::new(START, START + 4 * STEP + 1));
    assert_eq!(summary.bytes, fs.len(&path()).expect("its length"));

    let reader = SegmentReader::open(&fs, &path()).expect("the segment");
    assert_eq!((reader.id(), reader.shard(), reader.lsn()), (SegmentId(7), 3, Lsn(10)..=Lsn(20)));
    assert_eq!((reader.bytes(), reader.time(), reader.rows()), (summary.bytes, summary.time, 5));
    assert_eq!(reader.measurements().collect::<Vec<_>>(), ["system"]);
    let fields = [("load".into(), FieldType::Float), ("users".into(), FieldType::Integer)];
    assert_eq!(reader.fields("system"), fields);
    let found = reader.series("system", &TagPredicate::All).expect("its series");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, key("system", &[("host", "a")]));
    assert_eq!(found[0].tags.get("host"), Some("a"));
    let groups = reader.read(found[0].chunk, TimeRange::ALL, &["load", "users", "none"]).expect("its rows");
    assert_eq!(groups, [pushed]);
}

#[test]
fn an_empty_segment_opens() {
    let (_fs, reader) = segment(&Series::new());
    assert!(reader.time().is_empty());
    assert_eq!((reader.measurements().count(), reader.series_count()), (0, 0));
    assert!(reader.series("cpu", &TagPredicate::All).expect("no series").is_empty());
    assert!(reader.fields("cpu").is_empty());
}

#[test]
fn rows_are_cut_to_the_range_and_fields_to_the_wanted() {
    let times: Vec<i64> = (0..5000).map(|i| START + i * STEP).collect();
    let fields = vec![("a", integers(0..5000)), ("b", integers(5000..10_000))];
    let series = Series::from([(key("m", &[]), vec![group(times.clone(), fields)])]);
    let (_fs, reader) = segment(&series);
    let chunk = reader.series("m", &TagPredicate::All).expect("its series")[0].chunk;
    let index = |row: i64| usize::try_from(row).expect("a row");
    for (start, end) in [(0, 5000), (0, 1), (2047, 2049), (2048, 4096), (4999, 5000), (100, 4500)] {
        let time = TimeRange::new(START + start * STEP - 1, START + end * STEP - 1);
        let groups = reader.read(chunk, time, &["b"]).expect("its rows");
        assert_eq!(groups.len(), 1, "rows {start}..{end}");
        assert_eq!(groups[0].times, times[index(start)..index(end)]);
        assert_eq!(groups[0].fields, [("b".into(), integers(5000 + start..5000 + end))]);
    }
    for time in [TimeRange::new(0, START), TimeRange::new(START + 1, START + 2), TimeRange::new(START, START)]
    {
        assert!(reader.read(chunk, time, &["a"]).expect("no rows").is_empty());
    }
    assert!(reader.read(chunk, TimeRange::ALL, &["c"]).expect("no field").is_empty());
    assert!(reader.read(chunk, TimeRange::ALL, &[]).expect("no field").is_empty());
}

/// Telegraf sends the times and the shares of a CPU as two lines at one instant.
#[test]
fn groups_of_equal_times_become_one() {
    let times: Vec<i64> = (0..100).map(|i| START + i * STEP).collect();
    let other: Vec<i64> = times.iter().map(|ts| ts + 1).collect();
    let groups = vec![
        group(times.clone(), vec![("a", integers(0..100))]),
        group(other.clone(), vec![("c", integers(0..100))]),
        group(times.clone(), vec![("b", integers(100..200))]),
    ];
    let (_fs, reader) = segment(&Series::from([(key("m", &[]), groups)]));
    let chunk = reader.series("m", &TagPredicate::All).expect("its series")[0].chunk;
    let groups = reader.read(chunk, TimeRange::ALL, &["a", "b", "c"]).expect("its rows");
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0].fields.len(), 2);
    assert_eq!((&groups[0].times, &groups[1].times), (&times, &other));
}

/// A writer of one field per line with 10,000 fields costs its values and a few bytes per field, no bitmaps.
#[test]
fn ten_thousand_fields_of_one_line_each_stay_small() {
    let names: Vec<String> = (0..10_000).map(|i| format!("field_{i:05}")).collect();
    let together: Vec<i64> = (0..20).map(|i| START + i * STEP).collect();
    let groups = |apart: bool| {
        let times = |index: i64| together.iter().map(|ts| ts + if apart { index } else { 0 }).collect();
        let field = |(index, name)| group(times(index), vec![(name, integers((0..20).map(|i| i * 3)))]);
        (0..).zip(names.iter().map(String::as_str)).map(field).collect()
    };
    for (apart, bytes_max) in [(false, 30), (true, 60)] {
        let series = Series::from([(key("m", &[]), groups(apart))]);
        let (_fs, reader) = segment(&series);
        assert!(reader.bytes() < 10_000 * bytes_max, "{} bytes", reader.bytes());
        let chunk = reader.series("m", &TagPredicate::All).expect("its series")[0].chunk;
        let groups = reader.read(chunk, TimeRange::ALL, &["field_00000", "field_09999"]).expect("two fields");
        assert_eq!(groups.len(), if apart { 2 } else { 1 });
        assert_eq!(groups.iter().map(|group| group.fields.len()).sum::<usize>(), 2);
    }
}

#[test]
fn fields_and_groups_without_a_value_are_not_stored() {
    let nulls = |rows| Column::nulls(FieldType::Float, rows);
    let series = Series::from([
        (key("m", &[("host", "a")]), vec![group(vec![1, 2], vec![("x", nulls(2)), ("y", integers([1, 2]))])]),
        (key("m", &[("host", "b")]), vec![group(vec![1], vec![("x", nulls(1))])]),
        (key("m", &[("host", "c")]), vec![]),
    ]);
    let (_fs, reader) = segment(&series);
    assert_eq!(reader.fields("m"), [("y".into(), FieldType::Integer)]);
    assert_eq!(reader.series("m", &TagPredicate::All).expect("its series").len(), 1);
}

/// `!` sorts before the comma that ends a measurement, so that the series of `cpu` are not neighbours.
#[test]
fn measurements_whose_series_are_not_neighbours_are_told_apart() {
    let one = |value| vec![group(vec![START], vec![("v", integers([value]))])];
    let series = Series::from([
        (key("cpu", &[]), one(1)),
        (key("cpu!", &[("host", "a")]), one(2)),
        (key("cpu", &[("host", "a")]), one(3)),
        (key("cpu, all", &[("ho st", "a,=b")]), one(4)),
    ]);
    let (_fs, reader) = segment(&series);
    assert_eq!(reader.measurements().collect::<Vec<_>>(), ["cpu", "cpu!", "cpu, all"]);
    for (pushed, groups) in &series {
        let found = reader.series(&pushed.measurement(), &TagPredicate::All).expect("its series");
        let found = found.iter().find(|found| found.key == *pushed).expect("the series");
        assert_eq!(*found.tags, pushed.tags());
        assert_eq!(reader.read(found.chunk, TimeRange::ALL, &["v"]).expect("its rows"), *groups);
    }
}

#[test]
fn long_strings_make_small_pages() {
    let text = "x".repeat(model::limits::STRING_BYTES_MAX);
    let texts: StringColumn = (0..6).map(|_| &*text).collect();
    let pushed = group((0..6).collect(), vec![("log", Column::dense(Values::String(texts)))]);
    let (_fs, reader) = segment(&Series::from([(key("m", &[]), vec![pushed.clone()])]));
    let chunk = reader.series("m", &TagPredicate::All).expect("its series")[0].chunk;
    assert_eq!(reader.read(chunk, TimeRange::ALL, &["log"]).expect("its rows"), [pushed]);
}

#[test]
fn a_string_that_no_reader_would_take_is_refused() {
    let fs = empty_disk();
    let mut writer = SegmentWriter::new(&fs, &path(), SegmentId(1), 1, Lsn(1)..=Lsn(1)).expect("a segment");
    let text = "x".repeat(model::limits::STRING_BYTES_MAX + 1);
    let column = Column::dense(Values::String(std::iter::once(&*text).collect()));
    let refused = writer.push(&key("m", &[]), vec![group(vec![1], vec![("log", column)])]);
    assert!(matches!(refused, Err(Error::TooMany { .. })));
    drop(writer);
    assert_eq!(fs.list(path().parent().expect("its folder")).expect("the folder").len(), 0);
}

#[test]
fn a_field_of_two_types_is_refused() {
    let fs = empty_disk();
    let mut writer = SegmentWriter::new(&fs, &path(), SegmentId(1), 1, Lsn(1)..=Lsn(1)).expect("a segment");
    let float = Column::dense(Values::Float(vec![1.0]));
    writer
        .push(&key("m", &[("a", "1")]), vec![group(vec![1], vec![("x", integers([1]))])])
        .expect("an integer");
    let refused = writer.push(&key("m", &[("a", "2")]), vec![group(vec![1], vec![("x", float)])]);
    assert!(matches!(refused, Err(Error::Corrupt { .. })));
}

#[test]
fn the_file_appears_only_when_it_is_whole() {
    let fs = empty_disk();
    let dir = path();
    let names = || fs.list(dir.parent().expect("its folder")).expect("the folder").len();
    let writer = SegmentWriter::new(&fs, &path(), SegmentId(1), 1, Lsn(1)..=Lsn(1)).expect("a segment");
    assert!(!fs.exists(&path()).expect("an answer"));
    // A writer that died without a trace leaves its file; the next one replaces it.
    std::mem::forget(writer);
    assert_eq!(names(), 1);
    write(&fs, &Series::new());
    assert!(fs.exists(&path()).expect("an answer"));
    assert_eq!(names(), 1);
}

#[test]
fn a_finished_segment_survives_a_power_cut() {
    let times: Vec<i64> = (0..3000).map(|i| START + i * STEP).collect();
    let series = Series::from([(key("m", &[]), vec![group(times, vec![("v", integers(0..3000))])])]);
    let fs = empty_disk();
    write(&fs, &series);
    let fs = fs.reboot();
    let reader = SegmentReader::open(&fs, &path()).expect("the segment");
    let chunk = reader.series("m", &TagPredicate::All).expect("its series")[0].chunk;
    assert_eq!(reader.read(chunk, TimeRange::ALL, &["v"]).expect("its rows"), series[&key("m", &[])]);
}

/// Many series of several measurements, fields of every type, dense and sparse, groups that interleave.
#[test]
fn many_series_of_every_shape_round_trip() {
    for seed in 1..=8 {
        check_shape(seed);
    }
}

fn check_shape(seed: u64) {
    let mut noise = Noise(seed);
    let mut series = Series::new();
    for index in 0..40 {
        let tags = [("host", format!("h{}", index % 13)), ("disk", format!("d{}", noise.below(3)))];
        let tags: Vec<(&str, &str)> =
            tags.iter().map(|(key, value)| (*key, &**value)).take(noise.pick(3)).collect();
        let groups = (0..1 + noise.below(3)).map(|number| random_group(&mut noise, number)).collect();
        series.insert(key(["cpu", "mem", "net"][index % 3], &tags), groups);
    }
    let (_fs, reader) = segment(&series);
    let names: Vec<String> = (0..3).flat_map(|g| (0..5).map(move |f| format!("f{g}{f}"))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut seen = 0;
    for measurement in ["cpu", "mem", "net"] {
        for found in reader.series(measurement, &TagPredicate::All).expect("its series") {
            let pushed = &series[&found.key];
            let from = START + noise.below(3000).cast_signed() * STEP;
            for time in [TimeRange::ALL, TimeRange::new(from, from + 700 * STEP)] {
                let some = &names[..noise.pick(names.len())];
                for wanted in [&names[..], some] {
                    let read = reader.read(found.chunk, time, wanted).expect("its rows");
                    assert!(read.iter().all(|group| group.times.iter().all(|ts| time.contains(*ts))));
                    let (expected, found) = (points(pushed, time, wanted), points(&read, time, wanted));
                    assert!(expected == found, "seed {seed}");
                }
            }
            seen += 1;
        }
    }
    let with_values = |groups: &&Vec<crate::run::Group>| !points(groups, TimeRange::ALL, &names).is_empty();
    assert_eq!(seen, series.values().filter(with_values).count(), "seed {seed}");
}

/// Rows of fields that only this group has, so that groups may hold the same instant.
fn random_group(noise: &mut Noise, number: u64) -> crate::run::Group {
    let rows = [1, 3, 70, 2048, 2500][noise.pick(5)];
    let jitter = [1, 1, 1_000_000, STEP.cast_unsigned()][noise.pick(4)];
    let times = (0..rows as i64).map(|row| START + row * STEP + noise.below(jitter).cast_signed()).collect();
    let fields = (0..1 + noise.below(5)).map(|field| {
        let nulls = [0, 0, 1, 50, 99][noise.pick(5)];
        (format!("f{number}{field}").into(), noise.column(field, rows, nulls))
    });
    crate::run::Group { times, fields: fields.collect() }
}
