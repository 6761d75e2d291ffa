//! What a server's answer means for a batch.
//!
//! Telegraf drops a batch on every 4xx of a server. Here only 400 drops, because only there the server says that
//! the metrics themselves are bad (and it has stored the good ones); a wrong password (401, 403), a
//! busy server (408, 429) or a missing one behind a proxy (404, 502) keep it, and 413 splits it.

use super::super::WriteError;
use crate::limits::RETRY_AFTER_MAX;
use serde_json::Value;
use std::time::Duration;

/// What becomes of the batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The server has it.
    Written,
    /// There is no such database; the text is the server's.
    NoDatabase(String),
    /// It was not written.
    Failed(WriteError),
}

impl Verdict {
    /// The end of it: a database that is still missing is waited for.
    pub(super) fn after_second_try(self) -> Result<(), WriteError> {
        match self {
            Self::Written => Ok(()),
            Self::NoDatabase(reason) => Err(WriteError::Retry { reason, after: None }),
            Self::Failed(error) => Err(error),
        }
    }
}

/// Words of a 5xx that mean "these metrics, never".
const NEVER: [&str; 5] = [
    "partial write",
    "unable to parse",
    "retention policy not found",
    "points beyond retention policy",
    "hinted handoff queue not empty",
];

/// Judges an answer to `/write`.
pub(super) fn judge(status: u16, body: &str, after: Option<Duration>) -> Verdict {
    let error = error_text(body);
    let reason = format!("{status}: {error}");
    match status {
        204 => Verdict::Written,
        _ if error.contains("database not found") => Verdict::NoDatabase(reason),
        413 => Verdict::Failed(WriteError::TooLarge { reason }),
        400 if !is_web_page(body) => {
            Verdict::Failed(WriteError::Refused { metrics: refused_metrics(&error), reason })
        }
        500.. if NEVER.iter().any(|words| error.contains(words)) => {
            Verdict::Failed(WriteError::Refused { metrics: refused_metrics(&error), reason })
        }
        _ => Verdict::Failed(WriteError::Retry { reason, after }),
    }
}

/// Whether an answer to CREATE DATABASE says that it is there; the error is the reason why not.
pub(super) fn database_created(status: u16, body: &str) -> Result<(), String> {
    let answer: Option<Value> = serde_json::from_str(body).ok();
    let results = answer.as_ref().and_then(|answer| answer.get("results")?.as_array());
    let failed = results.and_then(|results| results.iter().find_map(|result| result.get("error")?.as_str()));
    match (status, results, failed) {
        (200, Some(_), None) => Ok(()),
        (_, _, Some(error)) => Err(format!("{status}: {error}")),
        _ => Err(format!("{status}: {}", error_text(body))),
    }
}

/// A proxy answers with a page; it has not looked at the metrics, whatever its status says.
fn is_web_page(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

/// Seconds to wait, as the header `Retry-After` gives them; the form with a date is not understood.
pub(super) fn retry_after(header: &str) -> Option<Duration> {
    header.trim().parse().ok().map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// The `error` of a JSON answer, or else the body's beginning on one line.
fn error_text(body: &str) -> String {
    let answer: Option<Value> = serde_json::from_str(body).ok();
    let error = answer.as_ref().and_then(|answer| answer.get("error")?.as_str());
    let text = error.unwrap_or(body).split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(TEXT_CHARS_MAX).collect()
}

/// How much of the server's words goes to the log.
const TEXT_CHARS_MAX: usize = 400;

/// How many metrics an error says are lost: `partial write: ... dropped=3`, or one per unparsable line.
fn refused_metrics(error: &str) -> Option<usize> {
    if let Some((_, count)) = error.split_once("dropped=") {
        let digits = count.find(|c: char| !c.is_ascii_digit()).unwrap_or(count.len());
        return count[..digits].parse().ok();
    }
    match error.matches("unable to parse").count() {
        0 => None,
        lines => Some(lines),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: &str, metrics: Option<usize>) -> Verdict {
        Verdict::Failed(WriteError::Refused { reason: reason.to_owned(), metrics })
    }

    fn retry(reason: &str) -> Verdict {
        Verdict::Failed(WriteError::Retry { reason: reason.to_owned(), after: None })
    }

    #[test]
    fn only_204_is_success() {
        assert_eq!(judge(204, "", None), Verdict::Written);
        assert_eq!(judge(200, "{}", None), retry("200: {}"));
    }

    #[test]
    fn metrics_that_the_server_cannot_take_are_dropped() {
        let partial = r#"{"error":"partial write: field type conflict: input field \"v\" dropped=2"}"#;
        let reason = "400: partial write: field type conflict: input field \"v\" dropped=2";
        assert_eq!(judge(400, partial, None), refused(reason, Some(2)));
        let unparsable =
            r#"{"error":"unable to parse 'a': missing fields\nunable to parse 'b': missing fields"}"#;
        let reason = "400: unable to parse 'a': missing fields unable to parse 'b': missing fields";
        assert_eq!(judge(400, unparsable, None), refused(reason, Some(2)));
        assert_eq!(judge(400, "bad", None), refused("400: bad", None));
        assert_eq!(
            judge(500, "partial write: x dropped=1", None),
            refused("500: partial write: x dropped=1", Some(1))
        );
    }

    #[test]
    fn what_may_pass_is_kept() {
        for status in [400, 401, 403, 404, 408, 429, 500, 502, 503, 504] {
            assert_eq!(judge(status, "<h1>no</h1>", None), retry(&format!("{status}: <h1>no</h1>")));
        }
    }

    #[test]
    fn a_missing_database_and_a_large_body_have_cures() {
        let missing = r#"{"error":"database not found: \"telegraf\""}"#;
        assert_eq!(
            judge(404, missing, None),
            Verdict::NoDatabase("404: database not found: \"telegraf\"".to_owned())
        );
        assert_eq!(
            judge(413, "", None),
            Verdict::Failed(WriteError::TooLarge { reason: "413: ".to_owned() })
        );
    }

    #[test]
    fn retry_after_is_bounded_seconds() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("99999999"), Some(RETRY_AFTER_MAX));
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(retry_after("-1"), None);
    }

    #[test]
    fn a_database_is_created_when_no_result_has_an_error() {
        assert_eq!(database_created(200, r#"{"results":[{"statement_id":0}]}"#), Ok(()));
        let forbidden = r#"{"results":[{"error":"not allowed"}]}"#;
        assert_eq!(database_created(200, forbidden), Err("200: not allowed".to_owned()));
        assert_eq!(database_created(403, r#"{"error":"forbidden"}"#), Err("403: forbidden".to_owned()));
        assert!(database_created(200, "<html>").is_err());
    }
}
