//! What takes an event to people or programs: one of the known kinds.

use super::Post;
use super::attempt::Attempt;
use super::log::LogHandler;
use super::slack::SlackHandler;
use crate::config::HandlerKind;
use crate::limits::LOG_EVENTS_MAX;
use crate::outbox::Letter;
use std::sync::Arc;

/// A handler that is ready.
#[derive(Debug)]
pub(super) enum Handler {
    Slack(SlackHandler),
    Log(LogHandler),
}

impl Handler {
    pub(super) fn new(kind: &HandlerKind, post: &Post) -> Result<Self, String> {
        Ok(match kind {
            HandlerKind::Slack(settings) => {
                Self::Slack(SlackHandler::new(settings.clone(), post.delivery.timeout)?)
            }
            HandlerKind::Log(settings) => {
                Self::Log(LogHandler::new(settings.path.clone(), Arc::clone(&post.fs)))
            }
        })
    }

    /// How many letters it takes at once.
    pub(super) const fn letters_max(&self) -> usize {
        match self {
            Self::Slack(_) => 1,
            Self::Log(_) => LOG_EVENTS_MAX,
        }
    }

    /// Tries to deliver some letters, all or none.
    pub(super) async fn deliver(&self, letters: &[Arc<Letter>]) -> Attempt {
        match self {
            Self::Slack(slack) => slack.deliver(letters).await,
            Self::Log(log) => log.deliver(letters.to_vec()).await,
        }
    }
}
