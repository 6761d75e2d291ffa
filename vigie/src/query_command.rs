//! `vigie query`: asks a server and prints the answer.

mod since;
mod table;

use crate::cli::{AnswerFormat, QueryOptions};
use crate::runtime;
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::io::Write as _;

/// Asks and prints.
pub(crate) fn run(options: &QueryOptions) -> anyhow::Result<()> {
    let statement = match options.since {
        None => options.statement.clone(),
        Some(since) => since::bound(&options.statement, since)?,
    };
    let body = runtime::run_query(ask(options, &statement))?;
    let mut out = std::io::stdout().lock();
    match options.format {
        AnswerFormat::Csv => out.write_all(body.as_bytes())?,
        AnswerFormat::Json => {
            out.write_all(body.as_bytes())?;
            fail_on_error(&body)?;
        }
        AnswerFormat::Table => {
            out.write_all(table::render(&parse(&body)?).as_bytes())?;
            fail_on_error(&body)?;
        }
    }
    Ok(())
}

async fn ask(options: &QueryOptions, statement: &str) -> anyhow::Result<String> {
    let (pretty, accept) = match options.format {
        AnswerFormat::Table => ("", "application/json"),
        AnswerFormat::Json => ("true", "application/json"),
        AnswerFormat::Csv => ("", "application/csv"),
    };
    let params = [("db", &*options.db), ("pretty", pretty)];
    options.server.client()?.query(&params, accept, statement).await
}

fn parse(body: &str) -> anyhow::Result<Value> {
    serde_json::from_str(body).context("the server's answer is not JSON")
}

/// A statement's error is the command's error.
fn fail_on_error(body: &str) -> anyhow::Result<()> {
    let answer = parse(body)?;
    let results = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    match results.iter().find_map(|result| result["error"].as_str()) {
        Some(error) => bail!("{error}"),
        None => Ok(()),
    }
}
