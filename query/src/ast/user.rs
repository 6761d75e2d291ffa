//! Users and what they may do. A printed password is always `[REDACTED]`: that text goes to logs.

use super::QuotedIdentifier;
use std::fmt;

/// What a printed password becomes, as in InfluxDB.
const REDACTED: &str = "[REDACTED]";

/// `CREATE USER name WITH PASSWORD 'password' [WITH ALL PRIVILEGES]`
#[derive(Clone, PartialEq, Eq)]
pub struct CreateUser {
    /// The user.
    pub name: String,
    /// The password as typed.
    pub password: String,
    /// Whether the user is an administrator.
    pub admin: bool,
}

/// `SET PASSWORD FOR name = 'password'`
#[derive(Clone, PartialEq, Eq)]
pub struct SetPassword {
    /// The user.
    pub name: String,
    /// The new password as typed.
    pub password: String,
}

/// `DROP USER name`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropUser {
    /// The user.
    pub name: String,
}

/// `GRANT privilege ON database TO user`, or `GRANT ALL PRIVILEGES TO user`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What is allowed.
    pub privilege: Privilege,
    /// On which database; `None` makes an administrator, with [`Privilege::All`] only.
    pub database: Option<String>,
    /// The user.
    pub user: String,
}

/// `REVOKE privilege ON database FROM user`, or `REVOKE ALL PRIVILEGES FROM user`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    /// What is no longer allowed.
    pub privilege: Privilege,
    /// On which database; `None` ends being an administrator, with [`Privilege::All`] only.
    pub database: Option<String>,
    /// The user.
    pub user: String,
}

/// `SHOW GRANTS FOR user`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowGrants {
    /// The user.
    pub user: String,
}

/// What a user may do with a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Privilege {
    /// Query it.
    Read,
    /// Write to it.
    Write,
    /// Both.
    All,
}

impl fmt::Display for CreateUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let admin = if self.admin { " WITH ALL PRIVILEGES" } else { "" };
        write!(f, "CREATE USER {} WITH PASSWORD {REDACTED}{admin}", QuotedIdentifier(&self.name))
    }
}

impl fmt::Debug for CreateUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreateUser({self})")
    }
}

impl fmt::Display for SetPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SET PASSWORD FOR {} = {REDACTED}", QuotedIdentifier(&self.name))
    }
}

impl fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetPassword({self})")
    }
}

impl fmt::Display for DropUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DROP USER {}", QuotedIdentifier(&self.name))
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GRANT {}", self.privilege)?;
        write_database(f, self.database.as_deref())?;
        write!(f, " TO {}", QuotedIdentifier(&self.user))
    }
}

impl fmt::Display for Revoke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "REVOKE {}", self.privilege)?;
        write_database(f, self.database.as_deref())?;
        write!(f, " FROM {}", QuotedIdentifier(&self.user))
    }
}

impl fmt::Display for ShowGrants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SHOW GRANTS FOR {}", QuotedIdentifier(&self.user))
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::All => "ALL PRIVILEGES",
        })
    }
}

fn write_database(f: &mut fmt::Formatter<'_>, database: Option<&str>) -> fmt::Result {
    super::identifier::write_clause(f, "ON", database)
}
