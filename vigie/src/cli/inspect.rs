//! What can be typed behind `vigie inspect`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Options of `inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectOptions {
    #[command(subcommand)]
    pub(crate) what: Option<InspectCommand>,

    /// The data directory [default: the configuration's, then ./vigie-data]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data_dir: Option<PathBuf>,

    /// Configuration file that names the data directory [default: ./vigie.toml, then /etc/vigie/vigie.toml, if there is one]
    #[arg(long, short, value_name = "FILE", env = "VIGIE_CONFIG", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// How the answer looks
    #[arg(long, value_enum, global = true, default_value_t = InspectFormat::Table)]
    pub(crate) format: InspectFormat,

    /// Tables with every column and whole times, however wide
    #[arg(long, global = true)]
    pub(crate) wide: bool,
}

/// How `inspect` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InspectFormat {
    /// Tables for people, at most 100 columns wide unless --wide is given
    Table,
    /// JSON for programs: one object, or one a line where there is no end of them
    Json,
}

/// What to look at.
#[derive(Debug, Subcommand)]
pub(crate) enum InspectCommand {
    /// The write-ahead log: every frame, its damage, and its rows
    #[command(
        after_help = "Examples:\n  vigie inspect wal\n  vigie inspect wal --rows vigie-data/wal/0000000007-0000000001.wal\n\nRows are line protocol; a line that begins with # names the database of those that follow."
    )]
    Wal {
        /// One file instead of all that count
        file: Option<PathBuf>,

        /// Print the rows too
        #[arg(long)]
        rows: bool,
    },

    /// One segment: its parts, its fields, and how they are encoded
    #[command(
        after_help = "Examples:\n  vigie inspect segment 12\n  vigie inspect segment --series vigie-data/segments/000000000012.seg"
    )]
    Segment {
        /// Its number, or a file
        #[arg(value_name = "NUMBER|FILE")]
        segment: String,

        /// List its series
        #[arg(long)]
        series: bool,
    },

    /// Series, tag keys with their distinct values, and fields, by database and measurement
    #[command(
        after_help = "Example:\n  vigie inspect index --wal     counts what is not in segments yet as well"
    )]
    Index {
        /// Count the rows of the write-ahead log as well
        #[arg(long)]
        wal: bool,
    },

    /// How many series each measurement has
    #[command(after_help = "Example:\n  vigie inspect cardinality --format json")]
    Cardinality {
        /// Count the rows of the write-ahead log as well
        #[arg(long)]
        wal: bool,
    },

    /// Read every byte that has a checksum and decode every page; exit 1 if anything is damaged
    #[command(
        after_help = "Examples:\n  vigie inspect verify\n  vigie inspect verify --quick     checksums and totals, no decoding"
    )]
    Verify {
        /// Check checksums and totals only
        #[arg(long)]
        quick: bool,
    },

    /// What the next start of this program would do to the formats of the files
    #[command(after_help = "Example:\n  vigie inspect upgrade --dry-run")]
    Upgrade {
        /// Say it and do nothing
        #[arg(long)]
        dry_run: bool,
    },
}
