//! Answers in chunks, as InfluxDB 1.x gives them: one JSON document after another, each on a line of its own.

use crate::client::last_cause;
use crate::limits::DOCUMENT_BYTES_MAX;
use reqwest::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A chunk of an answer. Numbers keep their own text: a 64-bit integer has more digits than a float holds.
#[derive(Debug, Deserialize)]
pub(crate) struct Document<'a> {
    #[serde(borrow, default)]
    pub(crate) results: Vec<Part<'a>>,
    /// Why there is no answer at all.
    pub(crate) error: Option<String>,
}

/// What one statement has in a document.
#[derive(Debug, Deserialize)]
pub(crate) struct Part<'a> {
    #[serde(default)]
    pub(crate) statement_id: usize,
    #[serde(borrow, default)]
    pub(crate) series: Vec<Series<'a>>,
    /// Why the statement went no further.
    pub(crate) error: Option<String>,
}

/// Rows of one series.
#[derive(Debug, Deserialize)]
pub(crate) struct Series<'a> {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) columns: Vec<String>,
    #[serde(borrow, default)]
    pub(crate) values: Vec<Vec<&'a RawValue>>,
}

/// Why an answer was not had whole.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection broke; asking again may help.
    Broken(anyhow::Error),
    /// Asking again would not help.
    Final(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Final(error)
    }
}

impl From<Failure> for anyhow::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Broken(error) | Failure::Final(error) => error,
        }
    }
}

/// An answer while it comes.
#[derive(Debug)]
pub(crate) struct Documents {
    response: Response,
    buf: Vec<u8>,
    /// How much of `buf` is known to hold no newline.
    searched: usize,
    /// Whether the last document said that another one follows.
    is_partial: bool,
}

impl Documents {
    /// The documents of an answer that has begun.
    pub(crate) const fn new(response: Response) -> Self {
        Self { response, buf: Vec::new(), searched: 0, is_partial: false }
    }

    /// The next document's text.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        loop {
            if let Some(end) = self.buf[self.searched..].iter().position(|byte| *byte == b'\n') {
                let rest = self.buf.split_off(self.searched + end + 1);
                let document = std::mem::replace(&mut self.buf, rest);
                self.searched = 0;
                if document.iter().any(|byte| !byte.is_ascii_whitespace()) {
                    self.is_partial = is_partial(&document)?;
                    return Ok(Some(document));
                }
                continue;
            }
            self.searched = self.buf.len();
            if self.buf.len() > DOCUMENT_BYTES_MAX {
                return Err(Failure::Final(anyhow::anyhow!(
                    "a document is longer than {DOCUMENT_BYTES_MAX} bytes"
                )));
            }
            let broken =
                |error: reqwest::Error| anyhow::anyhow!("the answer broke off: {}", last_cause(&error));
            match self.response.chunk().await.map_err(|error| Failure::Broken(broken(error)))? {
                Some(piece) => self.buf.extend_from_slice(&piece),
                None if self.buf.is_empty() && !self.is_partial => return Ok(None),
                None if self.buf.is_empty() => {
                    return Err(Failure::Broken(anyhow::anyhow!("the answer ended before its last part")));
                }
                None => self.buf.push(b'\n'),
            }
        }
    }
}

/// A document's text as what it says.
///
/// # Errors
/// When it is none.
pub(crate) fn read(document: &[u8]) -> anyhow::Result<Document<'_>> {
    serde_json::from_slice(document)
        .map_err(|error| anyhow::anyhow!("the answer is not InfluxDB's JSON: {error}"))
}

fn is_partial(document: &[u8]) -> anyhow::Result<bool> {
    /// What says whether more is to come, without the rows.
    #[derive(Deserialize)]
    struct Ends {
        #[serde(default)]
        results: Vec<End>,
    }
    #[derive(Deserialize)]
    struct End {
        #[serde(default)]
        partial: bool,
    }
    let ends: Ends = serde_json::from_slice(document)
        .map_err(|error| anyhow::anyhow!("the answer is not InfluxDB's JSON: {error}"))?;
    Ok(ends.results.last().is_some_and(|end| end.partial))
}

/// The series of a document.
///
/// # Errors
/// When it is none, or tells an error of the statement.
pub(crate) fn parse(document: &[u8]) -> anyhow::Result<Vec<Series<'_>>> {
    let document = read(document)?;
    if let Some(error) = document.error {
        anyhow::bail!("{error}");
    }
    let mut series = Vec::new();
    for part in document.results {
        if let Some(error) = part.error {
            anyhow::bail!("{error}");
        }
        series.extend(part.series);
    }
    Ok(series)
}

/// A string without its quotes; anything else as it stands.
pub(crate) fn as_text(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_digit_and_errors_are_told() {
        let text = br#"{"results":[{"series":[{"name":"m","tags":{"a":"\u003c"},"columns":["time","v"],
            "values":[[1,9007199254740993],[2,null]]}],"partial":true}]}"#;
        let series = parse(text).unwrap();
        assert_eq!(series[0].values[0][1].get(), "9007199254740993");
        assert_eq!(series[0].tags["a"], "<");
        assert!(is_partial(text).unwrap());
        assert_eq!(parse(br#"{"error":"timeout"}"#).unwrap_err().to_string(), "timeout");
        let failed = br#"{"results":[{"statement_id":0,"error":"database not found: x"}]}"#;
        assert_eq!(parse(failed).unwrap_err().to_string(), "database not found: x");
        assert!(parse(b"<html>").unwrap_err().to_string().starts_with("the answer is not"));
    }
}
