//! Execution of a validated SELECT: rows are pulled from sources as column chunks, group after group,
//! and pushed to whoever takes the answer.

mod answer;
mod buckets;
mod columns;
mod eval;
mod fill;
mod join;
mod raw;
mod reduce;
mod rows;
mod scan;
mod select;
mod subquery;
mod tags;
mod ties;
mod union;

pub(crate) use answer::Answer;
pub(crate) use select::run;
