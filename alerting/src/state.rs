//! What is remembered of one alert, and the pure function that takes it from one point to the next.
//!
//! Levels, resets and suppression are Kapacitor's (AlertNode): a level is left only when its reset holds, and
//! the conditions are asked from the worst level down. On top of that a level can be asked to hold, or to be
//! gone, for a length of event time before it counts. Nothing here looks at a clock: equal points give equal
//! states and equal events, also when they are read a second time after a restart.

use crate::Level;

/// No instant: before all that a point may carry.
pub(crate) const NEVER: i64 = i64::MIN;

/// What is remembered of one alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertState {
    /// The level that was told last.
    pub level: Level,
    /// The time of the point that brought it to this level, in ns; the least `i64` before any.
    pub since_ns: i64,
    /// When it left OK, in ns; stays there after the recovery.
    pub raised_ns: i64,
    /// The newest point that was looked at, in ns; the least `i64` before any.
    pub last_ns: i64,
    /// The time of the last event, in ns.
    pub event_ns: i64,
    /// How many events there were; with it no two events of one alert are alike.
    pub events: u64,
    /// Since when a change is on its way; none when there is none.
    pub(crate) pending: Option<Box<Pending>>,
}

impl Default for AlertState {
    fn default() -> Self {
        let level = Level::Ok;
        Self {
            level,
            since_ns: NEVER,
            raised_ns: NEVER,
            last_ns: NEVER,
            event_ns: NEVER,
            events: 0,
            pending: None,
        }
    }
}

/// Since when each level has held, or has been gone, without a break; [`NEVER`] for not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) held_ns: [i64; 3],
    pub(crate) gone_ns: [i64; 3],
}

impl Pending {
    pub(crate) const NONE: Self = Self { held_ns: [NEVER; 3], gone_ns: [NEVER; 3] };
}

/// What the conditions said of one point, for INFO, WARNING and CRITICAL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluation {
    /// The point's time, in ns.
    pub time_ns: i64,
    /// Whether the level's condition holds.
    pub holds: [bool; 3],
    /// Whether the level's reset holds; none where the level has no reset.
    pub resets: [Option<bool>; 3],
}

/// How a rule wants its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long a level must hold before it is raised, in ns.
    pub hold_ns: i64,
    /// How long a level must be gone before it is left, in ns.
    pub recover_ns: i64,
    /// Whether only a change of level is an event; else every point that is not OK is one.
    pub state_changes_only: bool,
    /// After how long an unchanged level that is not OK is told again, in ns.
    pub repeat_ns: Option<i64>,
}

/// What became of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is older than the newest one and was ignored.
    Late,
    /// Nothing to tell.
    Quiet,
    /// An event.
    Event(Transition),
}

/// The facts of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The level before.
    pub previous: Level,
    /// The level now.
    pub level: Level,
    /// How long it has not been OK, in ns of event time.
    pub duration_ns: i64,
}

/// The state after a point, and what to tell.
#[must_use]
pub fn transition(mut state: AlertState, evaluation: &Evaluation, policy: &Policy) -> (AlertState, Outcome) {
    let time_ns = evaluation.time_ns;
    if time_ns < state.last_ns {
        return (state, Outcome::Late);
    }
    state.last_ns = time_ns;
    let target = target(state.level, evaluation);
    let level = settle(&mut state, target, time_ns, policy);
    let previous = state.level;
    if level != previous {
        if previous == Level::Ok {
            state.raised_ns = time_ns;
        }
        (state.level, state.since_ns) = (level, time_ns);
    }
    if !is_event(&state, previous, policy) {
        return (state, Outcome::Quiet);
    }
    state.event_ns = time_ns;
    state.events = state.events.saturating_add(1);
    let duration_ns = time_ns.saturating_sub(state.raised_ns);
    (state, Outcome::Event(Transition { previous, level, duration_ns }))
}

/// The level that the conditions ask for, as Kapacitor finds it.
fn target(current: Level, evaluation: &Evaluation) -> Level {
    let worst_of = |levels: std::ops::Range<usize>| levels.rev().find(|index| evaluation.holds[*index]);
    let current_index = current.raised_index();
    if let Some(index) = worst_of(current_index.unwrap_or(0)..3) {
        return Level::RAISED[index];
    }
    match current_index {
        Some(index) if evaluation.resets[index] == Some(false) => current,
        Some(index) => worst_of(0..index).map_or(Level::Ok, |below| Level::RAISED[below]),
        None => Level::Ok,
    }
}

/// The level that counts, given how long the target has been asked for.
fn settle(state: &mut AlertState, target: Level, time_ns: i64, policy: &Policy) -> Level {
    if policy.hold_ns == 0 && policy.recover_ns == 0 {
        return target;
    }
    if target == Level::Ok && state.level == Level::Ok {
        state.pending = None;
        return target;
    }
    let mut pending = state.pending.take().map_or(Pending::NONE, |pending| *pending);
    pending.observe(target, time_ns);
    let level = pending.level(state.level, time_ns, policy);
    state.pending = (target != Level::Ok || level != Level::Ok).then(|| Box::new(pending));
    level
}

impl Pending {
    fn observe(&mut self, target: Level, time_ns: i64) {
        for (index, level) in Level::RAISED.into_iter().enumerate() {
            let (begins, ends) = match target >= level {
                true => (&mut self.held_ns[index], &mut self.gone_ns[index]),
                false => (&mut self.gone_ns[index], &mut self.held_ns[index]),
            };
            *ends = NEVER;
            if *begins == NEVER {
                *begins = time_ns;
            }
        }
    }

    /// The worst level that has held for long enough; else the worst up to the current one that has not
    /// been gone for long enough.
    fn level(&self, current: Level, time_ns: i64, policy: &Policy) -> Level {
        let lasts = |since: i64, length_ns: i64| since != NEVER && time_ns.saturating_sub(since) >= length_ns;
        let worst = |accepts: &dyn Fn(usize) -> bool| {
            Level::RAISED
                .into_iter()
                .enumerate()
                .rev()
                .find(|(index, _)| accepts(*index))
                .map(|(_, level)| level)
        };
        let raised = worst(&|index| lasts(self.held_ns[index], policy.hold_ns)).unwrap_or_default();
        let kept =
            worst(&|index| Level::RAISED[index] <= current && !lasts(self.gone_ns[index], policy.recover_ns));
        raised.max(kept.unwrap_or_default())
    }
}

fn is_event(state: &AlertState, previous: Level, policy: &Policy) -> bool {
    let repeats = |repeat_ns| state.last_ns.saturating_sub(state.event_ns) >= repeat_ns;
    state.level != previous
        || (state.level != Level::Ok && (!policy.state_changes_only || policy.repeat_ns.is_some_and(repeats)))
}

#[cfg(test)]
mod tests;
