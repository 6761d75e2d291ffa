//! What a reader is told of runs that went wrong.

use super::*;
use crate::ask::Latency;
use crate::measure::Memory;
use crate::run::Answers;
use std::time::Duration;

const WORKLOAD: Workload = Workload::Devops { hosts: 10, steps: 100 };

fn figures(answers: &[(QueryKind, &str)]) -> Figures {
    let latency = |answer: &str| Latency {
        median: Duration::from_micros(1500),
        cpu: Duration::from_micros(250),
        count: 3,
        empty_count: usize::from(!answer.contains("values")),
        answers: vec![answer.as_bytes().to_vec()],
    };
    let by_kind = answers.iter().map(|(kind, answer)| (*kind, Ok(latency(answer)))).collect();
    Figures {
        cpu: Duration::from_millis(5),
        load_wall: Duration::from_secs(1),
        settle_wall: Duration::ZERO,
        ack_median: Duration::from_millis(1),
        ack_p99: Duration::from_millis(2),
        retry_count: 0,
        settled: Memory::default(),
        peak: Memory { resident_bytes: 2_000_000, anonymous_bytes: 1_000_000 },
        disk_bytes: 4096,
        answers: Answers { ping: None, by_kind },
    }
}

fn column(system: &'static str, outcome: anyhow::Result<Figures>) -> Column {
    Column { system, batch_lines: 1000, outcome }
}

/// The cells of the row that starts with a label.
fn cells(table: &str, label: &str) -> Vec<String> {
    let line = table.lines().find(|line| line.starts_with(&format!("| {label}"))).unwrap();
    line.split('|').skip(2).map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn equal_answers_are_reported_as_equal() {
    let answer = [(QueryKind::Lastpoint, r#"{"values":[1]}"#)];
    let columns = [column("vigie", Ok(figures(&answer))), column("influxdb", Ok(figures(&answer)))];
    assert_eq!(notes(&columns), [""; 0]);
    let table = table::render(&WORKLOAD, &columns);
    assert_eq!(cells(&table, "answers"), ["as influxdb", "-"]);
    assert_eq!(cells(&table, "lastpoint"), ["1.50 (0.25)", "1.50 (0.25)"]);
    assert_eq!(cells(&table, "cpu-max-all-8"), ["-", "-"]);
    assert_eq!(cells(&table, "values per cpu second"), ["2.00 M", "2.00 M"]);
}

#[test]
fn answers_that_differ_are_named_and_counted() {
    let columns = [
        column("vigie", Ok(figures(&[(QueryKind::Lastpoint, r#"{"values":[1]}"#)]))),
        column("influxdb", Ok(figures(&[(QueryKind::Lastpoint, r#"{"values":[2]}"#)]))),
    ];
    let expected = "vigie, batches of 1000: lastpoint differs from influxdb at /values/0: 1 instead of 2";
    assert_eq!(notes(&columns), [expected]);
    assert_eq!(cells(&table::render(&WORKLOAD, &columns), "answers"), ["1 differ", "-"]);
}

#[test]
fn a_system_that_failed_and_an_empty_answer_are_told() {
    let columns = [
        column("vigie", Err(anyhow::anyhow!("no luck"))),
        column("influxdb", Ok(figures(&[(QueryKind::HighCpuAll, "{}")]))),
    ];
    let expected = [
        "vigie, batches of 1000: failed: no luck",
        "influxdb, batches of 1000: high-cpu-all: 1 of 3 answers empty",
    ];
    assert_eq!(notes(&columns), expected);
    assert_eq!(cells(&table::render(&WORKLOAD, &columns), "disk, MB"), ["failed", "0.00"]);
}
