//! What the verbs that talk to a server share: its address, one HTTP client, and how a failure is told.

use anyhow::Context as _;
use clap::Args;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use std::time::Duration;

/// How long a server may take to accept a connection. An answer may take as long as it needs.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of a refusal that are told; a proxy's page can be long.
const REFUSAL_CHARS_MAX: usize = 500;

/// The server of a machine that has one.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:8086";

/// The text that was given. A variable that is empty is as good as none.
#[expect(clippy::unnecessary_wraps, reason = "what clap calls may fail")]
pub(crate) fn parse_url(text: &str) -> Result<String, String> {
    let is_unset = text.is_empty() && std::env::var_os("VIGIE_URL").is_some_and(|value| value.is_empty());
    Ok(if is_unset { DEFAULT_URL } else { text }.to_owned())
}

/// Which server a verb speaks to.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServerOptions {
    /// The server
    #[arg(long, value_name = "URL", env = "VIGIE_URL", default_value = DEFAULT_URL, value_parser = parse_url)]
    pub(crate) url: String,
}

/// A server, as those who ask it see it.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
}

impl ServerOptions {
    /// A client for the server. Called within a runtime.
    ///
    /// # Errors
    /// When the address is none.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        Client::new("--url", &self.url, None)
    }
}

impl Client {
    /// A client for the server at `url`, which the user gave as `option`. A server that is silent for longer than
    /// `silence_max` is given up.
    ///
    /// # Errors
    /// When it is no address.
    pub(crate) fn new(option: &str, url: &str, silence_max: Option<Duration>) -> anyhow::Result<Self> {
        let is_address = url.starts_with("http://") || url.starts_with("https://");
        anyhow::ensure!(
            is_address,
            "{option}: expected an address like \"http://127.0.0.1:8086\", found {url:?}"
        );
        let mut http = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT);
        if let Some(silence_max) = silence_max {
            http = http.read_timeout(silence_max);
        }
        let http = http.build();
        Ok(Self {
            http: http.context("cannot make an HTTP client")?,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// Where the server is, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A request for `path`, which begins with a slash. Parameters without a value are left out.
    pub(crate) fn request(&self, method: Method, path: &str, params: &[(&str, &str)]) -> RequestBuilder {
        let given: Vec<_> = params.iter().filter(|(_, value)| !value.is_empty()).collect();
        let separator = if given.is_empty() { "" } else { "?" };
        let params = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
        self.http.request(method, format!("{}{path}{separator}{params}", self.url))
    }

    /// Sends a request. Any status is an answer.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let request = request.build().context("the request cannot be made")?;
        let mut place = request.url().clone();
        place.set_query(None);
        self.http.execute(request).await.map_err(|error| cannot_reach(place.as_str(), &error))
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When there is no answer, or one that is a refusal; its text is the error's.
    pub(crate) async fn fetch(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let response = self.send(request).await?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
    }

    /// A request that has a statement executed.
    pub(crate) fn statement(&self, params: &[(&str, &str)], statement: &str) -> RequestBuilder {
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("q", statement).finish();
        let request = self.request(Method::POST, "/query", params);
        request.header("content-type", "application/x-www-form-urlencoded").body(form)
    }
}

/// What a server's refusal says: InfluxDB's and our own `{"error":"..."}`, else the status and the text.
pub(crate) async fn refusal(response: Response) -> anyhow::Error {
    let status = response.status();
    let mut place = response.url().clone();
    place.set_query(None);
    let body = response.text().await.unwrap_or_default();
    let told =
        serde_json::from_str::<Value>(&body).ok().and_then(|body| body["error"].as_str().map(str::to_owned));
    match told {
        Some(told) => anyhow::anyhow!("{told}"),
        None => {
            let text: String = body.trim().chars().take(REFUSAL_CHARS_MAX).collect();
            anyhow::anyhow!("{place} answered {status}: {text}")
        }
    }
}

/// The last cause is what the system said; those before it repeat the address.
fn cannot_reach(url: &str, error: &reqwest::Error) -> anyhow::Error {
    anyhow::anyhow!("cannot reach {url}: {}; is a server running there?", last_cause(error))
}

/// What the system said, without the words of the layers above it.
pub(crate) fn last_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_are_taken_and_empty_parameters_are_left_out() {
        rustls::crypto::ring::default_provider().install_default().ok();
        assert!(
            Client::new("--url", "127.0.0.1:8086", None)
                .unwrap_err()
                .to_string()
                .starts_with("--url: expected")
        );
        let client = Client::new("--url", "http://127.0.0.1:8086/", None).unwrap();
        let address = |params: &[(&str, &str)]| {
            client.request(Method::GET, "/ping", params).build().unwrap().url().to_string()
        };
        assert_eq!(address(&[("db", "a b"), ("rp", "")]), "http://127.0.0.1:8086/ping?db=a+b");
        assert_eq!(address(&[("rp", "")]), "http://127.0.0.1:8086/ping");
    }
}
