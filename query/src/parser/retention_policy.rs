//! CREATE, ALTER, DROP RETENTION POLICY and SHOW RETENTION POLICIES.

use super::cursor::{Cursor, Lexeme, Parsed};
use super::primitive::{clause, duration, duration_or_inf, flag, identifier, keyword, keywords, replication};
use super::show::on_database;
use super::token::Token;
use crate::ast::{
    AlterRetentionPolicy, CreateRetentionPolicy, DropRetentionPolicy, ShowRetentionPolicies, Statement,
};
use nom::Parser as _;
use nom::combinator::cut;
use nom::sequence::preceded;

/// What follows CREATE RETENTION.
pub(super) fn create_retention_policy(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, name) = preceded(keyword("POLICY"), identifier).parse(cursor)?;
    let (cursor, database) = preceded(keyword("ON"), identifier).parse(cursor)?;
    let (cursor, duration_ns) = preceded(keyword("DURATION"), duration_or_inf).parse(cursor)?;
    let (cursor, replication) = preceded(keyword("REPLICATION"), replication).parse(cursor)?;
    let (cursor, shard_duration_ns) = clause("SHARD", shard_duration)(cursor)?;
    let (cursor, default) = flag("DEFAULT")(cursor)?;
    let statement =
        CreateRetentionPolicy { name, database, duration_ns, replication, shard_duration_ns, default };
    Ok((cursor, Statement::CreateRetentionPolicy(statement)))
}

/// What follows ALTER.
pub(super) fn alter(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, ()) = keywords(&["RETENTION", "POLICY"])(cursor)?;
    let (cursor, name) = policy_name(cursor)?;
    let (mut cursor, database) = preceded(keyword("ON"), identifier).parse(cursor)?;
    let mut statement = AlterRetentionPolicy {
        name,
        database,
        duration_ns: None,
        replication: None,
        shard_duration_ns: None,
        default: false,
    };
    (cursor, ()) = alteration(cursor, &mut statement)?;
    loop {
        match alteration(cursor, &mut statement) {
            Ok((after, ())) => cursor = after,
            Err(nom::Err::Error(_)) => return Ok((cursor, Statement::AlterRetentionPolicy(statement))),
            Err(error) => return Err(error),
        }
    }
}

/// A policy's name; `default` needs no quotes here.
fn policy_name(cursor: Cursor<'_>) -> Parsed<'_, String> {
    match cursor.next() {
        (after, Lexeme { token: Token::Keyword("DEFAULT"), .. }) => Ok((after, "default".to_owned())),
        _ => identifier(cursor),
    }
}

/// One thing that changes. Each may be said once.
fn alteration<'a>(cursor: Cursor<'a>, statement: &mut AlterRetentionPolicy) -> Parsed<'a, ()> {
    let (after, lexeme) = cursor.next();
    let Token::Keyword(word @ ("DURATION" | "REPLICATION" | "SHARD" | "DEFAULT")) = lexeme.token else {
        return Err(lexeme.unexpected(&["DURATION", "REPLICATION", "SHARD", "DEFAULT"]));
    };
    let repeated = match word {
        "DURATION" => statement.duration_ns.is_some(),
        "REPLICATION" => statement.replication.is_some(),
        "SHARD" => statement.shard_duration_ns.is_some(),
        _ => statement.default,
    };
    if repeated {
        return Err(lexeme.refused(format!("found duplicate {word} option")));
    }
    match word {
        "DURATION" => set(&mut statement.duration_ns, duration_or_inf, after),
        "REPLICATION" => set(&mut statement.replication, replication, after),
        "SHARD" => set(&mut statement.shard_duration_ns, shard_duration, after),
        _ => {
            statement.default = true;
            Ok((after, ()))
        }
    }
}

fn set<'a, T>(
    option: &mut Option<T>,
    parser: impl FnMut(Cursor<'a>) -> Parsed<'a, T>,
    cursor: Cursor<'a>,
) -> Parsed<'a, ()> {
    let (after, value) = cut(parser).parse(cursor)?;
    *option = Some(value);
    Ok((after, ()))
}

/// What follows SHARD: a shard cannot be endless.
fn shard_duration(cursor: Cursor<'_>) -> Parsed<'_, i64> {
    let (cursor, ()) = keyword("DURATION")(cursor)?;
    match cursor.next() {
        (_, lexeme @ Lexeme { token: Token::Keyword("INF"), .. }) => {
            Err(lexeme.refused("invalid duration INF for shard duration"))
        }
        _ => cut(duration).parse(cursor),
    }
}

/// What follows DROP RETENTION.
pub(super) fn drop_retention_policy(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, name) = preceded(keyword("POLICY"), identifier).parse(cursor)?;
    let (cursor, database) = preceded(keyword("ON"), identifier).parse(cursor)?;
    Ok((cursor, Statement::DropRetentionPolicy(DropRetentionPolicy { name, database })))
}

/// What follows SHOW RETENTION.
pub(super) fn show_retention_policies(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, database) = preceded(keyword("POLICIES"), on_database).parse(cursor)?;
    Ok((cursor, Statement::ShowRetentionPolicies(ShowRetentionPolicies { database })))
}
