//! Alerts: rules watch accepted points, and people hear of it when something changes.
//!
//! [`AlertService`] reads points through a [`StreamStore`], in the order in which the store accepted them,
//! on a thread of its own. Each [`Rule`] is a small graph of nodes run in step (source, filter and group, then
//! window and alert); a [`transition`] decides whether a point changes an alert. An [`Event`] is on disk
//! before any handler sees it, and each handler has its own bounded queue, so that a receiver that is slow
//! or down delays nobody. Where the evaluation stands and every alert's state are saved every few seconds.
//!
//! The promise: each event reaches each of its handlers at least once, across crashes and outages of up to
//! `give_up`, and a second time only if the program died between the receiver's answer and the mark on disk;
//! its [`Event::key`] is then the same.
//!
//! Invariant: nothing here knows a storage engine or an HTTP server; points come in through [`StreamStore`].
//! Invariant: the evaluation waits for no handler.

#![forbid(unsafe_code)]

mod checkpoint;
mod config;
mod error;
mod evaluator;
mod event;
mod expression;
#[cfg(test)]
mod fakes;
mod graph;
mod level;
pub mod limits;
mod node;
mod notify;
mod outbox;
mod port;
mod rule;
mod service;
mod state;
mod status;
mod template;

pub use config::{
    Config, Delivery, HandlerKind, HandlerSettings, LogSettings, SECTIONS, Secret, SlackSettings,
    default_rules,
};
pub use error::{Error, Result};
pub use event::Event;
pub use level::Level;
pub use port::{StreamRead, StreamSource, StreamStore};
pub use rule::{Aggregate, Rule, RuleFault, RuleSpec, Window};
pub use service::AlertService;
pub use state::{AlertState, Evaluation, Outcome, Policy, Transition, transition};
pub use status::{ActiveAlert, AlertStats, Counts, Gap, HandlerStatus, RuleStatus};
