//! CREATE SUBSCRIPTION and DROP SUBSCRIPTION.

use super::cursor::{Cursor, Parsed};
use super::primitive::{comma_list, identifier, keyword, string};
use super::token::Token;
use crate::ast::{CreateSubscription, DestinationMode, DropSubscription, Statement};
use nom::Parser as _;
use nom::sequence::preceded;

/// What follows CREATE SUBSCRIPTION.
pub(super) fn create_subscription(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, (name, database, retention_policy)) = head(cursor)?;
    let (cursor, mode) = preceded(keyword("DESTINATIONS"), mode).parse(cursor)?;
    let (cursor, destinations) = comma_list(string)(cursor)?;
    let statement = CreateSubscription { name, database, retention_policy, mode, destinations };
    Ok((cursor, Statement::CreateSubscription(statement)))
}

/// What follows DROP SUBSCRIPTION.
pub(super) fn drop_subscription(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, (name, database, retention_policy)) = head(cursor)?;
    Ok((cursor, Statement::DropSubscription(DropSubscription { name, database, retention_policy })))
}

/// `name ON database.policy`
fn head(cursor: Cursor<'_>) -> Parsed<'_, (String, String, String)> {
    let (cursor, name) = identifier(cursor)?;
    let (cursor, database) = preceded(keyword("ON"), identifier).parse(cursor)?;
    let (after, dot) = cursor.next_adjacent();
    if dot.token != Token::Symbol(".") {
        return Err(dot.unexpected(&["."]));
    }
    let (cursor, retention_policy) = identifier(after)?;
    Ok((cursor, (name, database, retention_policy)))
}

fn mode(cursor: Cursor<'_>) -> Parsed<'_, DestinationMode> {
    let (after, lexeme) = cursor.next();
    match lexeme.token {
        Token::Keyword("ALL") => Ok((after, DestinationMode::All)),
        Token::Keyword("ANY") => Ok((after, DestinationMode::Any)),
        _ => Err(lexeme.unexpected(&["ALL", "ANY"])),
    }
}
