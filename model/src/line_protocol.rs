//! InfluxDB's line protocol: `measurement,tag=value field=1.5,other=2i 1700000000000000000`.
//!
//! [`parse`] takes a whole body and gives a batch of points and the lines that it refused, each with
//! its place and reason; one bad line never costs another. [`push_line`] writes a point. The
//! grammar is InfluxDB 1.8's, including what it tolerates.

mod error;
pub(crate) mod escape;
mod parser;
mod writer;

pub use error::{Reason, Refused};
pub use parser::{ParseOptions, Parsed, line_end, parse};
pub use writer::{push_line, push_point};
