//! `influxdb`: InfluxDB 1.x over HTTP.
//!
//! At first use the database is created, once per server; a failure of that is a warning only, since
//! the user may not be allowed to and need not be. Batches then go to `/write`, gzipped. Of several
//! servers one in random order is tried after the other until one takes the batch.

mod answer;
mod form;
mod settings;

pub use self::settings::HttpSettings;
pub(crate) use self::settings::read_settings;

use super::{Batch, Output, OutputSettings, WriteError, WriteFuture};
use crate::config::HttpOutputConfig;
use crate::limits::ANSWER_BYTES_MAX;
use crate::random::Random;
use crate::{Error, Result};
use answer::Verdict;
use flate2::Compression;
use flate2::write::GzEncoder;
use parking_lot::Mutex;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// An InfluxDB 1.x, or several that hold the same.
#[derive(Debug)]
pub struct HttpOutput {
    name: String,
    common: OutputSettings,
    settings: HttpSettings,
    client: Client,
    servers: Vec<Server>,
    random: Mutex<Random>,
}

/// One of the servers.
#[derive(Debug)]
struct Server {
    write: Url,
    query: Url,
    /// Whether the database was created, or will never be.
    is_prepared: AtomicBool,
}

impl HttpOutput {
    /// An output as configured. `seed` spreads the choice among several servers.
    ///
    /// # Errors
    /// When an address or a certificate is unusable.
    pub fn new(config: &HttpOutputConfig, seed: u64) -> Result<Self> {
        let (common, settings) = (config.common.clone(), config.http.clone());
        let servers =
            settings.urls.iter().map(|url| Server::new(url, &settings)).collect::<Result<Vec<_>>>()?;
        let first = servers.first().map_or_else(String::new, |server| authority(&server.write));
        let usual = || format!("influxdb {first}/{}", settings.database);
        let name = common.alias.as_ref().map_or_else(usual, |alias| format!("influxdb::{alias}"));
        let client = settings.client().map_err(|reason| Error::Output { name: name.clone(), reason })?;
        Ok(Self { name, common, settings, client, servers, random: Mutex::new(Random::new(seed)) })
    }

    async fn write_batch(&self, batch: &Batch) -> std::result::Result<(), WriteError> {
        let body = self.encode(batch.as_str())?;
        let mut last = WriteError::Retry { reason: "no server is configured".to_owned(), after: None };
        for index in self.order() {
            match self.write_to(&self.servers[index], &body).await {
                Err(error @ WriteError::Retry { .. }) => last = error,
                outcome => return outcome,
            }
        }
        Err(last)
    }

