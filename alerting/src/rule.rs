//! A rule: what to watch, when it is bad, how to say so.

mod spec;

pub use spec::{Aggregate, RuleSpec, Window};

use crate::expression::{Arithmetic, Condition};
use crate::state::Policy;
use crate::template::{Purpose, Template};
use std::time::Duration;

/// The id of an alert whose rule does not say otherwise.
const ID_DEFAULT: &str = "{{ .Rule }}:{{ .Group }}";

/// The message of a rule that does not say otherwise.
const MESSAGE_DEFAULT: &str = "{{ .ID }} is {{ .Level }}: {{ .Value | printf \"%.2f\" }}";

/// A rule whose texts have been checked and compiled.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(crate) spec: RuleSpec,
    pub(crate) value: Arithmetic,
    pub(crate) filter: Option<Condition>,
    pub(crate) group_by: GroupBy,
    pub(crate) levels: [Option<Condition>; 3],
    pub(crate) resets: [Option<Condition>; 3],
    pub(crate) policy: Policy,
    pub(crate) id: Template,
    pub(crate) message: Template,
}

/// Which tags tell alerts apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GroupBy {
    /// All: each series is an alert.
    All,
    /// These, sorted.
    Tags(Vec<String>),
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct RuleFault {
    /// The setting.
    pub key: &'static str,
    /// Why it cannot be used, as a clause.
    pub reason: String,
}

/// The settings of the three levels, in their order.
pub(crate) const LEVEL_KEYS: [&str; 3] = ["info", "warn", "crit"];

/// The settings of their resets.
pub(crate) const RESET_KEYS: [&str; 3] = ["info_reset", "warn_reset", "crit_reset"];

impl Rule {
    /// Checks and compiles a rule.
    ///
    /// # Errors
    /// The first setting that makes no sense.
    pub fn compile(spec: RuleSpec) -> Result<Self, RuleFault> {
        let fault = |key| move |reason| RuleFault { key, reason };
        for (key, text) in [("name", &spec.name), ("measurement", &spec.measurement)] {
            if text.is_empty() {
                return Err(fault(key)("it is empty".to_owned()));
            }
        }
        let rule = Self {
            value: Arithmetic::parse(&spec.field).map_err(fault("field"))?,
            filter: spec.filter.as_deref().map(Condition::parse).transpose().map_err(fault("where"))?,
            group_by: GroupBy::of(&spec.group_by).map_err(fault("group_by"))?,
            levels: thresholds(&spec.levels, LEVEL_KEYS)?,
            resets: thresholds(&spec.resets, RESET_KEYS)?,
            policy: policy(&spec),
            id: Template::parse(spec.id.as_deref().unwrap_or(ID_DEFAULT), Purpose::Id)
                .map_err(fault("id"))?,
            message: Template::parse(spec.message.as_deref().unwrap_or(MESSAGE_DEFAULT), Purpose::Message)
                .map_err(fault("message"))?,
            spec,
        };
        rule.check()?;
        Ok(rule)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// What was written.
    #[must_use]
    pub const fn spec(&self) -> &RuleSpec {
        &self.spec
    }

    fn check(&self) -> Result<(), RuleFault> {
        if self.levels.iter().all(Option::is_none) {
            let reason = "a rule needs at least one of info, warn and crit".to_owned();
            return Err(RuleFault { key: "name", reason });
        }
        for index in 0..LEVEL_KEYS.len() {
            if self.resets[index].is_some() && self.levels[index].is_none() {
                let reason = format!("there is no {} that it could reset", LEVEL_KEYS[index]);
                return Err(RuleFault { key: RESET_KEYS[index], reason });
            }
        }
        if let Some(window) = &self.spec.window {
            self.check_window(window)?;
        }
        Ok(())
    }

    /// A window has one value and no point.
    fn check_window(&self, window: &Window) -> Result<(), RuleFault> {
        if window.length.is_zero() {
            return Err(RuleFault { key: "window", reason: "expected a length above zero".to_owned() });
        }
        let keyed = self.levels.iter().zip(LEVEL_KEYS).chain(self.resets.iter().zip(RESET_KEYS));
        for (condition, key) in keyed {
            if condition.as_ref().is_some_and(|condition| !condition.is_about_value_only()) {
                let reason = "with a window a level can look at nothing but the value".to_owned();
                return Err(RuleFault { key, reason });
            }
        }
        Ok(())
    }
}

impl GroupBy {
    fn of(tags: &[String]) -> Result<Self, String> {
        if tags.iter().any(|tag| tag == "*") {
            return match tags.len() {
                1 => Ok(Self::All),
                _ => Err("\"*\" stands alone: it means every tag".to_owned()),
            };
        }
        let mut tags = tags.to_vec();
        tags.sort();
        tags.dedup();
        Ok(Self::Tags(tags))
    }
}

fn thresholds(
    texts: &[Option<String>; 3],
    keys: [&'static str; 3],
) -> Result<[Option<Condition>; 3], RuleFault> {
    let mut conditions = [None, None, None];
    for (index, text) in texts.iter().enumerate() {
        let parsed = text.as_deref().map(Condition::parse_threshold).transpose();
        conditions[index] = parsed.map_err(|reason| RuleFault { key: keys[index], reason })?;
    }
    Ok(conditions)
}

fn policy(spec: &RuleSpec) -> Policy {
    Policy {
        hold_ns: nanoseconds(spec.hold),
        recover_ns: nanoseconds(spec.recover),
        state_changes_only: spec.state_changes_only,
        repeat_ns: spec.repeat.map(nanoseconds),
    }
}

/// A length in ns; one of more than 292 years is that long.
pub(crate) fn nanoseconds(length: Duration) -> i64 {
    i64::try_from(length.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
