//! `[[outputs.influxdb]]` as Telegraf spells it.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Identity, Proxy, RequestBuilder};
use settings::{Section, SettingsError};
use std::fmt;
use std::fs;
use std::time::Duration;

/// Where to write and how.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// `http://host:8086`, one or several that hold the same.
    pub urls: Vec<String>,
    /// The database, which is created unless told otherwise.
    pub database: String,
    /// Its retention policy; empty is its default one.
    pub retention_policy: String,
    /// `any`, `one`, `quorum` or `all`; empty for none.
    pub write_consistency: String,
    /// How long a request may take.
    pub timeout: Duration,
    /// Whether bodies are compressed.
    pub gzip: bool,
    /// Leaves the database to others.
    pub skip_database_creation: bool,
    username: String,
    password: Secret,
    user_agent: String,
    headers: Vec<(String, Secret)>,
    http_proxy: String,
    tls: Tls,
}

#[derive(Debug, Clone, Default)]
struct Tls {
    ca: String,
    cert: String,
    key: String,
    insecure_skip_verify: bool,
}

/// A text that is never shown.
#[derive(Clone, Default)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Telegraf's settings that mean nothing here: unsigned integers are always written as signed ones, and
/// there is no UDP.
const WITHOUT_EFFECT: &[&str] = &["influx_uint_support", "udp_payload", "influx_sort_fields"];

/// Reads the output's own settings.
pub(crate) fn read_settings(section: &mut Section<'_>) -> Result<HttpSettings, SettingsError> {
    section.without_effect(WITHOUT_EFFECT)?;
    for key in
        ["database_tag", "retention_policy_tag", "exclude_database_tag", "exclude_retention_policy_tag"]
    {
        section.unsupported(key, "an output per database, with tagpass, is")?;
    }
    section.unsupported("influx_omit_timestamp", "timestamps are always sent")?;
    let mut text = |key| section.text(key).map(Option::unwrap_or_default);
    let (database, retention_policy) = (text("database")?, text("retention_policy")?);
    let (username, password, user_agent) =
        (text("username")?, Secret(text("password")?), text("user_agent")?);
    let http_proxy = text("http_proxy")?;
    let (ca, cert, key) = (text("tls_ca")?, text("tls_cert")?, text("tls_key")?);
    let insecure_skip_verify = section.boolean("insecure_skip_verify")?.unwrap_or(false);
    let consistency = section.choice("write_consistency", &["", "any", "one", "quorum", "all"])?;
    let headers = section.text_table("http_headers")?;
    Ok(HttpSettings {
        urls: read_urls(section)?,
        database: if database.is_empty() { "telegraf".to_owned() } else { database },
        retention_policy,
        write_consistency: consistency.unwrap_or_default().to_owned(),
        timeout: section
            .interval("timeout")?
            .filter(|timeout| !timeout.is_zero())
            .unwrap_or(Duration::from_secs(5)),
        gzip: section.choice("content_encoding", &["gzip", "identity"])? != Some("identity"),
        skip_database_creation: section.boolean("skip_database_creation")?.unwrap_or(false),
        username,
        password,
        user_agent,
        headers: headers.into_iter().map(|(name, value)| (name, Secret(value))).collect(),
        http_proxy,
        tls: Tls { ca, cert, key, insecure_skip_verify },
    })
}

/// `urls`, or `url` of old; without either the usual local one.
fn read_urls(section: &mut Section<'_>) -> Result<Vec<String>, SettingsError> {
    let (urls, url) = (section.texts("urls")?.unwrap_or_default(), section.text("url")?);
    let key = if urls.is_empty() { "url" } else { "urls" };
    let mut urls = if urls.is_empty() { url.into_iter().collect() } else { urls };
    if urls.is_empty() {
        urls.push("http://localhost:8086".to_owned());
    }
    for url in &urls {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(section.invalid(key, format!("expected http:// or https://, found {url:?}")));
        }
    }
    Ok(urls)
}

impl HttpSettings {
    /// Settings for one server, everything else as usual.
    #[must_use]
    pub fn for_url(url: &str, database: &str) -> Self {
        Self {
            urls: vec![url.to_owned()],
            database: database.to_owned(),
            retention_policy: String::new(),
            write_consistency: String::new(),
            timeout: Duration::from_secs(5),
            gzip: true,
            skip_database_creation: false,
            username: String::new(),
            password: Secret::default(),
            user_agent: String::new(),
            headers: Vec::new(),
            http_proxy: String::new(),
            tls: Tls::default(),
        }
    }

    pub(super) fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        if self.username.is_empty() {
            request
        } else {
            request.basic_auth(&self.username, Some(&self.password.0))
        }
    }

    /// The client that these settings ask for; the error is a clause.
    pub(super) fn client(&self) -> Result<Client, String> {
        install_cryptography();
        let user_agent = if self.user_agent.is_empty() { USER_AGENT } else { &self.user_agent };
        let mut builder = Client::builder()
            .timeout(self.timeout)
            .user_agent(user_agent)
            .default_headers(self.header_map()?)
            .pool_max_idle_per_host(1)
            .tls_danger_accept_invalid_certs(self.tls.insecure_skip_verify);
        if !self.http_proxy.is_empty() {
            builder =
                builder.proxy(Proxy::all(&self.http_proxy).map_err(|error| format!("http_proxy: {error}"))?);
        }
        if !self.tls.ca.is_empty() {
            builder = builder.tls_certs_merge(read_certificates(&self.tls.ca)?);
        } else if self.urls.iter().all(|url| url.starts_with("http://")) {
            // The system's certificates take megabytes that plain HTTP never needs.
            builder = builder.tls_certs_only(Vec::new());
        }
        if !self.tls.cert.is_empty() {
            let mut pem = read("tls_cert", &self.tls.cert)?;
            pem.extend(read("tls_key", &self.tls.key)?);
            builder =
                builder.identity(Identity::from_pem(&pem).map_err(|error| format!("tls_cert: {error}"))?);
        }
        builder.build().map_err(|error| error.to_string())
    }

    fn header_map(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let key: HeaderName = name.parse().map_err(|_| format!("http_headers: {name:?} is no header"))?;
            let mut value = HeaderValue::from_str(&value.0)
                .map_err(|_| format!("http_headers: the value of {name:?} cannot be sent"))?;
            value.set_sensitive(true);
            headers.insert(key, value);
        }
        Ok(headers)
    }
}

const USER_AGENT: &str = concat!("vigie/", env!("CARGO_PKG_VERSION"));

/// The client needs a cryptography provider even for plain HTTP. The program installs one; where it has
/// not, this is the same one.
fn install_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody else may be faster; then theirs is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

fn read_certificates(path: &str) -> Result<Vec<Certificate>, String> {
    Certificate::from_pem_bundle(&read("tls_ca", path)?).map_err(|error| format!("tls_ca: {path}: {error}"))
}

fn read(key: &str, path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{key}: {path}: {error}"))
}
