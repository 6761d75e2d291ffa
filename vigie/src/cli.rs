//! What can be typed.

mod inspect;

use crate::client::{DEFAULT_URL, ServerOptions, parse_url};
use crate::logging::LogFormat;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use model::Precision;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use inspect::{InspectCommand, InspectFormat, InspectOptions};

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

    /// Write what a server stores as line protocol
    #[command(
        after_help = "Examples:\n  vigie export --output all.lp.gz --gzip\n  vigie export --db telegraf --measurement cpu --start 2024-01-01 --end 2024-02-01 > cpu.lp\n\nThe text is that of influx_inspect export: vigie import and influx -import read it."
    )]
    Export(ExportOptions),

    /// Store line protocol from files, or copy a running InfluxDB 1.x
    #[command(
        after_help = "Examples:\n  vigie import all.lp.gz                    what vigie export or influx_inspect export wrote\n  vigie import --db telegraf points.txt     plain line protocol\n  vigie import --resume all.lp.gz           go on after an interruption\n  vigie import --from http://influx:8086    databases, retention policies and points of an InfluxDB"
    )]
    Import(ImportOptions),

    /// Make a backup of a running server
    #[command(
        after_help = "Examples:\n  vigie backup /backups/monday\n  vigie backup /backups/tuesday --incremental /backups/monday\n  vigie backup - | ssh vault 'cat > vigie.tar'\n  vigie backup tuesday --on-server      hard links, below the server's [storage] backup_dir\n\nWrites go on meanwhile. Everything acknowledged before is in it; `vigie restore` takes it back."
    )]
    Backup(BackupOptions),

    /// Make a data directory from a backup, for a server that is not running
    #[command(
        after_help = "Examples:\n  vigie restore /backups/tuesday --data-dir /var/lib/vigie\n  vigie restore tuesday.tar --base monday.tar --data-dir /var/lib/vigie\n  vigie restore /backups/tuesday --verify"
    )]
    Restore(RestoreOptions),

    /// Look into a data directory: what is in it, what it costs, whether it is sound
    #[command(
        after_help = "Examples:\n  vigie inspect --data-dir /var/lib/vigie     databases, shards, segments, WAL, bytes per value\n  vigie inspect verify                        reads every byte; exit 1 if anything is damaged\n\nIt changes nothing, takes no lock, and may be used beside a running server."
    )]
    Inspect(InspectOptions),

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

/// Options of `backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupOptions {
    /// A folder to make, a file NAME.tar, or - for stdout; what it lies in must be there
    #[arg(value_name = "DEST")]
    pub(crate) dest: String,

    /// Copy only what this earlier backup does not have. A folder takes the rest from an earlier folder, by links, and
    /// is whole; an archive is made against a folder or a NAME.tar, and needs that for a restore
    #[arg(long, value_name = "BACKUP")]
    pub(crate) incremental: Option<PathBuf>,

    /// Have the server make the backup on its own disk: DEST is then a plain name, no path of this machine, and
    /// becomes a folder below the [storage] backup_dir of the server's configuration
    #[arg(long, conflicts_with = "incremental")]
    pub(crate) on_server: bool,

    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreOptions {
    /// The backup: a folder or a file NAME.tar
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,

    /// What an incremental archive was made against, the oldest first
    #[arg(long, value_name = "BACKUP")]
    pub(crate) base: Vec<PathBuf>,

    /// The data directory to make; it must be empty or not there
    #[arg(long, value_name = "DIR", required_unless_present = "verify")]
    pub(crate) data_dir: Option<PathBuf>,

    /// Only check the backup, every byte of it
    #[arg(long)]
    pub(crate) verify: bool,

    /// Restore although files are missing or damaged; queries that need them fail
    #[arg(long)]
    pub(crate) accept_damage: bool,
}

/// Options of `agent`.
#[derive(Debug, Args)]
pub(crate) struct AgentOptions {
    #[command(flatten)]
    pub(crate) config: ConfigOptions,