    /// The servers' places in the list, shuffled.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.servers.len()).collect();
        let mut random = self.random.lock();
        for end in (1..order.len()).rev() {
            let pick = usize::try_from(random.below(end as u64 + 1)).unwrap_or(0);
            order.swap(end, pick);
        }
        order
    }

    async fn write_to(&self, server: &Server, body: &[u8]) -> std::result::Result<(), WriteError> {
        self.prepare(server).await;
        match self.post(server, body).await {
            Verdict::Written => Ok(()),
            Verdict::Failed(error) => Err(error),
            Verdict::NoDatabase(_) if !self.settings.skip_database_creation => {
                server.is_prepared.store(false, Ordering::Relaxed);
                self.prepare(server).await;
                self.post(server, body).await.after_second_try()
            }
            verdict @ Verdict::NoDatabase(_) => verdict.after_second_try(),
        }
    }

    async fn post(&self, server: &Server, body: &[u8]) -> Verdict {
        let mut request =
            self.client.post(server.write.clone()).header(CONTENT_TYPE, "text/plain; charset=utf-8");
        if self.settings.gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        request = self.settings.authorize(request);
        match request.body(body.to_vec()).send().await {
            Ok(response) => judge(response).await,
            Err(error) => Verdict::Failed(WriteError::Retry { reason: with_causes(&error), after: None }),
        }
    }

    /// Creates the database unless that has happened. A server that cannot be reached is asked again.
    async fn prepare(&self, server: &Server) {
        if self.settings.skip_database_creation || server.is_prepared.load(Ordering::Relaxed) {
            return;
        }
        match self.create_database(server).await {
            Ok(()) => server.is_prepared.store(true, Ordering::Relaxed),
            // The write that follows fails as well, and that is told.
            Err(NotCreated { reason, is_final: false }) => tracing::debug!("not created yet: {reason}"),
            Err(NotCreated { reason, is_final: true }) => {
                tracing::warn!(
                    "[{}] database {:?} was not created: {reason}",
                    self.name,
                    self.settings.database
                );
                server.is_prepared.store(true, Ordering::Relaxed);
            }
        }
    }

    async fn create_database(&self, server: &Server) -> std::result::Result<(), NotCreated> {
        let statement = format!("CREATE DATABASE {}", form::quote_name(&self.settings.database));
        let request = self
            .client
            .post(server.query.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("q={}", form::encode(&statement)));
        let response = self.settings.authorize(request).send().await;
        let response =
            response.map_err(|error| NotCreated { reason: with_causes(&error), is_final: false })?;
        let status = response.status().as_u16();
        let body = read_body(response).await;
        answer::database_created(status, &body)
            .map_err(|reason| NotCreated { reason, is_final: status < 500 })
    }

    fn encode(&self, text: &str) -> std::result::Result<Vec<u8>, WriteError> {
        if !self.settings.gzip {
            return Ok(text.as_bytes().to_vec());
        }
        let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::default());
        let outcome = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
        outcome.map_err(|error| WriteError::Retry { reason: format!("compressing: {error}"), after: None })
    }
}

/// Why there is no database. When it is final, asking again would be refused again.
struct NotCreated {
    reason: String,
    is_final: bool,
}

impl Output for HttpOutput {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn settings(&self) -> OutputSettings {
        self.common.clone()
    }

    fn write<'a>(&'a self, batch: &'a Batch) -> WriteFuture<'a> {
        Box::pin(self.write_batch(batch))
    }
}

impl Server {
    fn new(url: &str, settings: &HttpSettings) -> Result<Self> {
        let refuse = |reason: String| Error::Output { name: "influxdb".to_owned(), reason };
        let base = Url::parse(url).map_err(|error| refuse(format!("urls: {error}")))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(refuse(format!(
                "urls: {}:// is not supported; http:// and https:// are",
                base.scheme()
            )));
        }
        let mut write = below(&base, "write");
        write.query_pairs_mut().append_pair("db", &settings.database);
        let optional = [("rp", &settings.retention_policy), ("consistency", &settings.write_consistency)];
        for (key, value) in optional {
            if !value.is_empty() && value != "one" {
                write.query_pairs_mut().append_pair(key, value);
            }
        }
        Ok(Self { write, query: below(&base, "query"), is_prepared: AtomicBool::new(false) })
    }
}

/// The base's path is kept: a proxy may serve the database below it.
fn below(base: &Url, name: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{name}", base.path().trim_end_matches('/')));
    url.set_query(None);
    url
}

/// `host:port`, without user and password.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

async fn judge(response: Response) -> Verdict {
    let status = response.status().as_u16();
    let after =
        response.headers().get(RETRY_AFTER).and_then(|value| answer::retry_after(value.to_str().ok()?));
    let body = read_body(response).await;
    answer::judge(status, &body, after)
}

/// The beginning of the body; what cannot be read is not needed.
async fn read_body(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = ANSWER_BYTES_MAX - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == ANSWER_BYTES_MAX {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// The error and its causes, without the address: it may hold a password.
fn with_causes(error: &reqwest::Error) -> String {
    let mut text =
        if error.is_timeout() { "no answer in time".to_owned() } else { "the request failed".to_owned() };
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
