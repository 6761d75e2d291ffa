//! Random statements of every kind that prints all it says.

use super::expressions::{arithmetic, condition, duration, name, pattern};
use crate::ast::*;
use proptest::prelude::*;

fn some<T: Clone + std::fmt::Debug + 'static>(
    strategy: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    prop::option::weighted(0.4, strategy).boxed()
}

/// A name of a database or policy in a path, where the empty one means none.
fn part() -> BoxedStrategy<Option<String>> {
    some(name().prop_filter("not empty", |name| !name.is_empty()))
}

fn measurement() -> BoxedStrategy<Measurement> {
    let name = prop_oneof![3 => name().prop_map(MeasurementName::Name), 1 => pattern().prop_map(MeasurementName::Pattern)];
    (part(), part(), name)
        .prop_map(|(database, retention_policy, name)| Measurement { database, retention_policy, name })
        .boxed()
}

fn local_measurements(count: std::ops::Range<usize>) -> BoxedStrategy<Vec<Measurement>> {
    let local = measurement().prop_map(|m| Measurement { database: None, retention_policy: None, ..m });
    prop::collection::vec(local, count).boxed()
}

fn measurements() -> BoxedStrategy<Vec<Measurement>> {
    prop::collection::vec(measurement(), 0..3).boxed()
}

fn page() -> BoxedStrategy<Page> {
    let number = || prop_oneof![2 => Just(0), 1 => 0..=i64::MAX.unsigned_abs()];
    (number(), number()).prop_map(|(limit, offset)| Page { limit, offset }).boxed()
}

fn order() -> BoxedStrategy<Option<SortOrder>> {
    some(prop_oneof![Just(SortOrder::Ascending), Just(SortOrder::Descending)])
}

fn fill() -> BoxedStrategy<Fill> {
    let number = any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Fill::Float);
    prop_oneof![
        Just(Fill::Null),
        Just(Fill::None),
        Just(Fill::Previous),
        Just(Fill::Linear),
        any::<i64>().prop_map(Fill::Integer),
        number
    ]
    .boxed()
}

fn dimension() -> BoxedStrategy<Dimension> {
    let offset = prop_oneof![
        duration().prop_map(BucketOffset::Duration),
        Just(BucketOffset::Now),
        any::<String>().prop_map(BucketOffset::Instant)
    ];
    let time =
        (duration(), some(offset)).prop_map(|(interval_ns, offset)| Dimension::Time { interval_ns, offset });
    prop_oneof![time, pattern().prop_map(Dimension::Pattern), condition().prop_map(Dimension::from_expr)]
        .boxed()
}

fn dimensions() -> BoxedStrategy<Vec<Dimension>> {
    prop::collection::vec(dimension(), 0..3).boxed()
}

fn field() -> BoxedStrategy<Field> {
    let expr =
        prop_oneof![4 => arithmetic(), 1 => pattern().prop_map(|p| Expr::Literal(Literal::Pattern(p)))];
    (expr, some(name())).prop_map(|(expr, alias)| Field { expr, alias }).boxed()
}

fn target() -> BoxedStrategy<Target> {
    let whole = (part(), part(), name()).prop_map(|(database, retention_policy, name)| Target {
        database,
        retention_policy,
        name: Some(name),
    });
    let same = (part(), name()).prop_filter("not empty", |(_, rp)| !rp.is_empty());
    let same = same.prop_map(|(database, rp)| Target { database, retention_policy: Some(rp), name: None });
    prop_oneof![2 => whole, 1 => same].boxed()
}

fn select() -> BoxedStrategy<Select> {
    let plain = measurement().prop_map(Source::Measurement).boxed();
    let nested = select_from(plain.clone()).prop_map(|select| Source::Subquery(Box::new(select)));
    select_from(prop_oneof![3 => plain, 1 => nested].boxed())
}

fn select_from(source: BoxedStrategy<Source>) -> BoxedStrategy<Select> {
    let zone = prop::sample::select(&["UTC", "Europe/Paris", "America/New_York"][..]);
    let head = (prop::collection::vec(field(), 1..3), some(target()), prop::collection::vec(source, 1..3));
    let body = (some(condition()), dimensions(), fill());
    let tail = (order(), page(), page(), some(zone.prop_map(|name| Zone::new(name).unwrap())));
    (head, body, tail)
        .prop_map(
            |((fields, target, sources), (condition, dimensions, fill), (order, rows, series, zone))| {
                Select { fields, target, sources, condition, dimensions, fill, order, rows, series, zone }
            },
        )
        .boxed()
}

fn keys() -> BoxedStrategy<TagKeyFilter> {
    prop_oneof![
        name().prop_map(TagKeyFilter::Equal),
        name().prop_map(TagKeyFilter::NotEqual),
        pattern().prop_map(TagKeyFilter::Match),
        pattern().prop_map(TagKeyFilter::NotMatch),
        prop::collection::vec(name(), 1..3).prop_map(TagKeyFilter::In),
    ]
    .boxed()
}

