//! Statements about the server itself.

use super::cursor::{Cursor, Parsed};
use super::primitive::{clause, identifier, keyword, number, string};
use crate::ast::{DropShard, KillQuery, ShowDiagnostics, ShowStats, Statement};
use nom::Parser as _;
use nom::sequence::preceded;

/// What follows SHOW STATS.
pub(super) fn show_stats(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, module) = clause("FOR", string)(cursor)?;
    Ok((cursor, Statement::ShowStats(ShowStats { module })))
}

/// What follows SHOW DIAGNOSTICS.
pub(super) fn show_diagnostics(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, module) = clause("FOR", string)(cursor)?;
    Ok((cursor, Statement::ShowDiagnostics(ShowDiagnostics { module })))
}

/// What follows KILL.
pub(super) fn kill(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, id) = preceded(keyword("QUERY"), number).parse(cursor)?;
    let (cursor, host) = clause("ON", identifier)(cursor)?;
    Ok((cursor, Statement::KillQuery(KillQuery { id, host })))
}

/// What follows DROP SHARD.
pub(super) fn drop_shard(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    number.map(|id| Statement::DropShard(DropShard { id })).parse(cursor)
}
