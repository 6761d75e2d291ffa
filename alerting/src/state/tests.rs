//! Tables of points and the events that they raise.

use super::*;
use crate::Level::{Critical, Info, Ok, Warning};

const AT_ONCE: Policy = Policy { hold_ns: 0, recover_ns: 0, state_changes_only: true, repeat_ns: None };

/// Conditions `> 60`, `> 70`, `> 80`, with the resets of Kapacitor's documentation if wanted.
fn evaluation(time_ns: i64, value: i64, resets: bool) -> Evaluation {
    let reset = |below: i64| resets.then_some(value < below);
    Evaluation {
        time_ns,
        holds: [value > 60, value > 70, value > 80],
        resets: [reset(50), reset(60), reset(70)],
    }
}

/// Runs points and gives the level of each event, none for a quiet point.
fn run(policy: &Policy, resets: bool, points: &[(i64, i64)]) -> Vec<Option<Level>> {
    let mut state = AlertState::default();
    let mut told = Vec::new();
    for (time_ns, value) in points {
        let (next, outcome) = transition(state, &evaluation(*time_ns, *value, resets), policy);
        state = next;
        told.push(match outcome {
            Outcome::Event(transition) => Some(transition.level),
            Outcome::Late | Outcome::Quiet => None,
        });
    }
    told
}

fn timed(values: &[i64]) -> Vec<(i64, i64)> {
    (0..).zip(values.iter().copied()).collect()
}

#[test]
fn without_resets_the_level_follows_the_value() {
    let told = run(&AT_ONCE, false, &timed(&[61, 73, 64, 85, 62, 56, 47]));
    let expected = [Some(Info), Some(Warning), Some(Info), Some(Critical), Some(Info), Some(Ok), None];
    assert_eq!(told, expected);
}

#[test]
fn with_resets_a_level_is_left_only_when_its_reset_holds() {
    let told = run(&AT_ONCE, true, &timed(&[61, 73, 64, 85, 62, 56, 47]));
    assert_eq!(told, [Some(Info), Some(Warning), None, Some(Critical), Some(Info), None, Some(Ok)]);
}

#[test]
fn a_level_that_stays_is_told_once() {
    assert_eq!(
        run(&AT_ONCE, false, &timed(&[90, 91, 92, 10, 11])),
        [Some(Critical), None, None, Some(Ok), None]
    );
}

#[test]
fn every_point_that_is_not_ok_is_told_if_wanted() {
    let policy = Policy { state_changes_only: false, ..AT_ONCE };
    let told = run(&policy, false, &timed(&[90, 91, 10, 11]));
    assert_eq!(told, [Some(Critical), Some(Critical), Some(Ok), None]);
}

#[test]
fn a_level_that_stays_is_told_again_after_a_while() {
    let policy = Policy { repeat_ns: Some(3), ..AT_ONCE };
    let told = run(&policy, false, &timed(&[90, 90, 90, 90, 90, 10, 10, 10, 10]));
    assert_eq!(told[..5], [Some(Critical), None, None, Some(Critical), None]);
    assert_eq!(told[5..], [Some(Ok), None, None, None], "OK is never repeated");
}

#[test]
fn a_level_is_raised_after_it_has_held_for_long_enough() {
    let policy = Policy { hold_ns: 20, ..AT_ONCE };
    let told = run(&policy, false, &[(0, 90), (10, 90), (19, 90), (20, 90), (30, 10)]);
    assert_eq!(told, [None, None, None, Some(Critical), Some(Ok)]);
    let broken = run(&policy, false, &[(0, 90), (10, 10), (20, 90), (39, 90), (40, 90)]);
    assert_eq!(broken, [None, None, None, None, Some(Critical)], "one good point starts it anew");
}

#[test]
fn each_level_has_to_hold_by_itself() {
    let policy = Policy { hold_ns: 20, ..AT_ONCE };
    let told = run(&policy, false, &[(0, 75), (10, 90), (20, 90), (30, 90), (40, 75), (50, 75)]);
    assert_eq!(told, [None, None, Some(Warning), Some(Critical), Some(Warning), None]);
}

#[test]
fn a_level_is_left_after_it_has_been_gone_for_long_enough() {
    let policy = Policy { recover_ns: 20, ..AT_ONCE };
    let told = run(&policy, false, &[(0, 90), (10, 10), (20, 90), (30, 10), (49, 10), (50, 10)]);
    assert_eq!(told, [Some(Critical), None, None, None, None, Some(Ok)]);
    let by_steps = run(&policy, false, &[(0, 90), (10, 75), (20, 10), (30, 10), (40, 10)]);
    assert_eq!(by_steps, [Some(Critical), None, None, Some(Warning), Some(Ok)]);
}

#[test]
fn points_out_of_order_are_ignored_and_those_of_one_instant_are_not() {
    let (state, _) = transition(AlertState::default(), &evaluation(10, 90, false), &AT_ONCE);
    let (same, outcome) = transition(state.clone(), &evaluation(9, 10, false), &AT_ONCE);
    assert_eq!((&same, outcome), (&state, Outcome::Late));
    let (state, outcome) = transition(state, &evaluation(10, 10, false), &AT_ONCE);
    assert!(matches!(outcome, Outcome::Event(Transition { level: Ok, .. })));
    assert_eq!(state.events, 2);
}

#[test]
fn the_duration_counts_from_where_it_left_ok() {
    let mut state = AlertState::default();
    let mut durations = Vec::new();
    for (time_ns, value) in [(100, 75), (110, 90), (130, 10), (140, 90)] {
        let (next, outcome) = transition(state, &evaluation(time_ns, value, false), &AT_ONCE);
        state = next;
        let Outcome::Event(transition) = outcome else { panic!("every point is a change") };
        durations.push(transition.duration_ns);
    }
    assert_eq!(durations, [0, 10, 30, 0]);
    assert_eq!((state.level, state.since_ns), (Critical, 140));
}

#[test]
fn the_extremes_of_time_do_not_overflow() {
    let policy =
        Policy { hold_ns: i64::MAX, recover_ns: i64::MAX, state_changes_only: true, repeat_ns: Some(1) };
    let told = run(&policy, false, &[(model::MIN_TIME, 90), (model::MAX_TIME, 90), (model::MAX_TIME, 10)]);
    assert_eq!(told.len(), 3);
}
