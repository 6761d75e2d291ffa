//! All systems under the same load, one after another on an otherwise idle machine.

use crate::bodies::Bodies;
use crate::cli::CompareOptions;
use crate::queries::QueryKind;
use crate::run::{Figures, Plan, run};
use crate::system::System;
use crate::{answers, table};
use benches::Workload;
use std::io::Write as _;
use std::path::PathBuf;

/// A column of the table.
#[derive(Debug)]
pub(crate) struct Column {
    /// The system's name.
    pub(crate) system: &'static str,
    /// Lines of a write.
    pub(crate) batch_lines: usize,
    /// What it came to, or why it did not.
    pub(crate) outcome: anyhow::Result<Figures>,
}

/// Runs the comparison and prints its table.
pub(crate) fn compare(options: &CompareOptions) -> anyhow::Result<()> {
    let plan = options.plan();
    let (systems, missing) = present(options.systems()?);
    let columns = measure(&plan, options, &systems)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", title(&plan.workload, options))?;
    writeln!(out, "{}", table::render(&plan.workload, &columns))?;
    for note in missing.into_iter().chain(notes(&columns)) {
        writeln!(out, "{note}")?;
    }
    Ok(())
}

/// A system that can be started.
struct Installed {
    system: Box<dyn System>,
    program: PathBuf,
}

/// The systems that are installed, and a line for each that is not.
fn present(systems: Vec<Box<dyn System>>) -> (Vec<Installed>, Vec<String>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for system in systems {
        match system.program() {
            Some(program) => found.push(Installed { system, program }),
            None => missing.push(format!("{}: left out, its program is not installed", system.name())),
        }
    }
    (found, missing)
}

fn measure(plan: &Plan, options: &CompareOptions, systems: &[Installed]) -> anyhow::Result<Vec<Column>> {
    let mut columns = Vec::new();
    for &batch_lines in &options.batch {
        progress(&format!("preparing {} in batches of {batch_lines}", plan.workload.name()));
        let bodies = Bodies::prepare(&plan.workload, batch_lines, options.gzip, &plan.temp)?;
        progress(&format!("{} bodies, {:.1} MB", bodies.len(), bodies.bytes() as f64 / 1e6));
        for Installed { system, program } in systems {
            progress(&format!("{}, batches of {batch_lines}", system.name()));
            let outcome = run(system.as_ref(), program, plan, &bodies);
            columns.push(Column { system: system.name(), batch_lines, outcome });
        }
    }
    columns
        .sort_by_key(|column| systems.iter().position(|installed| installed.system.name() == column.system));
    Ok(columns)
}

fn title(workload: &Workload, options: &CompareOptions) -> String {
    format!(
        "{}: {} lines, {} values, {} series; {}, connections: {}, asked {}",
        workload.name(),
        workload.line_count(),
        workload.value_count(),
        workload.series_count(),
        if options.gzip { "gzip" } else { "plain" },
        options.connections,
        if options.ask_fresh { "after the last write" } else { "after a restart" },
    )
}

/// Failures, refused and empty queries, and answers that differ.
fn notes(columns: &[Column]) -> Vec<String> {
    let mut notes = Vec::new();
    for column in columns {
        let name = format!("{}, batches of {}", column.system, column.batch_lines);
        let of_column = match &column.outcome {
            Err(error) => vec![format!("failed: {error:#}")],
            Ok(figures) => notes_of_run(figures, oracle(columns, column)),
        };
        notes.extend(of_column.into_iter().map(|note| format!("{name}: {note}")));
    }
    notes
}

fn notes_of_run(figures: &Figures, oracle: Option<&Figures>) -> Vec<String> {
    let mut notes = Vec::new();
    for (kind, latency) in &figures.answers.by_kind {
        match latency {
            Err(error) => notes.push(format!("{}: {error:#}", kind.name())),
            Ok(latency) if latency.empty_count > 0 => {
                notes.push(format!(
                    "{}: {} of {} answers empty",
                    kind.name(),
                    latency.empty_count,
                    latency.count
                ));
            }
            Ok(_) => {}
        }
    }
    notes.extend(oracle.map(|oracle| differences(figures, oracle)).unwrap_or_default());
    notes
}

/// The answers of InfluxDB under the same load, for a column of Vigie.
pub(crate) fn oracle<'a>(columns: &'a [Column], column: &Column) -> Option<&'a Figures> {
    if column.system != "vigie" {
        return None;
    }
    let same = |other: &&Column| other.system == "influxdb" && other.batch_lines == column.batch_lines;
    columns.iter().find(same)?.outcome.as_ref().ok()
}

/// The first difference of each kind of query that both answered.
pub(crate) fn differences(ours: &Figures, theirs: &Figures) -> Vec<String> {
    QueryKind::ALL.iter().filter_map(|kind| difference(*kind, ours, theirs)).collect()
}

fn difference(kind: QueryKind, ours: &Figures, theirs: &Figures) -> Option<String> {
    let (Ok(ours), Ok(theirs)) = (ours.answers.by_kind.get(&kind)?, theirs.answers.by_kind.get(&kind)?)
    else {
        return None;
    };
    let mut pairs = ours.answers.iter().zip(&theirs.answers);
    let difference = pairs.find_map(|(ours, theirs)| answers::difference(ours, theirs))?;
    Some(format!("{} differs from influxdb {difference}", kind.name()))
}

/// Says on stderr what is going on.
fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests;
