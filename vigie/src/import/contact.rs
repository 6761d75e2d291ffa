//! The first contact with a server: a wrong address is told at once. Patience is for servers that were there.

use super::limits::FIRST_ANSWER_MAX;
use crate::client::Client;
use anyhow::Context as _;
use reqwest::Method;

/// Who answers at an address, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Peer {
    /// The number that a Vigie drew at its start. An InfluxDB has none.
    instance: Option<String>,
}

/// Asks a server whether it is there. `option` is where the user gave its address.
///
/// # Errors
/// When nothing that speaks HTTP answers there in time. Any status is an answer.
pub(super) async fn first(option: &str, client: &Client) -> anyhow::Result<Peer> {
    let request = client.request(Method::GET, "/ping", &[]).timeout(FIRST_ANSWER_MAX);
    let response = client.send(request).await.context(option.to_owned())?;
    let instance = response.headers().get("x-vigie-instance").and_then(|value| value.to_str().ok());
    Ok(Peer { instance: instance.map(str::to_owned) })
}

impl Peer {
    /// Whether both are one server, under whatever names it was asked.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.instance.is_some() && self == other
    }
}
