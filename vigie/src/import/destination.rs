//! The server that points go to: writes with patience, one after another.

use super::limits::{RETRY_PAUSE_FIRST, RETRY_PAUSE_MAX, SILENCE_MAX, TELL_EVERY};
use super::script::Target;
use crate::cli::ImportOptions;
use crate::client::{Client, refusal};
use crate::progress::Progress;
use bytes::Bytes;
use model::Precision;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use std::time::{Duration, Instant};

/// A server that is asked again while it is away or overloaded.
#[derive(Debug, Clone)]
pub(super) struct Patient {
    client: Client,
    retry_for: Duration,
}

/// Where points go.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) server: Patient,
    precision: Precision,
}

/// What became of a write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is on disk.
    Stored,
    /// Some lines, or all, were rejected; the others are stored.
    Rejected(String),
}

impl Destination {
    pub(super) fn new(options: &ImportOptions) -> anyhow::Result<Self> {
        let server =
            Patient::new(Client::new("--url", &options.server.url, Some(SILENCE_MAX))?, options.retry_for);
        Ok(Self { server, precision: options.precision })
    }

    /// Writes lines; comes again until they are stored or rejected, but not for ever.
    pub(super) async fn write(
        &self,
        target: &Target,
        lines: Bytes,
        progress: &Progress,
    ) -> anyhow::Result<Outcome> {
        let text = |name: &Option<String>| name.clone().unwrap_or_default();
        let (db, rp) = (text(&target.db), text(&target.rp));
        let params = [("db", &*db), ("rp", &*rp), ("precision", self.precision.name())];
        let make = |client: &Client| client.request(Method::POST, "/write", &params).body(lines.clone());
        let response = self.server.send(make, progress).await?;
        match response.status() {
            status if status.is_success() => Ok(Outcome::Stored),
            StatusCode::BAD_REQUEST => Ok(Outcome::Rejected(refusal(response).await.to_string())),
            StatusCode::NOT_FOUND => Err(without_database(refusal(response).await, &db)),
            _ => Err(refusal(response).await),
        }
    }

    /// Executes a statement; gives the statement's own error.
    pub(super) async fn execute(
        &self,
        statement: &str,
        progress: &Progress,
    ) -> anyhow::Result<Option<String>> {
        let make = |client: &Client| client.statement(&[], statement);
        let response = self.server.send(make, progress).await?;
        let is_answer = response.status().is_success() || response.status() == StatusCode::BAD_REQUEST;
        if !is_answer {
            return Err(refusal(response).await);
        }
        let answer: Value = serde_json::from_slice(&response.bytes().await?)?;
        let error = answer["error"].as_str().or_else(|| answer["results"][0]["error"].as_str());
        Ok(error.map(str::to_owned))
    }
}

/// A refusal with how to make the database, if it is that which is missing.
fn without_database(refusal: anyhow::Error, db: &str) -> anyhow::Error {
    if !refusal.to_string().starts_with("database not found") {
        return refusal;
    }
    let name = db.replace('\\', "\\\\").replace('"', "\\\"");
    anyhow::anyhow!("{refusal}; to make it: vigie query 'CREATE DATABASE \"{name}\"'")
}

impl Patient {
    pub(super) const fn new(client: Client, retry_for: Duration) -> Self {
        Self { client, retry_for }
    }

    /// The server, without patience.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// Sends what `make` makes until there is an answer that another try would not change.
    ///
    /// # Errors
    /// When there is none for as long as the user has patience; the last cause is told.
    pub(super) async fn send(
        &self,
        make: impl Fn(&Client) -> RequestBuilder,
        progress: &Progress,
    ) -> anyhow::Result<Response> {
        let mut waiting = Waiting::new(self.retry_for);
        loop {
            let (error, asked) = match self.client.send(make(&self.client)).await {
                Ok(response) if response.status().is_server_error() => {
                    let asked = retry_after(&response);
                    let is_final = response.status() == StatusCode::INTERNAL_SERVER_ERROR;
                    let error = refusal(response).await;
                    if is_final && error.to_string().contains("retention policy not found") {
                        return Err(error);
                    }
                    (error, asked)
                }
                Ok(response) => {
                    waiting.end(progress);
                    return Ok(response);
                }
                Err(error) => (error, None),
            };
            waiting.pause(error, asked, progress).await?;
        }
    }

    /// A wait between tries of something that fails half-way.
    pub(super) fn waiting(&self) -> Waiting {
        Waiting::new(self.retry_for)
    }
}

/// The pauses between tries.
#[derive(Debug)]
pub(super) struct Waiting {
    since: Instant,
    retry_for: Duration,
    pause: Duration,
    told: Option<Instant>,
}

impl Waiting {
    fn new(retry_for: Duration) -> Self {
        Self { since: Instant::now(), retry_for, pause: RETRY_PAUSE_FIRST, told: None }
    }

    /// Waits, or gives the error back when it has lasted too long. `asked` is what the server asked for.
    pub(super) async fn pause(
        &mut self,
        error: anyhow::Error,
        asked: Option<Duration>,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        let pause = asked.unwrap_or(self.pause).min(RETRY_PAUSE_MAX);
        if self.since.elapsed() + pause > self.retry_for {
            return Err(error);
        }
        if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            let left = (self.retry_for - self.since.elapsed().min(self.retry_for)).as_secs();
            progress.tell(&format!("{error:#}; trying again for {left} s"));
            self.told = Some(Instant::now());
        }
        tokio::time::sleep(pause).await;
        self.pause = (self.pause * 2).min(RETRY_PAUSE_MAX);
        Ok(())
    }

    /// Says that it is over, where it was told that there is something to wait for.
    fn end(&self, progress: &Progress) {
        if self.told.is_some() {
            progress.tell(&format!("it answers again after {} s", self.since.elapsed().as_secs()));
        }
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get("retry-after")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
