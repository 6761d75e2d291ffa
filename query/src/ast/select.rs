//! SELECT.

use super::identifier::{write_clause, write_list};
use super::measurement::write_path;
use super::{Dimension, Expr, Fill, Page, QuotedIdentifier, SortOrder, Source, Walk, Zone, walk};
use std::fmt;

/// `SELECT fields [INTO target] FROM sources [WHERE ...] [GROUP BY ...] [fill(...)] [ORDER BY ...]
/// [LIMIT n] [OFFSET n] [SLIMIT n] [SOFFSET n] [tz(...)]`
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// The columns, at least one.
    pub fields: Vec<Field>,
    /// Where INTO writes.
    pub target: Option<Target>,
    /// What is read, at least one.
    pub sources: Vec<Source>,
    /// WHERE.
    pub condition: Option<Expr>,
    /// GROUP BY.
    pub dimensions: Vec<Dimension>,
    /// What empty buckets show.
    pub fill: Fill,
    /// ORDER BY.
    pub order: Option<SortOrder>,
    /// LIMIT and OFFSET: rows of each series.
    pub rows: Page,
    /// SLIMIT and SOFFSET: series.
    pub series: Page,
    /// tz().
    pub zone: Option<Zone>,
}

/// One column of a SELECT.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What it computes.
    pub expr: Expr,
    /// The name after AS.
    pub alias: Option<String>,
}

/// Where INTO writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The database; the source's when missing.
    pub database: Option<String>,
    /// The retention policy; the database's default when missing.
    pub retention_policy: Option<String>,
    /// The measurement; `None` is `:MEASUREMENT`, each source's own name.
    pub name: Option<String>,
}

impl Select {
    /// A SELECT with these columns and sources and nothing else.
    #[must_use]
    pub fn new(fields: Vec<Field>, sources: Vec<Source>) -> Self {
        Self {
            fields,
            target: None,
            sources,
            condition: None,
            dimensions: Vec::new(),
            fill: Fill::Null,
            order: None,
            rows: Page::default(),
            series: Page::default(),
            zone: None,
        }
    }

    /// Whether no column calls a function: InfluxDB's "raw" query, which returns points as stored.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        let mut calls = false;
        for field in &self.fields {
            walk(&field.expr, &mut |expr| {
                calls |= matches!(expr, Expr::Call(_));
                Walk::Into
            });
        }
        !calls
    }
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SELECT ")?;
        write_list(f, &self.fields)?;
        if let Some(target) = &self.target {
            write!(f, " INTO {target}")?;
        }
        f.write_str(" FROM ")?;
        write_list(f, &self.sources)?;
        write_condition(f, self.condition.as_ref())?;
        write_dimensions(f, &self.dimensions)?;
        self.fill.write_clause(f)?;
        SortOrder::write_clause(self.order, f)?;
        self.rows.write_clause(f, "")?;
        self.series.write_clause(f, "S")?;
        match &self.zone {
            Some(zone) => write!(f, " {zone}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)?;
        write_clause(f, "AS", self.alias.as_deref())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, self.database.as_deref(), self.retention_policy.as_deref())?;
        match &self.name {
            Some(name) => QuotedIdentifier(name).fmt(f),
            None => f.write_str(":MEASUREMENT"),
        }
    }
}

/// Prints ` FROM sources` where there are any.
pub(super) fn write_sources(f: &mut fmt::Formatter<'_>, sources: &[impl fmt::Display]) -> fmt::Result {
    if sources.is_empty() {
        return Ok(());
    }
    f.write_str(" FROM ")?;
    write_list(f, sources)
}

/// Prints ` WHERE condition` where there is one.
pub(super) fn write_condition(f: &mut fmt::Formatter<'_>, condition: Option<&Expr>) -> fmt::Result {
    match condition {
        Some(condition) => write!(f, " WHERE {condition}"),
        None => Ok(()),
    }
}

/// Prints ` GROUP BY dimensions` where there are any.
pub(super) fn write_dimensions(f: &mut fmt::Formatter<'_>, dimensions: &[Dimension]) -> fmt::Result {
    if dimensions.is_empty() {
        return Ok(());
    }
    f.write_str(" GROUP BY ")?;
    write_list(f, dimensions)
}
