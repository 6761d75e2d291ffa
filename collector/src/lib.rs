//! The agent: reads what a machine says about itself and hands it on as line protocol.
//!
//! A [`Config`] names inputs and outputs. An [`Agent`] runs each input on its own schedule; what an
//! input reports passes its [`Accumulator`] (filters, tags, rounding), waits in one bounded buffer per
//! output and leaves in a [`Batch`] through that output. The settings are spelled as Telegraf spells
//! them, and so are the names, tags and types of what is measured.
//!
//! This crate knows nothing of a store: whoever takes the batches implements [`Output`]. It opens no
//! file of its own; the kernel's files it reads lie under a [`Host`].

#![forbid(unsafe_code)]

mod accumulator;
mod agent;
mod buffer;
mod config;
mod error;
mod field;
mod filter;
mod host;
mod input;
mod kernel_file;
pub mod limits;
mod lines;
mod log_limit;
mod output;
mod random;
mod rounding;

pub use accumulator::{Accumulator, Pipeline};
pub use agent::{Agent, AgentStats, GatheredOnce, InputStats, OutputStats, Unsent, gather_once};
pub use config::{
    AgentSettings, Config, HttpOutputConfig, InputCommon, InputConfig, NameChange, SECTIONS, default_toml,
};
pub use error::{Error, Result};
pub use field::{boolean, float, integer, text, unsigned};
pub use filter::Filter;
pub use host::Host;
pub use input::{AsyncInput, BlockingInput, GatherFuture, INPUTS, Input, InputKind, InputSettings};
pub use output::{Batch, HttpOutput, HttpSettings, Output, OutputSettings, WriteError, WriteFuture};
