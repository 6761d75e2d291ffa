//! Statements that make databases and retention policies.

use super::destination::Destination;
use crate::progress::Progress;
use query::ast::{CreateRetentionPolicy, Statement};

/// Executes a statement; gives its error. What is there with other settings stays as it is: whether points can
/// go there is seen when they are written.
///
/// `influx_inspect export` writes one `CREATE DATABASE ... WITH NAME` per retention policy, of which servers take the
/// first only. So one that fails is tried as the `CREATE RETENTION POLICY` that it stands for.
pub(super) async fn execute(
    destination: &Destination,
    statement: &str,
    progress: &Progress,
) -> anyhow::Result<Option<String>> {
    let error = destination.execute(statement, progress).await?;
    let instead = error.as_ref().and_then(|_| policy_of(statement));
    match instead {
        Some(instead) if destination.execute(&instead, progress).await?.is_none() => Ok(None),
        _ => Ok(error),
    }
}

/// The retention policy that a `CREATE DATABASE ... WITH ... NAME` describes, as a statement of its own.
fn policy_of(statement: &str) -> Option<String> {
    let mut statements = query::parse(statement).ok()?;
    let Some(Statement::CreateDatabase(create)) = statements.pop() else { return None };
    let policy = create.retention_policy?;
    let create = CreateRetentionPolicy {
        name: policy.name?,
        database: create.name,
        duration_ns: policy.duration_ns.unwrap_or(0),
        replication: policy.replication.unwrap_or(1),
        shard_duration_ns: policy.shard_duration_ns,
        default: false,
    };
    Some(create.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_with_a_name_stands_for_a_policy() {
        let check = |statement: &str, expected: Option<&str>| {
            assert_eq!(policy_of(statement).as_deref(), expected, "{statement}");
        };
        check(
            "CREATE DATABASE \"a b\" WITH NAME weeks",
            Some("CREATE RETENTION POLICY weeks ON \"a b\" DURATION 0s REPLICATION 1"),
        );
        check("CREATE DATABASE a", None);
        check("DROP DATABASE a", None);
        check("nonsense", None);
    }
}
