//! InfluxQL's functions: what each takes, what it gives, and how it is computed.
//!
//! The file `table` is the registry. A function is either a reducer (rows of a bucket become points), a
//! step (points become points) or a function of numbers in one row.

mod accumulate;
mod arithmetic;
mod check;
mod collect;
mod forecast;
mod integral;
mod math;
mod nelder_mead;
mod number;
mod rank;
mod reducer;
mod sample;
mod selector;
mod step;
mod table;
mod transform;

pub(crate) use accumulate::{Accumulator, Batch, Point};
pub(crate) use check::Checker;
pub(crate) use math::{MathFunction, cast};
pub(crate) use number::Number;
pub(crate) use reducer::{Edge, Reducer};
pub(crate) use selector::compare;
pub(crate) use step::Step;
pub(crate) use table::{Build, expands_to, find};
pub(crate) use transform::Sequence;