    /// Send to this server, when the configuration names no output
    #[arg(long, value_name = "URL", env = "VIGIE_URL", default_value = DEFAULT_URL, value_parser = parse_url)]
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

/// Options of `export`.
#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    pub(crate) server: ServerOptions,

    /// Only this database [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) db: Option<String>,

    /// Only this retention policy
    #[arg(long, value_name = "NAME", requires = "db")]
    pub(crate) rp: Option<String>,

    /// Only this measurement
    #[arg(long, value_name = "NAME")]
    pub(crate) measurement: Option<String>,

    /// Only points at or after this time: 2024-01-01T00:00:00Z, 2024-01-01, or nanoseconds
    #[arg(long, value_name = "TIME", value_parser = parse_instant, allow_hyphen_values = true)]
    pub(crate) start: Option<i64>,

    /// Only points before this time
    #[arg(long, value_name = "TIME", value_parser = parse_instant, allow_hyphen_values = true)]
    pub(crate) end: Option<i64>,

    /// Where to write; - is the standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,

    /// Replace the file if it is there
    #[arg(long)]
    pub(crate) force: bool,

    /// Compress
    #[arg(long)]
    pub(crate) gzip: bool,
}

/// Options of `import`.
#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    /// Files of line protocol, gzip or not; - is the standard input
    #[arg(value_name = "FILE", required_unless_present = "from", conflicts_with = "from")]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) server: ServerOptions,

    /// The database of lines that no # CONTEXT-DATABASE: stands before
    #[arg(long, value_name = "NAME", env = "VIGIE_DB", conflicts_with = "from")]
    pub(crate) db: Option<String>,

    /// The retention policy of lines that no # CONTEXT-RETENTION-POLICY: stands before [default: the database's]
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    pub(crate) rp: Option<String>,

    /// The unit of timestamps: ns, u, ms, s, m or h
    #[arg(long, value_name = "UNIT", default_value = "ns", value_parser = parse_precision)]
    pub(crate) precision: Precision,

    /// Lines per write
    #[arg(long, value_name = "LINES", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) batch: u32,

    /// Go on where an interrupted import ended
    #[arg(long)]
    pub(crate) resume: bool,

    /// Where an import notes how far it is [default: FILE.vigie-import, with --from ./vigie-import.state]
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Go on behind lines that the server rejects
    #[arg(long)]
    pub(crate) skip_errors: bool,

    /// How long to come again to a server that cannot be reached or is overloaded
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    pub(crate) retry_for: Duration,

    /// Copy from this InfluxDB 1.x instead of files
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,

    /// Only this database of it; may come several times [default: all but _internal]
    #[arg(long, value_name = "NAME", requires = "from")]
    pub(crate) from_db: Vec<String>,

    /// The user to ask it as
    #[arg(long, value_name = "NAME", requires = "from", requires = "from_password_file")]
    pub(crate) from_user: Option<String>,

    /// A file whose first line is that user's password
    #[arg(long, value_name = "FILE", requires = "from_user")]
    pub(crate) from_password_file: Option<PathBuf>,

    /// Only points at or after this time: 2024-01-01T00:00:00Z, 2024-01-01, or nanoseconds
    #[arg(long, value_name = "TIME", requires = "from", value_parser = parse_instant, allow_hyphen_values = true)]
    pub(crate) start: Option<i64>,

    /// Only points before this time
    #[arg(long, value_name = "TIME", requires = "from", value_parser = parse_instant, allow_hyphen_values = true)]
    pub(crate) end: Option<i64>,
}

/// How `query` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// A table per series, laid out by its first 1,000 rows
    Table,
    /// The server's JSON
    Json,
    /// The server's CSV
    Csv,
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    settings::interval::parse(text)
}

fn parse_instant(text: &str) -> Result<i64, String> {
    query::text::parse_instant(text)
        .ok_or_else(|| "expected 2024-01-01T00:00:00Z, 2024-01-01 or a number of nanoseconds".to_owned())
}

fn parse_precision(text: &str) -> Result<Precision, String> {
    Precision::from_name(text).ok_or_else(|| "expected ns, u, ms, s, m or h".to_owned())
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
