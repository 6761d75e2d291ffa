//! InfluxQL: from a statement's text to an answer.
//!
//! [`execute`] runs a parsed statement in a [`Context`]: names and rows come from a [`Source`], databases
//! and retention policies are kept by a [`Catalog`], and the answer goes to a [`RowSink`] while it is
//! computed, as typed columns. Memory is leased from the context's budget, and every statement stays
//! within [`Limits`].
//!
//! Semantics are InfluxDB 1.8's to the letter: column names, time columns, fills, ties, wrapping and the
//! words of errors. This crate knows no engine, no files, no HTTP and no wire form; [`text`](mod@text)
//! only helps those who write answers.

#![forbid(unsafe_code)]

mod analyze;
pub mod ast;
mod catalog;
mod context;
mod ddl;
mod delete;
mod error;
mod exec;
mod execute;
mod functions;
mod limits;
mod parser;
mod result;
mod show;
mod source;
mod statement;
pub mod text;
mod window;

pub use catalog::{Catalog, CatalogError, CatalogResult, RetentionPolicyInfo, RetentionPolicySpec};
pub use context::Context;
pub use error::{Error, Result};
pub use execute::execute;
pub use limits::Limits;
pub use parser::{
    EXPRESSION_HEIGHT_MAX, NESTING_MAX, PATTERNS_MAX, Param, ParamValue, Params, ParseError, Position,
    TEXT_BYTES_MAX, parse, parse_with,
};
pub use result::{Message, RowSink, SeriesHeader, SinkError};
pub use source::{Scan, Scope, Source, SourceError, SourceErrorKind, SourceResult, Summaries};
