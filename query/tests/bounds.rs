//! A statement stays within its bounds, and says so when it cannot.

#![expect(clippy::unwrap_used, reason = "what cannot be set up is a failed test")]

#[path = "support/memory.rs"]
mod memory;

use memory::Memory;
use model::{Budget, CancelToken, Column};
use query::{Context, Error, Limits, Message, RowSink, SeriesHeader, SinkError};

/// Counts, and refuses after so many rows.
struct Counting {
    series: usize,
    rows: usize,
    rows_max: usize,
}

impl RowSink for Counting {
    fn series(&mut self, _: &SeriesHeader) -> Result<(), SinkError> {
        self.series += 1;
        Ok(())
    }

    fn rows(&mut self, columns: &[Column]) -> Result<(), SinkError> {
        self.rows += columns[0].len();
        if self.rows > self.rows_max { Err(SinkError::new("the reader left")) } else { Ok(()) }
    }

    fn message(&mut self, _: &Message) -> Result<(), SinkError> {
        Ok(())
    }
}

fn store() -> Memory {
    let store = Memory::new();
    store.create("db");
    let lines: Vec<String> = (0i64..200)
        .map(|i| format!("m,host=h{},rack=r{} v={i} {}", i % 10, i % 3, i * 1_000_000_000))
        .collect();
    store.write("db", "autogen", &lines.join("\n"));
    store
}

fn context(store: &Memory, limits: Limits, budget: Budget) -> Context<'_> {
    Context {
        source: store,
        catalog: store,
        db: Some("db"),
        rp: None,
        now_ns: 1_000_000_000_000,
        cancel: CancelToken::new(),
        budget,
        limits,
        read_only: false,
    }
}

fn run(
    store: &Memory,
    statement: &str,
    limits: Limits,
    budget: usize,
    rows_max: usize,
) -> Result<(usize, usize), Error> {
    let budget = Budget::new(budget);
    let context = context(store, limits, budget.clone());
    let mut sink = Counting { series: 0, rows: 0, rows_max };
    let outcome = query::parse(statement)
        .unwrap()
        .iter()
        .try_for_each(|statement| query::execute(statement, &context, &mut sink));
    assert_eq!(budget.used(), 0, "every lease is returned");
    outcome.map(|()| (sink.series, sink.rows))
}

fn fails(statement: &str, limits: Limits, expected: &str) {
    let error = run(&store(), statement, limits, 64 << 20, usize::MAX).unwrap_err();
    assert_eq!(error.to_string(), expected, "{statement}");
}

#[test]
fn too_many_buckets_are_refused_before_anything_is_allocated() {
    let limits = || Limits { buckets_max: 1000, ..Limits::default() };
    fails(
        "SELECT mean(v) FROM m WHERE time >= 0 AND time < '2200-01-01' GROUP BY time(1ns)",
        limits(),
        "max-select-buckets limit exceeded: (7258118400000000000/1000)",
    );
    fails(
        "SELECT mean(v) FROM m WHERE time < 100000s GROUP BY time(1s)",
        limits(),
        "max-select-buckets limit exceeded: (100000/1000)",
    );
    fails(
        "SELECT mean(v) FROM m GROUP BY time(1ms) fill(none) ORDER BY time DESC",
        Limits { buckets_max: 100, ..Limits::default() },
        "max-select-buckets limit exceeded: (101/100)",
    );
}

#[test]
fn too_many_rows_series_and_columns_are_refused() {
    fails(
        "SELECT v FROM m",
        Limits { rows_max: 199, ..Limits::default() },
        "max-row-limit exceeded: an answer has at most 199 rows",
    );
    fails(
        "SELECT v FROM m GROUP BY *",
        Limits { series_max: 29, ..Limits::default() },
        "max-select-series limit exceeded: (30/29)",
    );
    fails(
        "SELECT * FROM m",
        Limits { columns_max: 2, ..Limits::default() },
        "max-select-columns limit exceeded: (3/2)",
    );
}

#[test]
fn a_small_budget_is_an_error_and_not_a_crash() {
    for statement in [
        "SELECT median(v) FROM m",
        "SELECT mean(v) FROM m GROUP BY time(1s)",
        "SELECT cumulative_sum(v) FROM m",
        "SELECT v FROM m GROUP BY host ORDER BY time DESC",
        "SELECT v FROM (SELECT v FROM m)",
    ] {
        let outcome = run(&store(), statement, Limits::default(), 512, usize::MAX);
        assert!(matches!(outcome, Err(Error::Budget(_))), "{statement}: {outcome:?}");
    }
}

#[test]
fn a_reader_that_leaves_ends_the_statement() {
    let outcome = run(&store(), "SELECT v FROM m", Limits::default(), 64 << 20, 10);
    assert!(matches!(outcome, Err(Error::Sink(_))), "{outcome:?}");
}

