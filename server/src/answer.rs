//! Answers on the wire: rows become JSON or CSV while they are computed.
//!
//! A writer is a [`query::RowSink`] that appends to a text and hands it on in pieces through a
//! [`Pieces`]; the connection takes them at its own pace and a statement waits for it.

mod csv;
mod json;
mod pieces;
mod pretty;
mod running;
mod value;

pub(crate) use csv::CsvAnswer;
pub(crate) use json::JsonAnswer;
pub(crate) use pieces::{Pieces, Received, channel};
pub(crate) use pretty::indented;
pub(crate) use running::Running;

use model::Precision;
use query::SinkError;

/// How a client wants its answer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AnswerStyle {
    /// Instants as integers in this unit, or as RFC 3339.
    pub(crate) epoch: Option<Precision>,
    /// Indented by four blanks.
    pub(crate) pretty: bool,
    /// One JSON document per so many rows.
    pub(crate) chunk_rows: Option<usize>,
}

/// What the handler of `/query` tells a writer, beside the rows.
pub(crate) trait Answer: query::RowSink {
    /// Statement number `statement` begins. A chunked answer splits its series where `splits` says so, and
    /// else has one document per series that does not say whether more is to come.
    fn begin(&mut self, statement: usize, splits: bool);

    /// The statement is over, with an error or without.
    fn end(&mut self, error: Option<&str>) -> Result<(), SinkError>;

    /// The whole answer is over.
    fn finish(&mut self) -> Result<(), SinkError>;
}
