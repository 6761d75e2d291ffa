//! Statements: which word begins which, and the `;` between them.

use super::continuous_query::{create_continuous_query, drop_continuous_query};
use super::cursor::{Cursor, Parsed};
use super::database::{create_database, drop_database};
use super::delete::{delete, drop_measurement, drop_series};
use super::dispatch::{Entry, dispatch};
use super::error::Fault;
use super::query_control::{drop_shard, kill};
use super::retention_policy::{alter, create_retention_policy, drop_retention_policy};
use super::select::{explain, select_statement};
use super::show::show;
use super::subscription::{create_subscription, drop_subscription};
use super::token::Token;
use super::user::{create_user, drop_user, grant, revoke, set};
use crate::ast::Statement;
use nom::Parser as _;
use nom::combinator::cut;

const STATEMENTS: [Entry; 11] = [
    Entry { word: "SELECT", parse: select_statement },
    Entry { word: "DELETE", parse: delete },
    Entry { word: "SHOW", parse: show },
    Entry { word: "CREATE", parse: create },
    Entry { word: "DROP", parse: drop },
    Entry { word: "EXPLAIN", parse: explain },
    Entry { word: "GRANT", parse: grant },
    Entry { word: "REVOKE", parse: revoke },
    Entry { word: "ALTER", parse: alter },
    Entry { word: "SET", parse: set },
    Entry { word: "KILL", parse: kill },
];

const CREATE: [Entry; 5] = [
    Entry { word: "CONTINUOUS", parse: create_continuous_query },
    Entry { word: "DATABASE", parse: create_database },
    Entry { word: "USER", parse: create_user },
    Entry { word: "RETENTION", parse: create_retention_policy },
    Entry { word: "SUBSCRIPTION", parse: create_subscription },
];

const DROP: [Entry; 8] = [
    Entry { word: "CONTINUOUS", parse: drop_continuous_query },
    Entry { word: "DATABASE", parse: drop_database },
    Entry { word: "MEASUREMENT", parse: drop_measurement },
    Entry { word: "RETENTION", parse: drop_retention_policy },
    Entry { word: "SERIES", parse: drop_series },
    Entry { word: "SHARD", parse: drop_shard },
    Entry { word: "SUBSCRIPTION", parse: drop_subscription },
    Entry { word: "USER", parse: drop_user },
];

/// Every statement up to the end of the text. Empty ones, as between two `;`, are skipped.
pub(super) fn statements(mut cursor: Cursor<'_>) -> Result<Vec<Statement>, nom::Err<Fault>> {
    let mut statements = Vec::new();
    let mut separated = true;
    loop {
        let (after, lexeme) = cursor.next();
        match lexeme.token {
            Token::End => return Ok(statements),
            Token::Symbol(";") => (cursor, separated) = (after, true),
            _ if !separated => return Err(lexeme.misplaced(&[";"])),
            _ => {
                let (after, statement) = cut(statement).parse(cursor)?;
                statements.push(statement);
                (cursor, separated) = (after, false);
            }
        }
    }
}

fn statement(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    dispatch(&STATEMENTS, cursor)
}

fn create(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    dispatch(&CREATE, cursor)
}

fn drop(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    dispatch(&DROP, cursor)
}
