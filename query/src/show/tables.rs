//! Which measurements, and which of their series, a SHOW statement is about.

use crate::analyze::{self, Moment};
use crate::ast::{self, Cast, Expr, MeasurementName, Pattern, Reference};
use crate::statement::Kind;
use crate::{Context, Error, Result, Scope};
use model::{Leased, MAX_TIME, MIN_TIME, SeriesKey, SeriesRequest, Share, TagPredicate, Tags, TimeRange};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a series takes while lists of several retention policies become one: its place, and its key for sorting.
const UNITED_BYTES: usize = 128;

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
        let mut tables = Self::none(context, filter)?;
        for scope in scopes(context, filter)? {
            tables.add(&scope, |name| filter.sources.is_empty() || is_wanted(filter.sources, name))?;
        }
        Ok(tables)
    }

    /// Looks up the measurements of the retention policies that FROM names, else of the default one.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub(crate) fn find_in_policies(context: &'a Context<'a>, filter: &Filter<'_>) -> Result<Self> {
        let mut tables = Self::none(context, filter)?;
        for source in named_sources(filter.sources, filter.database)? {
            let scope = analyze::resolve(context, &source)?;
            tables.add(&scope, |name| is_wanted(std::slice::from_ref(&source), name))?;
        }
        Ok(tables)
    }

    fn none(context: &'a Context<'a>, filter: &Filter<'_>) -> Result<Self> {
        let moment = Moment { now_ns: context.now_ns, zone: None };
        let (condition, bounds) = analyze::cut(filter.condition, &moment)?;
        let first = bounds.first.unwrap_or(MIN_TIME);
        let last = bounds.last.unwrap_or(MAX_TIME);
        let time = TimeRange::new(first, last.saturating_add(1));
        Ok(Self { context, condition, time, measurements: BTreeMap::new() })
    }

    fn add(&mut self, scope: &Scope, is_wanted: impl Fn(&str) -> bool) -> Result<()> {
        for name in self.context.source.measurements(scope)?.into_iter().filter(|name| is_wanted(name)) {
            let scopes = self.measurements.entry(name).or_default();
            if !scopes.contains(scope) {
                scopes.push(scope.clone());
            }
        }
        Ok(())
    }

    /// Whether WHERE leaves out nothing.
    pub(crate) fn is_unfiltered(&self) -> bool {
        self.condition.is_none() && self.time == TimeRange::ALL
    }

    /// Whether WHERE speaks of time.
    pub(crate) fn is_timed(&self) -> bool {
        self.time != TimeRange::ALL
    }

    /// The tag sets of the series of a measurement that pass, each once, in the order of their keys.
    ///
    /// # Errors
    /// When the source fails, the reader gave up, or there is no room for the list.
    pub(crate) fn series(&self, name: &str, scopes: &[Scope]) -> Result<Leased<Vec<Arc<Tags>>>> {
        let mut lists = Vec::with_capacity(scopes.len());
        for (scope, request) in self.requests(name, scopes)? {
            lists.push(self.context.source.series(&scope, &request)?);
        }
        if lists.len() == 1 {
            return Ok(lists.remove(0));
        }
        let count: usize = lists.iter().map(|list| list.len()).sum();
        let mut held = self.context.budget.lease(Share::Query, count * UNITED_BYTES)?;
        let mut united: Vec<Arc<Tags>> = Vec::with_capacity(count);
        for (list, lease) in lists.into_iter().map(Leased::into_parts) {
            united.extend(list);
            held.absorb(lease);
        }
        united.sort_by_cached_key(|tags| SeriesKey::new(name, tags));
        united.dedup();
        Ok(Leased::new(united, held))
    }

    /// How many tag sets [`series`](Self::series) would give.
    ///
    /// # Errors
    /// As [`series`](Self::series).
    pub(crate) fn series_count(&self, name: &str, scopes: &[Scope]) -> Result<usize> {
        Ok(self.context.source.series_count(&self.requests(name, scopes)?)?)
    }

    /// The tag keys of the series of a measurement that pass.
    ///
    /// # Errors
    /// As [`series`](Self::series).
    pub(crate) fn tag_keys(&self, name: &str, scopes: &[Scope]) -> Result<BTreeSet<String>> {
        let mut keys = BTreeSet::new();
        for (scope, request) in self.requests(name, scopes)? {
            keys.extend(self.context.source.tag_keys(&scope, &request)?);
        }
        Ok(keys)
    }

    /// The tags that `is_wanted` takes, sorted, each with its values among the series of a measurement that pass,
    /// sorted too.
    ///
    /// # Errors
    /// As [`series`](Self::series).
    pub(crate) fn tag_values(
        &self,
        name: &str,
        scopes: &[Scope],
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<(String, Leased<Vec<String>>)>> {
        let mut lists: BTreeMap<String, Vec<Leased<Vec<String>>>> = BTreeMap::new();
        for (scope, request) in self.requests(name, scopes)? {
            let source = self.context.source;
            let all = SeriesRequest { tags: TagPredicate::All, ..request.clone() };
            for key in source.tag_keys(&scope, &all)?.into_iter().filter(|key| is_wanted(key)) {
                let values = source.tag_values(&scope, &key, &request)?;
                lists.entry(key).or_default().push(values);
            }
        }
        let of_key = |(key, lists)| Ok((key, self.united(lists)?));
        lists.into_iter().map(of_key).collect()
    }

    /// Sorted lists as one in which each value is once.
    fn united(&self, mut lists: Vec<Leased<Vec<String>>>) -> Result<Leased<Vec<String>>> {
        if lists.len() == 1 {
            return Ok(lists.remove(0));
        }
        let count: usize = lists.iter().map(|list| list.len()).sum();
        let mut held = self.context.budget.lease(Share::Query, count * size_of::<String>())?;
        let mut united = Vec::with_capacity(count);
        for (list, lease) in lists.into_iter().map(Leased::into_parts) {
            united.extend(list);
            held.absorb(lease);
        }
        united.sort();
        united.dedup();
        Ok(Leased::new(united, held))
    }

    /// What each retention policy is asked: a name may be a field in one and a tag in another.
    fn requests(&self, name: &str, scopes: &[Scope]) -> Result<Vec<(Scope, SeriesRequest)>> {
        if self.context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let request = |scope: &Scope| {
            let predicate = self.predicate(scope, name)?;
            Ok((scope.clone(), self.context.series_of(name, &predicate, self.time)))
        };
        scopes.iter().map(request).collect()
    }

    fn predicate(&self, scope: &Scope, name: &str) -> Result<TagPredicate> {
        if self.condition.is_none() {
            return Ok(TagPredicate::All);
        }
        let fields = self.context.source.fields(scope, name, TimeRange::ALL)?;
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
    sources.iter().any(matches)
}

/// What FROM names, in the database of ON where it names none itself; all measurements without FROM.
///
/// # Errors
/// None that a user can see: the pattern for all measurements is valid.
pub(crate) fn named_sources(
    sources: &[ast::Measurement],
    database: Option<&str>,
) -> Result<Vec<ast::Measurement>> {
    let mut sources = sources.to_vec();
    if sources.is_empty() {
        let all = Pattern::new(".+").map_err(|error| Error::invalid(error.to_string()))?;
        let name = MeasurementName::Pattern(all);
        sources.push(ast::Measurement { database: None, retention_policy: None, name });
    }
    for source in sources.iter_mut().filter(|source| source.database.is_none()) {
        source.database = database.map(str::to_owned);
    }
    Ok(sources)
}
