//! What was typed, and what it means.

use crate::run::Plan;
use crate::system::System;
use crate::system::influxdb::InfluxDb;
use crate::system::victoriametrics::VictoriaMetrics;
use crate::system::vigie::Vigie;
use benches::Workload;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Measures Vigie beside other engines. It prints figures and judges none.
#[derive(Debug, Parser)]
#[command(name = "benches")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load each system with the same lines, ask it the same questions, print one table
    #[command(
        after_help = "Examples:\n  cargo run --release -p benches -- compare\n  cargo run --release -p benches -- compare --small --systems vigie,influxdb\n  cargo run --release -p benches -- compare --workload cardinality --batch 10000 --gzip"
    )]
    Compare(CompareOptions),

    /// Write, ask and delete at once for a while, watch memory, and count every row in the end
    #[command(
        after_help = "Example:\n  cargo run --release -p benches -- mixed --minutes 30 --memory 256MiB"
    )]
    Mixed(MixedOptions),
}

/// Options of `mixed`.
#[derive(Debug, Args)]
pub(crate) struct MixedOptions {
    /// For how many minutes
    #[arg(long, default_value_t = 30.0, value_parser = parse_positive)]
    minutes: f64,

    /// How many hosts report
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) hosts: u32,

    /// Reports of every host in a second; each stands for ten seconds of its life
    #[arg(long, default_value_t = 20.0, value_parser = parse_positive)]
    pub(crate) steps_per_second: f64,

    /// The server's memory budget
    #[arg(long, default_value = "256MiB")]
    memory: String,

    /// What is late and what is deleted follows from it
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// Vigie's binary [default: the one beside this program]
    #[arg(long, value_name = "FILE")]
    pub(crate) vigie: Option<PathBuf>,

    /// Where the server's data goes for the time of the run [default: the system's]
    #[arg(long, value_name = "DIR")]
    pub(crate) temp: Option<PathBuf>,
}

impl MixedOptions {
    /// How long it goes on.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0)
    }

    /// The server's configuration.
    pub(crate) fn settings(&self) -> String {
        format!("[storage]\nmemory = {:?}\n", self.memory)
    }
}

/// Options of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareOptions {
    /// What is written
    #[arg(long, value_enum, default_value_t = WorkloadName::Devops)]
    workload: WorkloadName,

    /// How many hosts report
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    hosts: u32,

    /// For how many hours, every ten seconds
    #[arg(long, default_value_t = 24.0, value_parser = parse_hours)]
    hours: f64,

    /// How many series, for cardinality
    #[arg(long, default_value_t = 500_000, value_parser = clap::value_parser!(u32).range(1..))]
    series: u32,

    /// How many values each series gets, for cardinality
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// A quick look: 10 hosts for 2 hours, or 20,000 series
    #[arg(long, conflicts_with_all = ["hosts", "hours", "series"])]
    small: bool,

    /// Lines of a write; each size is a run of its own
    #[arg(long, value_delimiter = ',', default_values_t = [1000, 10_000], value_parser = parse_batch)]
    pub(crate) batch: Vec<usize>,

    /// Compress the bodies
    #[arg(long)]
    pub(crate) gzip: bool,

    /// Writers at a time
    #[arg(long, default_value_t = 1, value_parser = parse_connections)]
    pub(crate) connections: usize,

    /// Queries of each kind, fewer where they are slow; 0 asks none
    #[arg(long, default_value_t = 100)]
    repeat: usize,

    /// Ask right after the last write, while data is in memory, and not after a restart
    #[arg(long)]
    pub(crate) ask_fresh: bool,

    /// Which systems
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = SystemName::ALL)]
    systems: Vec<SystemName>,

    /// Vigie's binary [default: the one beside this program]
    #[arg(long, value_name = "FILE")]
    vigie: Option<PathBuf>,

    /// Where the servers' data and the prepared writes go for the time of a run [default: the system's]
    #[arg(long, value_name = "DIR")]
    temp: Option<PathBuf>,
}

