//! The columns of a SELECT: which are well formed, what `*` expands to, and what they are called.

use super::constant::reduce;
use super::schema::Names;
use crate::ast::{
    self, Call, Dimension, Expr, Fill, Literal, Operator, Pattern, Reference, Select, Walk, WildcardKind,
    walk,
};
use crate::functions::{Checker, MathFunction, expands_to};
use crate::statement::Kind;
use crate::{Error, Result};
use std::collections::{BTreeSet, HashMap};

/// A column as written, with its name.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// What it computes.
    pub(crate) expr: Expr,
    /// The name after AS, or the one that an expanded call gets.
    pub(crate) alias: Option<String>,
}

/// The columns without `time`, and what the time column is called.
pub(crate) fn columns(select: &Select) -> (Vec<Column>, String) {
    let mut time_column = "time".to_owned();
    let mut columns = Vec::with_capacity(select.fields.len());
    for field in &select.fields {
        match &field.expr {
            Expr::Reference(reference) if reference.name == "time" => {
                if let Some(alias) = &field.alias {
                    time_column.clone_from(alias);
                }
            }
            expr => columns.push(Column { expr: as_call(reduce(expr)), alias: field.alias.clone() }),
        }
    }
    (columns, time_column)
}

/// `DISTINCT name` is the call `distinct(name)`.
fn as_call(expr: Expr) -> Expr {
    let changed = ast::fold(expr, &mut |part| {
        Ok::<_, std::convert::Infallible>(match part {
            Expr::Distinct(name) => Expr::call("distinct", vec![Expr::reference(name)]),
            other => other,
        })
    });
    match changed {
        Ok(expr) => expr,
        Err(never) => match never {},
    }
}

/// Checks every column, and that they go together.
pub(crate) fn check(columns: &[Column], checker: &mut Checker, fill: Fill) -> Result<()> {
    for column in columns {
        checker.allow_wildcard = true;
        check_expr(&column.expr, checker)?;
    }
    check_together(columns, checker, fill)
}

fn check_expr(expr: &Expr, checker: &mut Checker) -> Result<()> {
    match expr {
        Expr::Reference(_) => {
            checker.has_aux = true;
            Ok(())
        }
        Expr::Wildcard(_) | Expr::Literal(Literal::Pattern(_)) => {
            checker.has_aux = true;
            let what = if matches!(expr, Expr::Wildcard(_)) { "wildcard" } else { "regex" };
            if checker.allow_wildcard {
                return Ok(());
            }
            Err(Error::invalid(format!("unable to use {what} in a binary expression")))
        }
        Expr::Call(call) => match MathFunction::find(&call.name) {
            Some(function) => check_math(call, function, checker),
            None => checker.call(call),
        },
        Expr::Distinct(_) => Ok(()),
        Expr::Binary(binary) => {
            checker.allow_wildcard = false;
            match (&binary.left, &binary.right) {
                (Expr::Literal(_), Expr::Literal(_)) => {
                    Err(Error::invalid("cannot perform a binary expression on two literals"))
                }
                (Expr::Literal(_), side) | (side, Expr::Literal(_)) => check_expr(side, checker),
                (left, right) => {
                    check_expr(left, checker)?;
                    check_expr(right, checker)
                }
            }
        }
        Expr::Paren(inner) => check_expr(inner, checker),
        Expr::Literal(_) => Err(Error::invalid("field must contain at least one variable")),
    }
}

fn check_math(call: &Call, function: MathFunction, checker: &mut Checker) -> Result<()> {
    let (name, expected, got) = (function.name(), function.arity(), call.args.len());
    if got != expected {
        return Err(Error::invalid(format!(
            "invalid number of arguments for {name}, expected {expected}, got {got}"
        )));
    }
    call.args
        .iter()
        .filter(|arg| !matches!(arg, Expr::Literal(_)))
        .try_for_each(|arg| check_expr(arg, checker))
}

fn check_together(columns: &[Column], checker: &Checker, fill: Fill) -> Result<()> {
    if columns.is_empty() {
        return Err(Error::invalid("at least 1 non-time field must be queried"));
    }
    if let Some(name) = checker.rank.as_ref().filter(|_| checker.calls > 1) {
        return Err(Error::invalid(format!(
            "selector function {name}() cannot be combined with other functions"
        )));
    }
    if checker.calls == 0 {
        match fill {
            Fill::None => return Err(Error::invalid("fill(none) must be used with a function")),
            Fill::Linear => return Err(Error::invalid("fill(linear) must be used with a function")),
            _ if checker.has_interval && !checker.interval_inherited => {
                return Err(Error::invalid("GROUP BY requires at least one aggregate function"));
            }
            _ => {}
        }
    }
    if checker.has_distinct && (checker.calls != 1 || checker.has_aux) {
        return Err(Error::invalid(
            "aggregate function distinct() cannot be combined with other functions or fields",
        ));
    }
    if checker.has_aux && checker.has_aggregate {
        return Err(Error::invalid("mixing aggregate and non-aggregate queries is not supported"));
    }
    if checker.has_aux && checker.calls > 1 {
        return Err(Error::invalid(
            "mixing multiple selector functions with tags or fields is not supported",
        ));
    }
    Ok(())
}

