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
    let is_address = options.url.starts_with("http://") || options.url.starts_with("https://");
    anyhow::ensure!(
        is_address,
        "--url: expected an address like \"http://127.0.0.1:8086\", found {:?}",
        options.url
    );
    let url = format!("{}/query", options.url.trim_end_matches('/'));
    let csv = options.format == AnswerFormat::Csv;
    let pretty = if options.format == AnswerFormat::Json { "true" } else { "" };
    let address = encode(&[("db", &options.db), ("pretty", pretty)]);
    let request = reqwest::Client::new()
        .post(format!("{url}?{address}"))
        .header("accept", if csv { "application/csv" } else { "application/json" })
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encode(&[("q", statement)]));
    let response = request.send().await.map_err(|error| cannot_reach(&url, &error))?;
    let status = response.status();
    let body = response.text().await.with_context(|| format!("{url} broke off its answer"))?;
    if !status.is_success() {
        let told = serde_json::from_str::<Value>(&body)
            .ok()
            .and_then(|body| body["error"].as_str().map(str::to_owned));
        bail!("{}", told.unwrap_or_else(|| format!("{url} answered {status}: {}", body.trim())));
    }
    Ok(body)
}

/// The last cause is what the system said; those before it repeat the address.
fn cannot_reach(url: &str, error: &reqwest::Error) -> anyhow::Error {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    anyhow::anyhow!("cannot reach {url}: {cause}; is a server running there?")
}

fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
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
