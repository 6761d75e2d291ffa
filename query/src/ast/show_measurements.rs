//! SHOW MEASUREMENTS.

use super::identifier::write_clause;
use super::select::write_condition;
use super::{Expr, Measurement, MeasurementName, Page, SortOrder};
use std::fmt;

/// `SHOW MEASUREMENTS [ON database] [WITH MEASUREMENT = name | =~ /pattern/] [WHERE condition]
/// [ORDER BY ...] [LIMIT n] [OFFSET n]`
#[derive(Debug, Clone, PartialEq)]
pub struct ShowMeasurements {
    /// The database; the request's when missing.
    pub database: Option<String>,
    /// Which measurements; all when missing. A name compares whole, a pattern anywhere.
    pub measurement: Option<Measurement>,
    /// Only measurements with a series that passes.
    pub condition: Option<Expr>,
    /// Parsed as InfluxDB does; names come sorted anyway.
    pub order: Option<SortOrder>,
    /// Which part of the answer.
    pub page: Page,
}

impl fmt::Display for ShowMeasurements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHOW MEASUREMENTS")?;
        write_clause(f, "ON", self.database.as_deref())?;
        if let Some(measurement) = &self.measurement {
            let operator = match measurement.name {
                MeasurementName::Name(_) => "=",
                MeasurementName::Pattern(_) => "=~",
            };
            write!(f, " WITH MEASUREMENT {operator} {measurement}")?;
        }
        write_condition(f, self.condition.as_ref())?;
        SortOrder::write_clause(self.order, f)?;
        self.page.write_clause(f, "")
    }
}
