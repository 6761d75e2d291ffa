//! Reading `[notify.slack]` and `[notify.log]`.

use settings::{Document, Entry, Problem, Section, SettingsError};
use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one who needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A handler: its name and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerSettings {
    /// How rules call it; its kind, if it was not given another.
    pub name: String,
    /// What it does.
    pub kind: HandlerKind,
}

/// What a handler does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandlerKind {
    /// Posts to a Slack channel, or to what takes the same.
    Slack(SlackSettings),
    /// Writes a line of JSON.
    Log(LogSettings),
}

/// `[notify.slack]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackSettings {
    /// The address of the incoming webhook; who has it can post.
    pub url: Secret,
    /// The channel; the webhook's own where it is none.
    pub channel: Option<String>,
    /// The name to post under.
    pub username: String,
    /// The picture to post with, such as `:telescope:`.
    pub icon_emoji: Option<String>,
}

/// `[notify.log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// The file to append to; the program's log where it is none.
    pub path: Option<PathBuf>,
}

/// The kinds, as sections spell them.
const KINDS: [&str; 2] = ["log", "slack"];

impl HandlerKind {
    /// The word in `[notify.WORD]`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Slack(_) => "slack",
            Self::Log(_) => "log",
        }
    }
}

impl HandlerSettings {
    /// The handler that is there when nothing is configured: the program's log.
    #[must_use]
    pub fn log_only() -> Self {
        Self { name: "log".to_owned(), kind: HandlerKind::Log(LogSettings { path: None }) }
    }
}

pub(super) fn read(documents: &[Document<'_>]) -> Result<Vec<HandlerSettings>, SettingsError> {
    let mut handlers = Vec::new();
    let mut names = HashSet::new();
    for document in documents {
        for entry in document.plugins("notify") {
            let entry = entry?;
            let handler = read_handler(&entry)?;
            if !names.insert(handler.name.clone()) {
                let reason =
                    format!("there is already a handler {:?}; give this one another name", handler.name);
                return Err(Section::of(&entry).invalid("name", reason));
            }
            handlers.push(handler);
        }
    }
    Ok(handlers)
}

fn read_handler(entry: &Entry<'_>) -> Result<HandlerSettings, SettingsError> {
    if !KINDS.contains(&entry.name) {
        return Err(entry.error(Problem::unknown_plugin("handler", entry.name, &KINDS)));
    }
    let mut section = Section::of(entry);
    let name = section.text("name")?.unwrap_or_else(|| entry.name.to_owned());
    let kind = match entry.name {
        "slack" => slack(entry, &mut section)?,
        _ => HandlerKind::Log(LogSettings { path: section.path("path")? }),
    };
    section.finish()?;
    Ok(HandlerSettings { name, kind })
}

fn slack(entry: &Entry<'_>, section: &mut Section<'_>) -> Result<HandlerKind, SettingsError> {
    let url = section.text("url")?;
    let settings = SlackSettings {
        channel: section.text("channel")?,
        username: section.text("username")?.unwrap_or_else(|| "vigie".to_owned()),
        icon_emoji: section.text("icon_emoji")?,
        url: Secret::new(url.clone().unwrap_or_default()),
    };
    match url {
        Some(url) if reqwest::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) => {
            Ok(HandlerKind::Slack(settings))
        }
        Some(_) => {
            Err(section.invalid("url", "expected an address like https://hooks.slack.com/...".to_owned()))
        }
        None => {
            let reason = "it is needed: the address of an incoming webhook".to_owned();
            let problem =
                Problem::InvalidValue { section: "notify.slack".to_owned(), key: "url".to_owned(), reason };
            Err(entry.error(problem))
        }
    }
}