/// Whether the names of all sources are needed to expand something.
pub(crate) fn needs_names(columns: &[Column], dimensions: &[Dimension]) -> bool {
    has_wildcard(columns)
        || dimensions.iter().any(|dimension| matches!(dimension, Dimension::Wildcard | Dimension::Pattern(_)))
}

fn has_wildcard(columns: &[Column]) -> bool {
    let mut found = false;
    for column in columns {
        walk(&column.expr, &mut |expr| {
            found |= matches!(expr, Expr::Wildcard(_) | Expr::Literal(Literal::Pattern(_)));
            Walk::Into
        });
    }
    found
}

/// Replaces `*` and patterns among the columns by what they stand for. Without a wildcard in GROUP BY,
/// `*` means tags too, but for those that are grouped by.
pub(crate) fn expand(columns: Vec<Column>, dimensions: &[Dimension], names: &Names) -> Result<Vec<Column>> {
    if !has_wildcard(&columns) {
        return Ok(columns);
    }
    let wanted = wildcard_columns(dimensions, names);
    let mut expanded = Vec::with_capacity(columns.len());
    for column in columns {
        match &column.expr {
            Expr::Wildcard(kind) => {
                let kept = wanted.iter().filter(|(_, found)| admits(*kind, *found));
                expanded.extend(kept.map(|(name, kind)| plain(name, *kind)));
            }
            Expr::Literal(Literal::Pattern(pattern)) => {
                let kept = wanted.iter().filter(|(name, _)| pattern.regex().is_match(name));
                expanded.extend(kept.map(|(name, kind)| plain(name, *kind)));
            }
            Expr::Call(call) => expand_call(call, &column, &wanted, &mut expanded)?,
            Expr::Binary(_) => {
                refuse_wildcard(&column.expr)?;
                expanded.push(column);
            }
            _ => expanded.push(column),
        }
    }
    Ok(expanded)
}

fn wildcard_columns(dimensions: &[Dimension], names: &Names) -> Vec<(String, Option<Kind>)> {
    if names.fields.is_empty() {
        return Vec::new();
    }
    let mut wanted: Vec<(String, Option<Kind>)> =
        names.fields.iter().map(|(name, kind)| (name.clone(), *kind)).collect();
    if !dimensions.iter().any(|dimension| matches!(dimension, Dimension::Wildcard | Dimension::Pattern(_))) {
        let grouped: BTreeSet<&str> = dimensions
            .iter()
            .filter_map(|dimension| match dimension {
                Dimension::Tag(reference) => Some(reference.name.as_str()),
                _ => None,
            })
            .collect();
        let tags = names.tags.iter().filter(|tag| !grouped.contains(tag.as_str()));
        wanted.extend(tags.map(|tag| (tag.clone(), Some(Kind::Tag))));
    }
    wanted.sort_by(|a, b| a.0.cmp(&b.0));
    wanted
}

fn admits(wildcard: WildcardKind, kind: Option<Kind>) -> bool {
    match wildcard {
        WildcardKind::All => true,
        WildcardKind::Fields => kind != Some(Kind::Tag),
        WildcardKind::Tags => kind == Some(Kind::Tag),
    }
}

/// A column that reads a name as what it was found to be.
fn plain(name: &str, kind: Option<Kind>) -> Column {
    let cast = kind.map(|kind| match kind {
        Kind::Field(ty) => ast::Cast::Type(ty),
        Kind::Tag => ast::Cast::Tag,
    });
    Column { expr: Expr::Reference(Reference { name: name.to_owned(), cast }), alias: None }
}

fn refuse_wildcard(expr: &Expr) -> Result<()> {
    let (mut wildcard, mut pattern) = (false, false);
    walk(expr, &mut |part| {
        wildcard |= matches!(part, Expr::Wildcard(_));
        pattern |= matches!(part, Expr::Literal(Literal::Pattern(_)));
        Walk::Into
    });
    if wildcard {
        Err(Error::invalid(format!("unsupported expression with wildcard: {expr}")))
    } else if pattern && !has_match(expr) {
        Err(Error::invalid(format!("unsupported expression with regex field: {expr}")))
    } else {
        Ok(())
    }
}

