//! The graph of one rule: its nodes in a row, its groups, and what it counts.

use crate::Level;
use crate::event::Event;
use crate::expression::{Operand, View};
use crate::node::alert::{self, Alerted};
use crate::node::group::{Group, Groups, Told};
use crate::node::series::{Route, Series};
use crate::node::window::Windowed;
use crate::rule::Rule;
use crate::state::NEVER;
use crate::status::{Counts, Gap};
use model::{Budget, PointRef, Tags};

/// A rule at work.
#[derive(Debug)]
pub(crate) struct RuleGraph {
    pub(crate) rule: Rule,
    pub(crate) groups: Groups,
    pub(crate) counts: Counts,
    pub(crate) last_gap: Option<Gap>,
    /// The time of the newest point, or [`NEVER`].
    pub(crate) newest_ns: i64,
}

impl RuleGraph {
    pub(crate) fn new(rule: Rule, budget: &Budget) -> Self {
        let groups = Groups::new(budget);
        Self { rule, groups, counts: Counts::default(), last_gap: None, newest_ns: NEVER }
    }

    /// Takes one point of a series that the rule sees.
    pub(crate) fn run(&mut self, route: Route, series: &Series, point: PointRef<'_>) -> Option<Event> {
        let view = value(&self.rule, route, series, point)?;
        self.counts.points += 1;
        self.newest_ns = self.newest_ns.max(point.ts());
        let group = self.groups.get_mut(route.group);
        let alerted = match window(&self.rule, group, &view, point.ts()) {
            Staged::Nothing => return None,
            Staged::Late => Alerted::Late,
            Staged::Value(time_ns, view) => alert::run(&self.rule, group, &view, time_ns),
        };
        match alerted {
            Alerted::Quiet => None,
            Alerted::Late => {
                self.counts.late += 1;
                None
            }
            Alerted::Event(event) => {
                self.counts.events[event.level as usize] += 1;
                Some(*event)
            }
        }
    }

    /// Takes over what an event of an earlier life said, where the points behind it are gone.
    pub(crate) fn adopt(&mut self, event: &Event) {
        let tags = Tags::new(event.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let Some(index) = self.groups.find_or_add(self.rule.group_by.of_series(&tags)) else { return };
        let group = self.groups.get_mut(index);
        if event.number <= group.state.events {
            return;
        }
        let state = &mut group.state;
        (state.level, state.since_ns, state.event_ns) = (event.level, event.time, event.time);
        state.raised_ns = event.time.saturating_sub(event.duration);
        state.last_ns = state.last_ns.max(event.time);
        state.events = event.number;
        state.pending = None;
        group.told = (event.level != Level::Ok).then(|| {
            let (id, message) = (event.id.clone(), event.message.clone());
            Box::new(Told { id, message, tags, value: event.value.as_f64() })
        });
    }
}

/// What a rule computes of a point, if it wants the point and there is something to compute.
fn value<'a>(rule: &'a Rule, route: Route, series: &'a Series, point: PointRef<'a>) -> Option<View<'a>> {
    let view = View { tags: &series.tags, point: Some(point), value: Operand::Missing };
    if route.filters && !rule.filter.as_ref().is_none_or(|filter| filter.holds(&view)) {
        return None;
    }
    let value = rule.value.evaluate(&view);
    (!value.is_missing()).then_some(View { value, ..view })
}

/// What comes out of the window, where the rule has one; else the value as it is.
enum Staged<'a> {
    Nothing,
    Late,
    Value(i64, View<'a>),
}

fn window<'a>(rule: &Rule, group: &mut Group, view: &View<'a>, time_ns: i64) -> Staged<'a> {
    let Some(window) = &rule.spec.window else { return Staged::Value(time_ns, *view) };
    let Operand::Number(value) = view.value else { return Staged::Nothing };
    match window.push(&mut group.bucket, time_ns, value) {
        Windowed::Open => Staged::Nothing,
        Windowed::Late => Staged::Late,
        Windowed::Closed { time_ns, value } => {
            Staged::Value(time_ns, View { point: None, value: Operand::number(value), ..*view })
        }
    }
}
