//! Keeping web pages away from a local server.
//!
//! A browser will send requests to `127.0.0.1` for any page that asks it to. What gives them away is
//! the `Origin` that is not ours, the `Sec-Fetch-Site` that says so, or, after a DNS rebinding, a
//! `Host` that is not ours. Clients that are no browsers send none of these.

use crate::connection::Ends;
use crate::error::ApiError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};
use std::sync::Arc;

/// The hosts that a reverse proxy may send besides our own; lower case, without port.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedHosts(pub(crate) Arc<[String]>);

/// Lets a request pass, or answers 403.
pub(crate) async fn refuse_foreign(
    State(trusted): State<TrustedHosts>,
    request: Request,
    next: Next,
) -> Response {
    let loopback =
        request.extensions().get::<Ends>().is_none_or(|ends| ends.local.ip().to_canonical().is_loopback());
    match check(request.headers(), request.method(), request.uri().path(), loopback, &trusted.0) {
        Ok(()) => next.run(request).await,
        Err(message) => ApiError::new(StatusCode::FORBIDDEN, message).into_response(),
    }
}

fn check(
    headers: &HeaderMap,
    method: &Method,
    path: &str,
    loopback: bool,
    trusted: &[String],
) -> Result<(), String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or("");
    if loopback && !host.is_empty() && !is_own_host(host, trusted) {
        return Err(format!(
            "host {host:?} is not this server's; add it to [server] hosts if a proxy sends it"
        ));
    }
    if let Some(origin) = text(header::ORIGIN)
        && origin.split_once("://").map(|(_, authority)| authority) != Some(host)
    {
        return Err(format!("cross-origin request from {origin:?} refused"));
    }
    let opens_a_page = method == Method::GET
        && path == "/"
        && text("sec-fetch-mode".parse().map_err(|_| "")?) == Some("navigate");
    match text("sec-fetch-site".parse().map_err(|_| "")?) {
        Some(site @ ("cross-site" | "same-site")) if !opens_a_page => Err(format!("{site} request refused")),
        _ => Ok(()),
    }
}

fn is_own_host(host: &str, trusted: &[String]) -> bool {
    let name = host_name(host).to_ascii_lowercase();
    matches!(name.as_str(), "localhost" | "[::1]")
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || trusted.contains(&name)
}

/// The host without its port.
fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.is_empty() => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    fn verdict(loopback: bool, path: &str, headers: &[(&'static str, &str)]) -> bool {
        let headers = headers.iter().map(|(k, v)| (HeaderName::from_static(k), v.parse().unwrap())).collect();
        check(&headers, &Method::GET, path, loopback, &["metrics.example".to_owned()]).is_ok()
    }

    #[test]
    fn clients_that_are_no_browsers_pass() {
        assert!(verdict(true, "/query", &[]));
        assert!(verdict(true, "/query", &[("host", "127.0.0.1:8086")]));
        assert!(verdict(true, "/query", &[("host", "localhost")]));
        assert!(verdict(true, "/query", &[("host", "[::1]:8086")]));
        assert!(verdict(false, "/query", &[("host", "db.example:8086")]));
    }

    #[test]
    fn a_rebound_name_is_refused_on_loopback_unless_a_proxy_sends_it() {
        assert!(!verdict(true, "/query", &[("host", "evil.example:8086")]));
        assert!(!verdict(true, "/", &[("host", "127.0.0.1.evil.example")]));
        assert!(verdict(true, "/query", &[("host", "metrics.example")]));
    }

    #[test]
    fn another_pages_requests_are_refused_everywhere() {
        let host = ("host", "127.0.0.1:8086");
        assert!(!verdict(true, "/query", &[host, ("origin", "http://evil.example")]));
        assert!(!verdict(true, "/query", &[host, ("origin", "null")]));
        assert!(!verdict(false, "/write", &[("host", "db:8086"), ("origin", "http://db:3000")]));
        assert!(verdict(true, "/query", &[host, ("origin", "http://127.0.0.1:8086")]));
        assert!(!verdict(true, "/query", &[host, ("sec-fetch-site", "cross-site")]));
        assert!(!verdict(
            true,
            "/query",
            &[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
        ));
        assert!(verdict(
            true,
            "/",
            &[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
        ));
    }
}
