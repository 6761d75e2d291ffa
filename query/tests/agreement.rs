//! Buckets, filters and orders agree with a plain calculation over the same points, for random data.

#![expect(clippy::unwrap_used, reason = "what cannot be set up is a failed test")]

#[path = "support/memory.rs"]
mod memory;
#[path = "support/text.rs"]
mod text;

use memory::Memory;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;

#[derive(Debug, Clone)]
struct Sample {
    host: u8,
    ts: i64,
    value: i64,
}

fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let sample = (0u8..4, -50i64..200, -100i64..100).prop_map(|(host, ts, value)| Sample { host, ts, value });
    prop::collection::vec(sample, 1..60)
}

/// What is stored: of two writes to one series and instant the later one.
fn stored(samples: &[Sample]) -> BTreeMap<(u8, i64), i64> {
    samples.iter().map(|sample| ((sample.host, sample.ts), sample.value)).collect()
}

fn store(samples: &[Sample]) -> Memory {
    let store = Memory::new();
    store.create("db");
    for Sample { host, ts, value } in samples {
        store.write("db", "autogen", &format!("m,host=h{host} v={value}i {ts}"));
    }
    store
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bucket_sums_are_those_of_a_plain_loop(
        samples in samples(),
        interval in 1i64..40,
        offset in -40i64..40,
        first in -60i64..100,
        ascending in any::<bool>(),
    ) {
        let store = store(&samples);
        let mut buckets: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for ((host, ts), value) in stored(&samples) {
            if host != 3 && ts >= first && ts < 150 {
                let start = (ts - offset).div_euclid(interval) * interval + offset;
                let (count, sum) = buckets.entry(start).or_default();
                *count += 1;
                *sum += value;
            }
        }
        let mut rows: Vec<_> = buckets.into_iter().collect();
        if !ascending {
            rows.reverse();
        }
        let mut expected = String::new();
        if !rows.is_empty() {
            expected.push_str("m {} [\"time\", \"count\", \"sum\"]\n");
        }
        for (start, (count, sum)) in rows {
            let _ = writeln!(expected, "[{start},{count},{sum}]");
        }
        let order = if ascending { "ASC" } else { "DESC" };
        let statement = format!(
            "SELECT count(v), sum(v) FROM m WHERE host != 'h3' AND time >= {first} AND time < 150 \
             GROUP BY time({interval}ns, {offset}ns) fill(none) ORDER BY time {order}"
        );
        prop_assert_eq!(text::answer(&store, &statement, 1000), expected, "{}", statement);
    }

    #[test]
    fn filtered_rows_are_those_of_a_plain_loop(samples in samples(), least in -100i64..100) {
        let store = store(&samples);
        let mut expected = String::new();
        let mut last = None;
        for ((host, ts), value) in stored(&samples) {
            if value >= least || host == 1 {
                if last != Some(host) {
                    last = Some(host);
                    let _ = writeln!(expected, "m {{host=h{host}}} [\"time\", \"v\"]");
                }
                let _ = writeln!(expected, "[{ts},{value}]");
            }
        }
        let statement = format!("SELECT v FROM m WHERE v >= {least} OR host = 'h1' GROUP BY host");
        prop_assert_eq!(text::answer(&store, &statement, 1000), expected, "{}", statement);
    }

    #[test]
    fn any_text_that_parses_ends_with_an_answer_or_an_error(
        fields in "(v|f|\\*|mean\\(v\\)|max\\(f\\)|top\\(v, host, 2\\)|derivative\\(max\\(v\\)\\)|v [-+*/%&|^] f|count\\(\\*\\))(, (v|host|sum\\(f\\)))?",
        condition in "( WHERE (v|f|host|time|x) (=|!=|>|<|>=) (1|1\\.5|'h1'|true|now\\(\\)|v)( (AND|OR) (v > 3|host =~ /1/))?)?",
        group in "( GROUP BY (host|time\\(10ns\\)|time\\(10ns, 3ns\\), host|\\*|/h/))?",
        tail in "( fill\\((0|null|none|previous|linear|1\\.5)\\))?( ORDER BY time DESC)?( LIMIT [0-3])?( OFFSET [0-3])?( SLIMIT [1-2])?",
    ) {
        let store = store(&[Sample { host: 1, ts: 5, value: 3 }, Sample { host: 2, ts: 25, value: -7 }]);
        store.write("db", "autogen", "m,host=h1 f=1.5 5\nm,host=h1 f=-2 35");
        let inner = format!("SELECT {fields} FROM m{condition}{group}{tail}");
        let outer = format!("SELECT * FROM ({inner}){group}");
        for statement in [inner, outer] {
            let answer = text::answer(&store, &statement, 100);
            prop_assert!(!answer.starts_with("error parsing"), "{}: {}", statement, answer);
        }
    }
}