#[test]
fn a_cancelled_statement_ends() {
    let store = store();
    let context = context(&store, Limits::default(), Budget::new(1 << 20));
    context.cancel.cancel();
    for statement in [
        "SELECT v FROM m",
        "SELECT mean(v) FROM m GROUP BY host",
        "SHOW SERIES",
        "SHOW TAG KEYS",
        "SHOW TAG KEYS WHERE host = 'h1'",
        "SHOW TAG VALUES WITH KEY = host",
        "SHOW SERIES CARDINALITY",
        "SHOW SERIES EXACT CARDINALITY",
        "SHOW TAG KEY CARDINALITY",
        "SHOW TAG VALUES CARDINALITY WITH KEY = host",
        "SHOW MEASUREMENTS WHERE host = 'h1'",
    ] {
        let mut sink = Counting { series: 0, rows: 0, rows_max: usize::MAX };
        let parsed = query::parse(statement).unwrap();
        assert_eq!(query::execute(&parsed[0], &context, &mut sink), Err(Error::Cancelled), "{statement}");
    }
}

/// Gives up when the first rows come.
struct Impatient<'a>(&'a CancelToken, usize);

impl RowSink for Impatient<'_> {
    fn series(&mut self, _: &SeriesHeader) -> Result<(), SinkError> {
        Ok(())
    }

    fn rows(&mut self, columns: &[Column]) -> Result<(), SinkError> {
        self.0.cancel();
        self.1 += columns[0].len();
        Ok(())
    }

    fn message(&mut self, _: &Message) -> Result<(), SinkError> {
        Ok(())
    }
}

#[test]
fn a_list_ends_in_the_middle_when_its_reader_gives_up() {
    let store = Memory::new();
    store.create("db");
    let lines: Vec<String> = (0..10_000).map(|i| format!("m,host=h{i} v=1 1")).collect();
    store.write("db", "autogen", &lines.join("\n"));
    for statement in ["SHOW SERIES", "SHOW TAG VALUES WITH KEY = host"] {
        let context = context(&store, Limits::default(), Budget::new(64 << 20));
        let mut sink = Impatient(&context.cancel, 0);
        let parsed = query::parse(statement).unwrap();
        let outcome = query::execute(&parsed[0], &context, &mut sink);
        assert_eq!(outcome, Err(Error::Cancelled), "{statement}");
        assert!(sink.1 > 0 && sink.1 < 10_000, "{statement}: {} rows", sink.1);
    }
}

#[test]
fn a_list_that_the_budget_has_no_room_for_is_refused_by_name() {
    for statement in ["SHOW SERIES", "SHOW TAG VALUES WITH KEY = host", "SHOW SERIES EXACT CARDINALITY"] {
        let error = run(&store(), statement, Limits::default(), 512, usize::MAX).unwrap_err();
        assert!(error.to_string().starts_with("memory budget exceeded: query wants"), "{statement}: {error}");
    }
    assert_eq!(run(&store(), "SHOW SERIES", Limits::default(), 64 << 20, usize::MAX), Ok((1, 30)));
    let some = "SHOW SERIES LIMIT 4 OFFSET 28";
    assert_eq!(run(&store(), some, Limits::default(), 64 << 20, usize::MAX), Ok((1, 2)));
}

#[test]
fn deep_subqueries_are_refused_or_run() {
    for depth in [5, 30, 60] {
        let statement = format!("{}SELECT v FROM m{}", "SELECT v FROM (".repeat(depth), ")".repeat(depth));
        if let Ok(parsed) = query::parse(&statement) {
            assert_eq!(parsed.len(), 1);
            let outcome = run(&store(), &statement, Limits::default(), 64 << 20, usize::MAX);
            assert!(
                outcome == Ok((1, 200)) || matches!(outcome, Err(Error::Invalid(_))),
                "{depth}: {outcome:?}"
            );
        }
    }
}

#[test]
fn nothing_changes_in_a_read_only_context() {
    let store = store();
    let context = Context {
        source: &store,
        catalog: &store,
        db: None,
        rp: None,
        now_ns: 0,
        cancel: CancelToken::new(),
        budget: Budget::new(1 << 20),
        limits: Limits::default(),
        read_only: true,
    };
    let parsed = query::parse("DROP DATABASE db").unwrap();
    let mut sink = Counting { series: 0, rows: 0, rows_max: 0 };
    let error = query::execute(&parsed[0], &context, &mut sink).unwrap_err();
    assert_eq!(error.to_string(), "DROP DATABASE db is not allowed in a read-only context");
    assert_eq!(query::Catalog::databases(&store).unwrap(), ["db"]);
}

/// The search for a forecast's parameters holds the square of the season.
#[test]
fn a_forecast_with_a_long_season_does_not_outgrow_the_budget() {
    let statement =
        "SELECT holt_winters(mean(v), 1, 190) FROM m WHERE time >= 0 AND time < 200s GROUP BY time(1s)";
    let outcome = run(&store(), statement, Limits::default(), 256 << 10, usize::MAX);
    assert!(matches!(outcome, Err(Error::Budget(_))), "{outcome:?}");
    assert_eq!(run(&store(), &statement.replace("190", "4"), Limits::default(), 64 << 20, 9), Ok((1, 1)));
}
