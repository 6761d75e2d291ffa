//! The nodes of a rule's graph: each in a file of its own, run in step, point by point.
//!
//! `series` decides once per series which rules see its points (source, filter and grouping), `group` keeps a
//! state per alert, `window` makes one value of many, and `alert` asks the conditions and raises events.

pub(crate) mod alert;
pub(crate) mod group;
pub(crate) mod series;
pub(crate) mod window;
