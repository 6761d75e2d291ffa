//! What can be typed.

use crate::client::ServerOptions;
use crate::logging::LogFormat;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Watches servers: collects, stores, queries, alerts and shows.
#[derive(Debug, Parser)]
#[command(
    name = "vigie",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  vigie run                      everything on this machine, page at http://127.0.0.1:8086/\n  vigie query 'SHOW MEASUREMENTS'"
)]
pub(crate) struct Cli {
    /// How log lines look: for people, or one JSON object each
    #[arg(long, value_enum, global = true, default_value_t = LogFormat::Text, env = "VIGIE_LOG_FORMAT")]
    pub(crate) log_format: LogFormat,

    /// What is logged: error, warn, info, debug, trace, or filters such as tsdb=debug
    #[arg(long, global = true, env = "VIGIE_LOG")]
    pub(crate) log_level: Option<String>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Collect this machine, store, alert and show, all in one process
    #[command(
        after_help = "Examples:\n  vigie run\n  vigie run --data-dir /var/lib/vigie --http-addr 0.0.0.0:8086\n\nWithout a configuration file it collects this machine every 10 seconds into the database\ntelegraf, keeps 7 days, and arms rules for CPU, memory and disks."
    )]
    Run(ServeOptions),

    /// Store, query, alert and show what others send
    #[command(
        after_help = "Example:\n  vigie server --config /etc/vigie/vigie.toml --http-addr 0.0.0.0:8086\n\nIt speaks InfluxDB 1.x: point Telegraf's outputs.influxdb or Grafana's InfluxDB data source\n(InfluxQL) at its address."
    )]
    Server(ServeOptions),

    /// Collect this machine and send it to a server
    #[command(
        after_help = "Examples:\n  vigie agent --config /etc/vigie/vigie.toml\n  vigie agent --url http://metrics.example:8086\n  vigie agent --test              gather once and print the lines\n\nAn existing telegraf.conf works where its inputs and outputs are known here."
    )]
    Agent(AgentOptions),

    /// Ask a server in InfluxQL
    #[command(
        after_help = "Examples:\n  vigie query 'SELECT mean(usage_idle) FROM cpu WHERE time > now() - 1m GROUP BY host'\n  vigie query --since 1h 'SELECT max(used_percent) FROM mem GROUP BY time(5m)'\n  vigie query --format csv 'SELECT * FROM disk LIMIT 5'"
    )]
    Query(QueryOptions),

    /// Check or print the configuration
    #[command(subcommand)]
    Config(ConfigCommand),

    /// Print completions for a shell
    #[command(after_help = "Example:\n  vigie completions bash > /etc/bash_completion.d/vigie")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say whether the configuration is sound
    #[command(after_help = "Example:\n  vigie config check --config /etc/vigie/vigie.toml")]
    Check(ConfigOptions),

    /// Print the configuration that would be used, defaults included; secrets are shown as ***
    #[command(after_help = "Example:\n  vigie config print > vigie.toml     a file to start from")]
    Print(ConfigOptions),
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigOptions {
    /// Configuration file; a folder NAME.d beside it is read too [default: ./vigie.toml, then /etc/vigie/vigie.toml, if there is one]
    #[arg(long, short, value_name = "FILE", env = "VIGIE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// Options of `run` and `server`.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) config: ConfigOptions,

    /// Where the data lives [default: ./vigie-data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// Where to listen, :PORT for every interface; port 0 picks a free one and prints it [default: 127.0.0.1:8086]
    #[arg(long, value_name = "HOST:PORT", value_parser = crate::config::address::parse)]
    pub(crate) http_addr: Option<SocketAddr>,
}

/// Options of `agent`.
#[derive(Debug, Args)]
pub(crate) struct AgentOptions {
    #[command(flatten)]
    pub(crate) config: ConfigOptions,

    /// Send to this server, when the configuration names no output
    #[arg(long, value_name = "URL", env = "VIGIE_URL", default_value = "http://127.0.0.1:8086")]
    pub(crate) url: String,

    /// Gather once, print line protocol, send nothing
    #[arg(long)]
    pub(crate) test: bool,
}

/// Options of `query`.
#[derive(Debug, Args)]
pub(crate) struct QueryOptions {
    /// The statement, or several with ; between them
    pub(crate) statement: String,

    #[command(flatten)]
    pub(crate) server: ServerOptions,

    /// The database
    #[arg(long, value_name = "NAME", env = "VIGIE_DB", default_value = "telegraf")]
    pub(crate) db: String,

    /// How the answer looks
    #[arg(long, value_enum, default_value_t = AnswerFormat::Table)]
    pub(crate) format: AnswerFormat,

    /// Only the last so much, such as 15m or 1h; for SELECTs that do not bound time themselves
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) since: Option<Duration>,
}

/// How `query` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// A table per series
    Table,
    /// The server's JSON
    Json,
    /// The server's CSV
    Csv,
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    settings::interval::parse(text)
}

/// Prints the completions of a shell.
pub(crate) fn print_completions(shell: Shell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "vigie", &mut script);
    std::io::Write::write_all(&mut std::io::stdout(), &script)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_verb_has_an_example() {
        let command = Cli::command();
        command.clone().debug_assert();
        for verb in command.get_subcommands().filter(|verb| !verb.has_subcommands()) {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("vigie "), "{} has no example", verb.get_name());
        }
    }
}
