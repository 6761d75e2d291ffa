//! The Slack handler: an incoming webhook, spoken to as Kapacitor does (services/slack).
//!
//! One event is one attachment: the message as its text, coloured by level. What would be a link or a
//! mention to Slack (`<!channel>`) is escaped: tag values come from whoever may write points. The address is
//! the secret that lets anybody post, so it appears in no message, not even in those of the HTTP client.

use super::attempt::Attempt;
use crate::Level;
use crate::config::SlackSettings;
use crate::event::{Event, cut};
use crate::limits::ANSWER_BYTES_MAX;
use crate::outbox::Letter;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// Posts to one webhook.
#[derive(Debug)]
pub(super) struct SlackHandler {
    settings: SlackSettings,
    client: Client,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    text: &'a str,
    attachments: [Attachment; 1],
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon_emoji: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Attachment {
    fallback: String,
    color: &'static str,
    text: String,
    mrkdwn_in: [&'static str; 1],
}

impl SlackHandler {
    pub(super) fn new(settings: SlackSettings, timeout: Duration) -> Result<Self, String> {
        let client = Client::builder()
            .timeout(timeout)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("vigie/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { settings, client: client.map_err(|error| error.without_url().to_string())? })
    }

    pub(super) async fn deliver(&self, letters: &[Arc<Letter>]) -> Attempt {
        for letter in letters {
            match self.post(&letter.event).await {
                Attempt::Delivered => {}
                other => return other,
            }
        }
        Attempt::Delivered
    }

    async fn post(&self, event: &Event) -> Attempt {
        let request = self.client.post(self.settings.url.reveal()).json(&message(&self.settings, event));
        match request.send().await {
            Ok(response) => judge(response).await,
            Err(error) => Attempt::failed(reason(error)),
        }
    }
}

fn message<'a>(settings: &'a SlackSettings, event: &Event) -> Message<'a> {
    let text = escaped(&event.message);
    Message {
        channel: settings.channel.as_deref(),
        text: "",
        attachments: [Attachment {
            fallback: text.clone(),
            color: color(event.level),
            text,
            mrkdwn_in: ["text"],
        }],
        username: &settings.username,
        icon_emoji: settings.icon_emoji.as_deref(),
    }
}

/// A text without control characters of Slack's: exactly these three are escaped (Slack, "Formatting text for
/// app surfaces", escaping text).
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const fn color(level: Level) -> &'static str {
    match level {
        Level::Ok | Level::Info => "good",
        Level::Warning => "warning",
        Level::Critical => "danger",
    }
}

async fn judge(response: Response) -> Attempt {
    let status = response.status();
    if status.is_success() {
        return Attempt::Delivered;
    }
    let after = retry_after(response.headers());
    let reason = format!("the receiver answered {status}: {}", beginning(response).await);
    let passes = status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    if passes { Attempt::Failed { reason, after } } else { Attempt::Refused { reason } }
}

/// The pause that the receiver asks for; a date is not taken, Slack sends seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The beginning of an answer, for the log.
async fn beginning(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES_MAX)]);
        if body.len() >= ANSWER_BYTES_MAX {
            break;
        }
    }
    cut(&String::from_utf8_lossy(&body), ANSWER_BYTES_MAX).escape_debug().to_string()
}

/// What went wrong, down to the cause, without the address.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        reason = format!("{reason}: {error}");
        cause = error.source();
    }
    reason
}
