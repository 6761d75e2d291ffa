//! Many short-lived containers: series that differ in one tag, with a value each.

use super::time_ns;
use std::fmt::Write as _;

/// All series.
#[derive(Debug)]
pub(super) struct Cardinality {
    series: u32,
}

impl Cardinality {
    pub(super) fn new(series: u32) -> Self {
        Self { series }
    }

    /// Appends one line per series.
    pub(super) fn write(&self, step: u32, text: &mut String) -> std::fmt::Result {
        let time = time_ns(step);
        for number in 0..self.series {
            let value = (u64::from(number) * 7 + u64::from(step)) % 1000;
            write!(text, "req,container=c{number},host=h{},region=r{}", number % 1000, number % 10)?;
            writeln!(text, " value={value}.5 {time}")?;
        }
        Ok(())
    }
}
