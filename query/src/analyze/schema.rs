//! What exists where a SELECT reads: the fields and tags of its measurements, the columns of its
//! subqueries.

use crate::ast::{Measurement, MeasurementName, Pattern};
use crate::statement::{Kind, Select};
use crate::{Context, Result, Scope};
use model::{FieldType, TagPredicate, TimeRange};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One source with its names resolved.
#[derive(Debug)]
pub(crate) enum Resolved {
    /// A measurement that exists.
    Measurement(Table),
    /// A subquery.
    Subquery(Box<Select>),
}

/// A measurement's names.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its database and retention policy.
    pub(crate) scope: Scope,
    /// Its name.
    pub(crate) name: Arc<str>,
    fields: BTreeMap<String, FieldType>,
    tags: BTreeSet<String>,
}

impl Table {
    /// What `name` stands for: a field before a tag.
    pub(crate) fn kind(&self, name: &str) -> Option<Kind> {
        let field = self.fields.get(name).map(|ty| Kind::Field(*ty));
        field.or_else(|| self.tags.contains(name).then_some(Kind::Tag))
    }

    /// Whether there is a field of that name.
    pub(crate) fn has_field(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }
}

impl Resolved {
    /// What `name` stands for in this source.
    pub(crate) fn kind(&self, name: &str) -> Option<Kind> {
        match self {
            Self::Measurement(table) => table.kind(name),
            Self::Subquery(select) => {
                let output = select.outputs.iter().find(|output| output.inner_name == name);
                let column = output.and_then(|output| output.kind);
                column.or_else(|| select.grouping.iter().any(|tag| **tag == *name).then_some(Kind::Tag))
            }
        }
    }

    /// Adds what it has to the names of all sources.
    pub(crate) fn collect(&self, names: &mut Names) {
        match self {
            Self::Measurement(table) => {
                table.fields.iter().for_each(|(name, ty)| names.add_field(name, Some(Kind::Field(*ty))));
                names.tags.extend(table.tags.iter().cloned());
            }
            Self::Subquery(select) => {
                for output in &select.outputs {
                    names.add_field(&output.inner_name, output.kind);
                }
                names.tags.extend(select.grouping.iter().map(ToString::to_string));
            }
        }
    }
}

/// The names of all sources together: what `*` expands to.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Fields and the columns of subqueries, which may have no kind.
    pub(crate) fields: BTreeMap<String, Option<Kind>>,
    /// Tags.
    pub(crate) tags: BTreeSet<String>,
}

impl Names {
    fn add_field(&mut self, name: &str, kind: Option<Kind>) {
        let known = self.fields.entry(name.to_owned()).or_insert(kind);
        *known = preferred(*known, kind);
    }
}

/// Of two kinds that one name has in different places, the one that counts: float, integer, unsigned,
/// string, boolean, tag.
pub(crate) fn preferred(a: Option<Kind>, b: Option<Kind>) -> Option<Kind> {
    let rank = |kind: Kind| match kind {
        Kind::Field(ty) => FieldType::ALL.iter().position(|known| *known == ty).unwrap_or(usize::MAX),
        Kind::Tag => FieldType::ALL.len(),
    };
    match (a, b) {
        (Some(a), Some(b)) => Some(if rank(b) < rank(a) { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// The measurements that a name or a pattern means, sorted.
///
/// # Errors
/// When the source cannot say.
pub(crate) fn measurement_names(
    context: &Context<'_>,
    scope: &Scope,
    name: &MeasurementName,
) -> Result<Vec<String>> {
    match name {
        MeasurementName::Name(name) => Ok(vec![name.clone()]),
        MeasurementName::Pattern(pattern) => matching(context, scope, pattern),
    }
}

fn matching(context: &Context<'_>, scope: &Scope, pattern: &Pattern) -> Result<Vec<String>> {
    let mut names = context.source.measurements(scope)?;
    names.retain(|name| pattern.regex().is_match(name));
    Ok(names)
}

/// The measurements among those that a source of FROM means that exist in the shards that touch `time`: a field
/// that became another type a week ago has one type today.
///
/// # Errors
/// When the database or policy is missing, or the source cannot say.
pub(crate) fn tables(
    context: &Context<'_>,
    scope: &Scope,
    measurement: &Measurement,
    time: TimeRange,
) -> Result<Vec<Resolved>> {
    let mut found = Vec::new();
    for name in measurement_names(context, scope, &measurement.name)? {
        let fields: BTreeMap<_, _> = context
            .source
            .fields(scope, &name, time)?
            .into_iter()
            .filter_map(|(field, types)| Some((field, widest(&types)?)))
            .collect();
        if fields.is_empty() {
            continue;
        }
        let tags = context
            .source
            .tag_keys(scope, &context.series_of(&name, &TagPredicate::All, time))?
            .into_iter()
            .collect();
        found.push(Resolved::Measurement(Table { scope: scope.clone(), name: name.into(), fields, tags }));
    }
    Ok(found)
}

fn widest(types: &[FieldType]) -> Option<FieldType> {
    FieldType::ALL.into_iter().find(|ty| types.contains(ty))
}
