//! One change of the catalog or deletion of points, as it stands in the WAL and the MANIFEST (`docs/format/wal.md`).

use std::sync::Arc;

use disk::varint;

use super::{CatalogId, Policy, PolicyId};
use crate::decode::{Decoder, write_text};
use crate::tombstone::Tombstone;

/// What happened to a database, a policy, or the points of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    CreateDatabase { id: CatalogId, name: Arc<str> },
    DropDatabase { id: CatalogId },
    CreatePolicy { database: CatalogId, policy: Policy, make_default: bool },
    AlterPolicy { database: CatalogId, policy: Policy, make_default: bool },
    DropPolicy { database: CatalogId, policy: PolicyId },
    Delete(Arc<Tombstone>),
}

const CREATE_DATABASE: u8 = 1;
const DROP_DATABASE: u8 = 2;
const CREATE_POLICY: u8 = 3;
const ALTER_POLICY: u8 = 4;
const DROP_POLICY: u8 = 5;
const DELETE: u8 = 6;

impl Change {
    /// Appends the change to a record.
    pub(crate) fn encode(&self, buf: &mut Vec<u8>) {
        match self {
            Self::CreateDatabase { id, name } => {
                buf.push(CREATE_DATABASE);
                varint::write_u64(buf, *id);
                write_text(buf, name);
            }
            Self::DropDatabase { id } => {
                buf.push(DROP_DATABASE);
                varint::write_u64(buf, *id);
            }
            Self::CreatePolicy { database, policy, make_default } => {
                encode_policy(buf, CREATE_POLICY, *database, policy, *make_default);
            }
            Self::AlterPolicy { database, policy, make_default } => {
                encode_policy(buf, ALTER_POLICY, *database, policy, *make_default);
            }
            Self::DropPolicy { database, policy } => {
                buf.push(DROP_POLICY);
                varint::write_u64(buf, *database);
                varint::write_u64(buf, *policy);
            }
            Self::Delete(tombstone) => {
                buf.push(DELETE);
                tombstone.encode(buf);
            }
        }
    }

    /// Takes a change off the front of a record.
    pub(crate) fn decode(input: &mut Decoder<'_>) -> Option<Self> {
        let kind = input.byte()?;
        if kind == DELETE {
            return Some(Self::Delete(Arc::new(Tombstone::decode(input)?)));
        }
        let id = input.u64()?;
        Some(match kind {
            CREATE_DATABASE => Self::CreateDatabase { id, name: Arc::from(input.text()?) },
            DROP_DATABASE => Self::DropDatabase { id },
            CREATE_POLICY => {
                let (policy, make_default) = decode_policy(input)?;
                Self::CreatePolicy { database: id, policy, make_default }
            }
            ALTER_POLICY => {
                let (policy, make_default) = decode_policy(input)?;
                Self::AlterPolicy { database: id, policy, make_default }
            }
            DROP_POLICY => Self::DropPolicy { database: id, policy: input.u64()? },
            _ => return None,
        })
    }
}

fn encode_policy(buf: &mut Vec<u8>, kind: u8, database: CatalogId, policy: &Policy, make_default: bool) {
    buf.push(kind);
    varint::write_u64(buf, database);
    varint::write_u64(buf, policy.id);
    write_text(buf, &policy.name);
    varint::write_i64(buf, policy.duration_ns);
    varint::write_i64(buf, policy.shard_duration_ns);
    varint::write_u64(buf, u64::from(policy.replication));
    buf.push(u8::from(make_default));
}

fn decode_policy(input: &mut Decoder<'_>) -> Option<(Policy, bool)> {
    let policy = Policy {
        id: input.u64()?,
        name: Arc::from(input.text()?),
        duration_ns: input.i64()?,
        shard_duration_ns: input.i64()?,
        replication: input.u32()?,
    };
    Some((policy, input.byte()? == 1))
}
