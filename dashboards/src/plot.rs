//! Plots as SVG that fits any width without script.
//!
//! An outer drawing holds the words at percentages of its width; an inner one, whose x axis counts buckets,
//! is stretched under them and holds the lines, which keep their width by `vector-effect`. No text stretches.

mod axis;
mod drawing;
mod path;
mod scale;
mod spark;
mod window;

pub(crate) use drawing::{Event, Layer, Plot, Slice, Threshold};
pub(crate) use scale::Scale;
pub(crate) use spark::{meter, spark};
pub(crate) use window::Window;