fn has_match(expr: &Expr) -> bool {
    matches!(expr, Expr::Binary(binary) if matches!(binary.operator, Operator::Match | Operator::NotMatch))
}

/// Expands the wildcard at the bottom of nested calls, if there is one.
fn expand_call(
    call: &Call,
    column: &Column,
    wanted: &[(String, Option<Kind>)],
    expanded: &mut Vec<Column>,
) -> Result<()> {
    let innermost = innermost(call);
    let pattern: Option<&Pattern> = match innermost.args.first() {
        Some(Expr::Wildcard(WildcardKind::Tags)) => {
            return Err(Error::invalid(format!("unable to use tag wildcard in {}()", innermost.name)));
        }
        Some(Expr::Wildcard(_)) => None,
        Some(Expr::Literal(Literal::Pattern(pattern))) => Some(pattern),
        _ => {
            expanded.push(column.clone());
            return Ok(());
        }
    };
    let prefix = column.alias.clone().unwrap_or_else(|| call.name.clone());
    for (name, kind) in wanted {
        let Some(Kind::Field(ty)) = kind else { continue };
        if expands_to(&innermost.name, *ty) && pattern.is_none_or(|pattern| pattern.regex().is_match(name)) {
            let expr = Expr::Call(replaced(call, &plain(name, *kind).expr));
            expanded.push(Column { expr, alias: Some(format!("{prefix}_{name}")) });
        }
    }
    Ok(())
}

fn innermost(call: &Call) -> &Call {
    let mut call = call;
    while let Some(Expr::Call(inner)) = call.args.first() {
        call = inner;
    }
    call
}

/// The call with its innermost first argument replaced.
fn replaced(call: &Call, arg: &Expr) -> Call {
    let mut copy = call.clone();
    if let Some(first) = copy.args.first_mut() {
        *first = match first {
            Expr::Call(inner) => Expr::Call(replaced(inner, arg)),
            _ => arg.clone(),
        };
    }
    copy
}

/// The tags that GROUP BY means, sorted.
pub(crate) fn grouping(dimensions: &[Dimension], names: &Names) -> Vec<Box<str>> {
    let mut tags = BTreeSet::new();
    for dimension in dimensions {
        match dimension {
            Dimension::Tag(reference) => {
                tags.insert(reference.name.as_str().into());
            }
            Dimension::Wildcard => tags.extend(names.tags.iter().map(|tag| tag.as_str().into())),
            Dimension::Pattern(pattern) => {
                let matching = names.tags.iter().filter(|tag| pattern.regex().is_match(tag));
                tags.extend(matching.map(|tag| tag.as_str().into()));
            }
            Dimension::Time { .. } | Dimension::Other(_) => {}
        }
    }
    tags.into_iter().collect()
}

/// The name of a column before conflicts are resolved.
pub(crate) fn inner_name(column: &Column) -> String {
    column.alias.clone().unwrap_or_else(|| expr_name(&column.expr))
}

fn expr_name(expr: &Expr) -> String {
    match expr {
        Expr::Call(call) => call.name.clone(),
        Expr::Reference(reference) => reference.name.clone(),
        Expr::Paren(inner) => expr_name(inner),
        Expr::Binary(_) => {
            let mut names: Vec<&str> = Vec::new();
            walk(expr, &mut |part| match part {
                Expr::Reference(reference) => {
                    names.push(&reference.name);
                    Walk::Into
                }
                Expr::Call(call) => {
                    names.push(&call.name);
                    Walk::Over
                }
                _ => Walk::Into,
            });
            names.join("_")
        }
        _ => String::new(),
    }
}

/// The names of the columns in the answer: aliases first, then generated names, which get `_1`, `_2`
/// where they are taken.
pub(crate) fn answer_names(columns: &[Column]) -> Vec<String> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    for alias in columns.iter().filter_map(|column| column.alias.as_ref()) {
        taken.insert(alias.clone(), 1);
    }
    columns
        .iter()
        .map(|column| match &column.alias {
            Some(alias) => alias.clone(),
            None => free_name(expr_name(&column.expr), &mut taken),
        })
        .collect()
}

fn free_name(name: String, taken: &mut HashMap<String, usize>) -> String {
    let Some(mut count) = taken.get(&name).copied() else {
        taken.insert(name.clone(), 1);
        return name;
    };
    let mut candidate = format!("{name}_{count}");
    while taken.contains_key(&candidate) {
        count += 1;
        candidate = format!("{name}_{count}");
    }
    taken.insert(name, count + 1);
    taken.insert(candidate.clone(), 1);
    candidate
}
