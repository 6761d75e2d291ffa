//! The alert node: asks the conditions, moves the state, and makes the event.

use crate::event::{self, Event};
use crate::expression::{Operand, View};
use crate::limits::EVENT_FIELDS_MAX;
use crate::node::group::{Group, Told};
use crate::rule::Rule;
use crate::state::{Evaluation, Outcome, Transition, transition};
use crate::template::Facts;
use std::collections::BTreeMap;

/// What became of a value.
#[derive(Debug)]
pub(crate) enum Alerted {
    Late,
    Quiet,
    Event(Box<Event>),
}

/// Takes one value of a group at `time_ns`.
pub(crate) fn run(rule: &Rule, group: &mut Group, view: &View<'_>, time_ns: i64) -> Alerted {
    let evaluation = evaluate(rule, view, time_ns);
    let (state, outcome) = transition(std::mem::take(&mut group.state), &evaluation, &rule.policy);
    group.state = state;
    match outcome {
        Outcome::Late => Alerted::Late,
        Outcome::Quiet => {
            if let Some(told) = &mut group.told {
                told.value = number(view.value);
            }
            Alerted::Quiet
        }
        Outcome::Event(transition) => Alerted::Event(Box::new(tell(rule, group, view, time_ns, transition))),
    }
}

fn evaluate(rule: &Rule, view: &View<'_>, time_ns: i64) -> Evaluation {
    let mut evaluation = Evaluation { time_ns, holds: [false; 3], resets: [None; 3] };
    for index in 0..evaluation.holds.len() {
        evaluation.holds[index] = rule.levels[index].as_ref().is_some_and(|condition| condition.holds(view));
        evaluation.resets[index] = rule.resets[index].as_ref().map(|condition| condition.holds(view));
    }
    evaluation
}

/// Makes the event and keeps what the page says of the alert.
fn tell(rule: &Rule, group: &mut Group, view: &View<'_>, time_ns: i64, transition: Transition) -> Event {
    let group_text = rule.group_by.text(&group.tags);
    let mut facts = Facts {
        id: "",
        rule: rule.name(),
        measurement: &rule.spec.measurement,
        group: &group_text,
        level: transition.level,
        time_ns,
        duration_ns: transition.duration_ns,
        value: view.value,
        tags: &group.tags,
        point: view.point,
    };
    let id = rule.id.render(&facts);
    (facts.id, facts.tags) = (&id, view.tags);
    let message = rule.message.render(&facts);
    group.told = (transition.level != crate::Level::Ok).then(|| {
        let (id, message, tags) = (id.clone(), message.clone(), view.tags.clone());
        Box::new(Told { id, message, tags, value: number(view.value) })
    });
    Event {
        key: event::key(rule.name(), &group_text, time_ns, transition.level, group.state.events),
        number: group.state.events,
        id,
        message,
        level: transition.level,
        previous: transition.previous,
        time: time_ns,
        duration: transition.duration_ns,
        rule: rule.name().to_owned(),
        measurement: rule.spec.measurement.clone(),
        group: group_text,
        value: event::operand_json(view.value),
        tags: view.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        fields: fields(rule, view),
    }
}

/// The rule's own fields and then others of the point; of a window its aggregate.
fn fields(rule: &Rule, view: &View<'_>) -> BTreeMap<String, serde_json::Value> {
    let Some(point) = view.point else {
        let name = rule.spec.window.map_or("value", |window| window.aggregate.name());
        return BTreeMap::from([(name.to_owned(), event::operand_json(view.value))]);
    };
    let own = rule.value.fields();
    let (first, others): (Vec<_>, Vec<_>) = point.fields().partition(|field| own.contains(&field.name));
    let chosen = first.into_iter().chain(others).take(EVENT_FIELDS_MAX);
    chosen.map(|field| (field.name.to_owned(), event::field_json(field.value))).collect()
}

fn number(value: Operand<'_>) -> Option<f64> {
    match value {
        Operand::Number(number) => Some(number),
        _ => None,
    }
}
