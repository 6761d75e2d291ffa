//! Users and privileges.

use super::cursor::{Cursor, Parsed};
use super::dispatch::{Entry, dispatch};
use super::primitive::{flag, identifier, keyword, keywords, string, symbol};
use super::token::Token;
use crate::ast::{CreateUser, DropUser, Grant, Privilege, Revoke, SetPassword, ShowGrants, Statement};
use nom::Parser as _;
use nom::combinator::opt;
use nom::sequence::preceded;

const SET: [Entry; 1] = [Entry { word: "PASSWORD", parse: set_password }];

/// What follows CREATE USER.
pub(super) fn create_user(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, name) = identifier(cursor)?;
    let (cursor, password) = preceded(keywords(&["WITH", "PASSWORD"]), string).parse(cursor)?;
    let (cursor, admin) = opt(keywords(&["WITH", "ALL", "PRIVILEGES"])).parse(cursor)?;
    let statement = CreateUser { name, password, admin: admin.is_some() };
    Ok((cursor, Statement::CreateUser(statement)))
}

/// What follows DROP USER.
pub(super) fn drop_user(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    identifier.map(|name| Statement::DropUser(DropUser { name })).parse(cursor)
}

/// What follows SET.
pub(super) fn set(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    dispatch(&SET, cursor)
}

fn set_password(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, name) = preceded(keyword("FOR"), identifier).parse(cursor)?;
    let (cursor, password) = preceded(symbol("="), string).parse(cursor)?;
    Ok((cursor, Statement::SetPassword(SetPassword { name, password })))
}

/// What follows SHOW GRANTS.
pub(super) fn show_grants(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, user) = preceded(keyword("FOR"), identifier).parse(cursor)?;
    Ok((cursor, Statement::ShowGrants(ShowGrants { user })))
}

/// What follows GRANT.
pub(super) fn grant(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, (privilege, database, user)) = privilege_of_user(cursor, "TO")?;
    Ok((cursor, Statement::Grant(Grant { privilege, database, user })))
}

/// What follows REVOKE.
pub(super) fn revoke(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, (privilege, database, user)) = privilege_of_user(cursor, "FROM")?;
    Ok((cursor, Statement::Revoke(Revoke { privilege, database, user })))
}

type PrivilegeOfUser = (Privilege, Option<String>, String);

/// `privilege [ON database] TO user`. Only all privileges can go without a database.
fn privilege_of_user<'a>(cursor: Cursor<'a>, preposition: &'static str) -> Parsed<'a, PrivilegeOfUser> {
    let (cursor, privilege) = privilege(cursor)?;
    let (after, lexeme) = cursor.next();
    let (cursor, database) = match lexeme.token {
        Token::Keyword("ON") => identifier.map(Some).parse(after)?,
        Token::Keyword(word) if word == preposition && privilege == Privilege::All => (cursor, None),
        _ if privilege == Privilege::All => return Err(lexeme.unexpected(&["ON", preposition])),
        _ => return Err(lexeme.unexpected(&["ON"])),
    };
    let (cursor, user) = preceded(keyword(preposition), identifier).parse(cursor)?;
    Ok((cursor, (privilege, database, user)))
}

fn privilege(cursor: Cursor<'_>) -> Parsed<'_, Privilege> {
    let (after, lexeme) = cursor.next();
    match lexeme.token {
        Token::Keyword("READ") => Ok((after, Privilege::Read)),
        Token::Keyword("WRITE") => Ok((after, Privilege::Write)),
        Token::Keyword("ALL") => flag("PRIVILEGES").map(|_| Privilege::All).parse(after),
        _ => Err(lexeme.unexpected(&["READ", "WRITE", "ALL [PRIVILEGES]"])),
    }
}
