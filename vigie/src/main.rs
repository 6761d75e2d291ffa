//! The binary: reads what was typed and runs it.
//!
//! Exit codes: 0 fine, 1 it failed, 2 the words were wrong.

#![forbid(unsafe_code)]

mod agent;
mod agent_metrics;
mod all;
mod backup_command;
mod cli;
mod client;
mod config;
mod documents;
mod export;
mod import;
mod in_process;
mod inspect;
mod limits;
mod logging;
mod printable;
mod progress;
mod query_command;
mod restore;
mod runtime;
mod serve;
mod signals;

use clap::Parser;
use cli::{Cli, Command, ConfigCommand};
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format, cli.log_level.as_deref());
    // Half an answer may be all that a reader wanted; half a copy of a store never is.
    let needs_all = matches!(cli.command, Command::Backup(_));
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if !needs_all && is_reader_gone(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(options) => all::run(&options),
        Command::Server(options) => serve::run(&options),
        Command::Agent(options) => agent::run(&options),
        Command::Query(options) => query_command::run(&options),
        Command::Export(options) => export::run(&options),
        Command::Import(options) => import::run(&options),
        Command::Backup(options) => backup_command::run(&options),
        Command::Restore(options) => restore::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Config(ConfigCommand::Check(options)) => config::check(&options),
        Command::Config(ConfigCommand::Print(options)) => config::print(&options),
        Command::Completions { shell } => cli::print_completions(shell),
    }
}

/// Whether nobody reads our output any more: `vigie query ... | head` has what it wanted. A connection that
/// breaks is told otherwise: its error is the HTTP client's.
fn is_reader_gone(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// An error and its causes on one line, as users read it.
#[expect(clippy::print_stderr, reason = "this is where a failed command tells why")]
fn report(error: &anyhow::Error) {
    // What a server or a file says is in it; lines of our own stay lines.
    let text: Vec<String> = format!("{error:#}").split('\n').map(printable::printable).collect();
    eprintln!("vigie: {}", text.join("\n"));
}
