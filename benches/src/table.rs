//! The one table that a comparison prints: a row per figure, a column per system and size of batch.

use crate::ask::Latency;
use crate::compare::{Column, differences, oracle};
use crate::queries::QueryKind;
use crate::run::Figures;
use benches::Workload;
use comfy_table::{CellAlignment, Table, presets};
use std::time::Duration;

/// Makes a cell out of a run.
type Cell = Box<dyn Fn(&Figures) -> String>;

/// The table as Markdown.
pub(crate) fn render(workload: &Workload, columns: &[Column]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let names = columns.iter().map(|column| format!("{} {}", column.system, column.batch_lines));
    table.set_header(std::iter::once(String::new()).chain(names));
    for (label, cell) in rows(workload) {
        table.add_row(std::iter::once(label).chain(columns.iter().map(|column| show(column, &cell))));
    }
    table.add_row(
        std::iter::once("answers".to_owned()).chain(columns.iter().map(|column| agreement(columns, column))),
    );
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

fn rows(workload: &Workload) -> Vec<(String, Cell)> {
    let mut rows = load_rows(workload);
    rows.push(row("/ping, ms", |figures| milliseconds(figures.answers.ping.as_ref())));
    for kind in QueryKind::ALL {
        let latency = move |figures: &Figures| match figures.answers.by_kind.get(&kind) {
            Some(Err(_)) => "refused".to_owned(),
            Some(Ok(latency)) => milliseconds(Some(latency)),
            None => "-".to_owned(),
        };
        rows.push(row(&format!("{}, ms (cpu)", kind.name()), latency));
    }
    rows
}

fn load_rows(workload: &Workload) -> Vec<(String, Cell)> {
    let (values, series) = (workload.value_count() as f64, workload.series_count() as f64);
    vec![
        row("values per cpu second", move |figures| thousands(values / figures.cpu.as_secs_f64())),
        row("series per cpu second", move |figures| thousands(series / figures.cpu.as_secs_f64())),
        row("cpu, s", |figures| format!("{:.2}", figures.cpu.as_secs_f64())),
        row("load, s", |figures| format!("{:.1}", figures.load_wall.as_secs_f64())),
        row("settled after, s", |figures| format!("{:.0}", figures.settle_wall.as_secs_f64())),
        row("ack median, ms", |figures| millis(figures.ack_median)),
        row("ack p99, ms", |figures| millis(figures.ack_p99)),
        row("writes put off", |figures| figures.retry_count.to_string()),
        row("peak resident, MB", |figures| megabytes(figures.peak.resident_bytes)),
        row("peak anonymous, MB", |figures| megabytes(figures.peak.anonymous_bytes)),
        row("settled anonymous, MB", |figures| megabytes(figures.settled.anonymous_bytes)),
        row("settled anonymous per series, B", move |figures| {
            format!("{:.0}", figures.settled.anonymous_bytes as f64 / series)
        }),
        row("disk, MB", |figures| format!("{:.2}", figures.disk_bytes as f64 / 1e6)),
        row("disk per value, B", move |figures| format!("{:.3}", figures.disk_bytes as f64 / values)),
    ]
}

fn row(label: &str, cell: impl Fn(&Figures) -> String + 'static) -> (String, Cell) {
    (label.to_owned(), Box::new(cell))
}

fn show(column: &Column, cell: &Cell) -> String {
    match &column.outcome {
        Ok(figures) => cell(figures),
        Err(_) => "failed".to_owned(),
    }
}

/// Whether a column of Vigie answers as InfluxDB does.
fn agreement(columns: &[Column], column: &Column) -> String {
    let (Ok(figures), Some(oracle)) = (&column.outcome, oracle(columns, column)) else {
        return "-".to_owned();
    };
    match differences(figures, oracle).len() {
        _ if figures.answers.by_kind.is_empty() => "-".to_owned(),
        0 => "as influxdb".to_owned(),
        count => format!("{count} differ"),
    }
}

fn milliseconds(latency: Option<&Latency>) -> String {
    match latency {
        Some(latency) => format!("{} ({})", millis(latency.median), millis(latency.cpu)),
        None => "-".to_owned(),
    }
}

fn millis(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

fn thousands(number: f64) -> String {
    if number >= 1e6 { format!("{:.2} M", number / 1e6) } else { format!("{:.1} k", number / 1e3) }
}