/// A workload without its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WorkloadName {
    /// Ten tags and ten integers per line, as the Time Series Benchmark Suite sends
    Devops,
    /// What Vigie's agent sends
    Agent,
    /// What Telegraf sends
    Telegraf,
    /// Many series of one value
    Cardinality,
}

/// A system that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SystemName {
    /// This project's
    Vigie,
    /// InfluxDB 1.x
    Influxdb,
    /// VictoriaMetrics
    Victoriametrics,
}

impl CompareOptions {
    /// What a run is about.
    pub(crate) fn plan(&self) -> Plan {
        let temp = self.temp.clone().unwrap_or_else(std::env::temp_dir);
        Plan {
            workload: self.workload(),
            connections: self.connections,
            repeat: self.repeat,
            ask_fresh: self.ask_fresh,
            temp,
        }
    }

    /// The systems, each once, in the order asked for.
    pub(crate) fn systems(&self) -> anyhow::Result<Vec<Box<dyn System>>> {
        let mut systems: Vec<Box<dyn System>> = Vec::new();
        for (index, name) in self.systems.iter().enumerate() {
            if self.systems[..index].contains(name) {
                continue;
            }
            systems.push(match name {
                SystemName::Vigie => Box::new(Vigie::new(self.vigie.clone())?),
                SystemName::Influxdb => Box::new(InfluxDb),
                SystemName::Victoriametrics => Box::new(VictoriaMetrics),
            });
        }
        Ok(systems)
    }

    fn workload(&self) -> Workload {
        let (hosts, hours, series) =
            if self.small { (10, 2.0, 20_000) } else { (self.hosts, self.hours, self.series) };
        let steps = steps(hours);
        match self.workload {
            WorkloadName::Devops => Workload::Devops { hosts, steps },
            WorkloadName::Agent => Workload::Agent { hosts, steps },
            WorkloadName::Telegraf => Workload::Telegraf { hosts, steps },
            WorkloadName::Cardinality => Workload::Cardinality { series, steps: self.rounds },
        }
    }
}

impl SystemName {
    const ALL: [Self; 3] = [Self::Vigie, Self::Influxdb, Self::Victoriametrics];
}

impl std::fmt::Display for SystemName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Vigie => "vigie",
            Self::Influxdb => "influxdb",
            Self::Victoriametrics => "victoriametrics",
        })
    }
}

/// Reports every ten seconds.
#[expect(clippy::cast_possible_truncation, reason = "hours are checked to be few")]
fn steps(hours: f64) -> u32 {
    (hours * 360.0) as u32
}

fn parse_hours(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(hours) if steps(hours) > 0 && hours <= 100_000.0 => Ok(hours),
        _ => Err("expected a number of hours from 0.01 to 100000".to_owned()),
    }
}

fn parse_positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if number > 0.0 && number <= 100_000.0 => Ok(number),
        _ => Err("expected a number above 0, up to 100000".to_owned()),
    }
}

fn parse_batch(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(lines @ 1..=1_000_000) => Ok(lines),
        _ => Err("expected a number of lines from 1 to 1000000".to_owned()),
    }
}

fn parse_connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=256) => Ok(count),
        _ => Err("expected a number of connections from 1 to 256".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn workload(arguments: &[&str]) -> Workload {
        let words = ["benches", "compare"].iter().chain(arguments);
        let Command::Compare(options) = Cli::try_parse_from(words).unwrap().command else {
            panic!("another command")
        };
        options.plan().workload
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_default_is_a_day_of_a_hundred_hosts() {
        assert_eq!(workload(&[]), Workload::Devops { hosts: 100, steps: 8640 });
        assert_eq!(workload(&["--small"]), Workload::Devops { hosts: 10, steps: 720 });
        assert_eq!(
            workload(&["--workload", "cardinality", "--rounds", "2"]),
            Workload::Cardinality { series: 500_000, steps: 2 }
        );
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        for words in
            [["--hosts", "0"], ["--hours", "0"], ["--hours", "nan"], ["--batch", "0"], ["--connections", "0"]]
        {
            assert!(Cli::try_parse_from(["benches", "compare"].iter().chain(&words)).is_err(), "{words:?}");
        }
    }
}
