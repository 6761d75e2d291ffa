//! `vigie query`: asks a server and prints the answer while it comes.
//!
//! Tables and CSV are made of an answer in chunks, of which one is in memory at a time. JSON is the server's own
//! text, which only passes by. A statement's error is the command's error, also in the middle of an answer: CSV has
//! no place for it, hence CSV is made here.

mod csv;
mod error_finder;
mod kind;
mod since;
mod table;

use crate::cli::{AnswerFormat, QueryOptions};
use crate::client::last_cause;
use crate::documents::{self, Documents, Part};
use crate::limits::PAGE_ROWS;
use crate::runtime;
use anyhow::bail;
use csv::CsvPrinter;
use error_finder::ErrorFinder;
use reqwest::Response;
use std::io::{self, BufWriter, Write};
use table::TablePrinter;

/// Prints an answer part by part.
trait Printer {
    fn part(&mut self, part: &Part<'_>) -> io::Result<()>;

    /// What was printed is to be seen now.
    fn flush(&mut self) -> io::Result<()>;
}

/// Asks and prints.
pub(crate) fn run(options: &QueryOptions) -> anyhow::Result<()> {
    let statement = match options.since {
        None => options.statement.clone(),
        Some(since) => since::bound(&options.statement, since)?,
    };
    let out = BufWriter::new(io::stdout().lock());
    let rows = PAGE_ROWS.to_string();
    let chunked = |epoch| [("chunked", "true"), ("chunk_size", &*rows), ("epoch", epoch)];
    runtime::run_query(async {
        match options.format {
            AnswerFormat::Table => {
                let mut printer = TablePrinter::new(out, kind::of_statements(&statement));
                print(ask(options, &statement, &chunked("")).await?, &mut printer).await
            }
            AnswerFormat::Csv => {
                print(ask(options, &statement, &chunked("ns")).await?, &mut CsvPrinter::new(out)).await
            }
            AnswerFormat::Json => pass_on(ask(options, &statement, &[("pretty", "true")]).await?, out).await,
        }
    })
}

async fn ask(options: &QueryOptions, statement: &str, style: &[(&str, &str)]) -> anyhow::Result<Response> {
    let params = [&[("db", &*options.db)], style].concat();
    let client = options.server.client()?;
    client.fetch(client.statement(&params, statement).header("accept", "application/json")).await
}

/// Prints the documents of an answer up to its end or its first error.
async fn print(response: Response, printer: &mut impl Printer) -> anyhow::Result<()> {
    let mut documents = Documents::new(response);
    while let Some(text) = documents.next().await? {
        let document = documents::read(&text)?;
        for part in &document.results {
            printer.part(part)?;
        }
        printer.flush()?;
        let failed = document.results.into_iter().find_map(|part| part.error);
        if let Some(error) = document.error.or(failed) {
            bail!("{error}");
        }
    }
    Ok(())
}

/// Prints the answer as it is.
async fn pass_on(mut response: Response, mut out: impl Write) -> anyhow::Result<()> {
    let mut finder = ErrorFinder::default();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => {
                finder.push(&piece);
                out.write_all(&piece)?;
                out.flush()?;
            }
            Ok(None) => break,
            Err(error) => bail!("the answer broke off: {}", last_cause(&error)),
        }
    }
    match finder.found() {
        Some(error) => bail!("{error}"),
        None => Ok(()),
    }
}