fn show() -> BoxedStrategy<Statement> {
    let whole = (some(measurement()), some(condition()), order(), page());
    let all = (some(name()), measurements(), some(condition()), order(), page());
    prop_oneof![
        (some(name()), whole).prop_map(|(database, (measurement, condition, order, page))| {
            Statement::ShowMeasurements(ShowMeasurements { database, measurement, condition, order, page })
        }),
        (all.clone(), some(keys()), page()).prop_map(
            |((database, sources, condition, order, page), keys, series)| {
                Statement::ShowTagKeys(ShowTagKeys {
                    database,
                    sources,
                    keys,
                    condition,
                    order,
                    page,
                    series,
                })
            }
        ),
        (all.clone(), keys()).prop_map(|((database, sources, condition, order, page), keys)| {
            Statement::ShowTagValues(ShowTagValues { database, sources, keys, condition, order, page })
        }),
        all.clone().prop_map(|(database, sources, _, order, page)| {
            Statement::ShowFieldKeys(ShowFieldKeys { database, sources, order, page })
        }),
        all.clone().prop_map(|(database, sources, condition, order, page)| {
            Statement::ShowSeries(ShowSeries { database, sources, condition, order, page })
        }),
        (all, cardinality_of(), any::<bool>(), dimensions()).prop_map(
            |((database, sources, condition, _, page), of, exact, dimensions)| {
                Statement::ShowCardinality(ShowCardinality {
                    of,
                    exact,
                    database,
                    sources,
                    condition,
                    dimensions,
                    page,
                })
            }
        ),
        some(name())
            .prop_map(|database| Statement::ShowRetentionPolicies(ShowRetentionPolicies { database })),
    ]
    .boxed()
}

fn cardinality_of() -> BoxedStrategy<CardinalityOf> {
    prop_oneof![
        Just(CardinalityOf::Series),
        Just(CardinalityOf::Measurements),
        Just(CardinalityOf::TagKeys),
        Just(CardinalityOf::FieldKeys),
        keys().prop_map(CardinalityOf::TagValues)
    ]
    .boxed()
}

fn definition() -> BoxedStrategy<Statement> {
    let span = || 0..=i64::MAX;
    let copies = || 1..=i32::MAX.unsigned_abs();
    let policy = (some(span()), some(copies()), some(span()), some(name()))
        .prop_map(|(duration_ns, replication, shard_duration_ns, name)| DatabasePolicy {
            duration_ns,
            replication,
            shard_duration_ns,
            name,
        })
        .prop_filter("says something", |policy| *policy != DatabasePolicy::default());
    prop_oneof![
        (name(), some(policy)).prop_map(|(name, retention_policy)| Statement::CreateDatabase(
            CreateDatabase { name, retention_policy }
        )),
        (name(), name(), span(), copies(), some(span()), any::<bool>()).prop_map(
            |(name, database, duration_ns, replication, shard_duration_ns, default)| {
                Statement::CreateRetentionPolicy(CreateRetentionPolicy {
                    name,
                    database,
                    duration_ns,
                    replication,
                    shard_duration_ns,
                    default,
                })
            }
        ),
        (name(), name(), some(span()), some(copies()), some(span())).prop_map(
            |(name, database, duration_ns, replication, shard_duration_ns)| {
                Statement::AlterRetentionPolicy(AlterRetentionPolicy {
                    name,
                    database,
                    duration_ns,
                    replication,
                    shard_duration_ns,
                    default: true,
                })
            }
        ),
        (name(), name()).prop_map(|(name, database)| Statement::DropRetentionPolicy(DropRetentionPolicy {
            name,
            database
        })),
        (local_measurements(1..3), some(condition()))
            .prop_map(|(sources, condition)| Statement::Delete(Delete { sources, condition })),
        (local_measurements(0..2), condition()).prop_map(|(sources, condition)| {
            Statement::DropSeries(DropSeries { sources, condition: Some(condition) })
        }),
    ]
    .boxed()
}

/// A statement.
pub(super) fn statement() -> BoxedStrategy<Statement> {
    prop_oneof![
        4 => select().prop_map(|select| Statement::Select(Box::new(select))),
        1 => (any::<bool>(), select()).prop_map(|(analyze, select)| Statement::Explain(Explain { analyze, select: Box::new(select) })),
        3 => show(),
        3 => definition(),
        1 => continuous_query(),
    ]
    .boxed()
}

fn continuous_query() -> BoxedStrategy<Statement> {
    let time = (1..=i64::MAX).prop_map(|interval_ns| Dimension::Time { interval_ns, offset: None });
    (name(), name(), some(1..=i64::MAX), any::<bool>(), select(), target(), time)
        .prop_map(|(name, database, every_ns, bounded, mut select, target, time)| {
            select.dimensions.insert(0, time);
            select.target = Some(target);
            let for_ns = bounded.then_some(i64::MAX);
            Statement::CreateContinuousQuery(Box::new(CreateContinuousQuery {
                name,
                database,
                every_ns,
                for_ns,
                select,
            }))
        })
        .boxed()
}
