//! CREATE DATABASE and DROP DATABASE.

use super::cursor::{Cursor, Parsed};
use super::primitive::{clause, duration_or_inf, identifier, keyword, replication};
use super::token::Token;
use crate::ast::{CreateDatabase, DatabasePolicy, DropDatabase, Statement};
use nom::Parser as _;
use nom::combinator::cut;
use nom::sequence::preceded;

/// What may follow WITH, in this order.
const OPTIONS: [&str; 4] = ["DURATION", "NAME", "REPLICATION", "SHARD"];

/// What follows CREATE DATABASE.
pub(super) fn create_database(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, name) = identifier(cursor)?;
    let (cursor, retention_policy) = clause("WITH", policy)(cursor)?;
    Ok((cursor, Statement::CreateDatabase(CreateDatabase { name, retention_policy })))
}

fn policy(cursor: Cursor<'_>) -> Parsed<'_, DatabasePolicy> {
    let (_, lexeme) = cursor.next();
    if !OPTIONS.iter().any(|word| lexeme.token == Token::Keyword(word)) {
        return Err(lexeme.unexpected(&OPTIONS));
    }
    let (cursor, duration_ns) = clause("DURATION", duration_or_inf)(cursor)?;
    let (cursor, replication) = clause("REPLICATION", replication)(cursor)?;
    let shard = preceded(keyword("DURATION"), cut(duration_or_inf));
    let (cursor, shard_duration_ns) = clause("SHARD", shard)(cursor)?;
    let (cursor, name) = clause("NAME", identifier)(cursor)?;
    Ok((cursor, DatabasePolicy { duration_ns, replication, shard_duration_ns, name }))
}

/// What follows DROP DATABASE.
pub(super) fn drop_database(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    identifier.map(|name| Statement::DropDatabase(DropDatabase { name })).parse(cursor)
}
