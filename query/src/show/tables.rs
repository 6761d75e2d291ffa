//! Which measurements, and which of their series, a SHOW statement is about.

use crate::analyze::{self, Moment};
use crate::ast::{self, Cast, Expr, MeasurementName, Reference};
use crate::statement::Kind;
use crate::{Context, Error, Result, Scope};
use model::{MAX_TIME, MIN_TIME, TagPredicate, Tags, TimeRange};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The measurements of a SHOW statement with what WHERE says about their series.
pub(crate) struct Tables<'a> {
    context: &'a Context<'a>,
    /// WHERE without its time range.
    pub(crate) condition: Option<Expr>,
    time: TimeRange,
    /// Measurements by name, each with the scopes that have it.
    pub(crate) measurements: BTreeMap<String, Vec<Scope>>,
}

/// What a SHOW statement looks at.
pub(crate) struct Filter<'a> {
    /// The database; the request's when missing.
    pub(crate) database: Option<&'a str>,
    /// FROM; empty means all.
    pub(crate) sources: &'a [ast::Measurement],
    /// WHERE.
    pub(crate) condition: Option<&'a Expr>,
}

impl<'a> Tables<'a> {
    /// Looks up the measurements of all retention policies.
    ///
    /// # Errors
    /// When the database is missing, or WHERE means nothing.
    pub(crate) fn find(context: &'a Context<'a>, filter: &Filter<'_>) -> Result<Self> {
        let moment = Moment { now_ns: context.now_ns, zone: None };
        let (condition, bounds) = analyze::cut(filter.condition, &moment)?;
        let first = bounds.first.unwrap_or(MIN_TIME);
        let last = bounds.last.unwrap_or(MAX_TIME);
        let mut measurements: BTreeMap<String, Vec<Scope>> = BTreeMap::new();
        for scope in scopes(context, filter)? {
            for name in context.source.measurements(&scope)? {
                if is_wanted(filter.sources, &name) {
                    measurements.entry(name).or_default().push(scope.clone());
                }
            }
        }
        Ok(Self { context, condition, time: TimeRange::new(first, last.saturating_add(1)), measurements })
    }

    /// Whether WHERE leaves out nothing.
    pub(crate) fn is_unfiltered(&self) -> bool {
        self.condition.is_none() && self.time == TimeRange::ALL
    }

    /// Whether WHERE speaks of time.
    pub(crate) fn is_timed(&self) -> bool {
        self.time != TimeRange::ALL
    }

    /// The tag sets of the series of a measurement that pass, each once, in the order of their keys
    /// within a retention policy.
    ///
    /// # Errors
    /// When the source fails or the reader gave up.
    pub(crate) fn series(&self, name: &str, scopes: &[Scope]) -> Result<Vec<Arc<Tags>>> {
        let mut found: Vec<Arc<Tags>> = Vec::new();
        for scope in scopes {
            if self.context.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let predicate = self.predicate(scope, name)?;
            found.extend(self.context.source.series(scope, name, &predicate, self.time)?);
        }
        if scopes.len() > 1 {
            let mut seen = BTreeSet::new();
            found.retain(|tags| seen.insert(Arc::clone(tags)));
        }
        Ok(found)
    }

    fn predicate(&self, scope: &Scope, name: &str) -> Result<TagPredicate> {
        if self.condition.is_none() {
            return Ok(TagPredicate::All);
        }
        let fields = self.context.source.fields(scope, name)?;
        let kind = |reference: &Reference| {
            let field = fields.iter().find(|(field, _)| *field == reference.name);
            let ty = field.and_then(|(_, types)| types.first());
            match (reference.cast, ty) {
                (Some(Cast::Tag), _) | (_, None) => Some(Kind::Tag),
                (_, Some(ty)) => Some(Kind::Field(*ty)),
            }
        };
        Ok(analyze::series_predicate(self.condition.as_ref(), &kind))
    }
}

fn scopes(context: &Context<'_>, filter: &Filter<'_>) -> Result<Vec<Scope>> {
    let named = filter.sources.iter().find_map(|source| source.database.as_deref());
    let db = analyze::database(context, filter.database.or(named))?;
    let policies = context.catalog.retention_policies(db)?;
    Ok(policies.into_iter().map(|policy| Scope { db: db.into(), rp: policy.name.into() }).collect())
}

fn is_wanted(sources: &[ast::Measurement], name: &str) -> bool {
    let matches = |source: &ast::Measurement| match &source.name {
        MeasurementName::Name(wanted) => wanted == name,
        MeasurementName::Pattern(pattern) => pattern.regex().is_match(name),
    };
    sources.is_empty() || sources.iter().any(matches)
}
