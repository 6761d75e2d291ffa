//! The reserved words. A name that is one of them, in any case, needs double quotes.

/// Every reserved word in capitals, sorted.
const KEYWORDS: [&str; 80] = [
    "ALL",
    "ALTER",
    "ANALYZE",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "BEGIN",
    "BY",
    "CARDINALITY",
    "CONTINUOUS",
    "CREATE",
    "DATABASE",
    "DATABASES",
    "DEFAULT",
    "DELETE",
    "DESC",
    "DESTINATIONS",
    "DIAGNOSTICS",
    "DISTINCT",
    "DROP",
    "DURATION",
    "END",
    "EVERY",
    "EXACT",
    "EXPLAIN",
    "FALSE",
    "FIELD",
    "FOR",
    "FROM",
    "GRANT",
    "GRANTS",
    "GROUP",
    "GROUPS",
    "IN",
    "INF",
    "INSERT",
    "INTO",
    "KEY",
    "KEYS",
    "KILL",
    "LIMIT",
    "MEASUREMENT",
    "MEASUREMENTS",
    "NAME",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "PASSWORD",
    "POLICIES",
    "POLICY",
    "PRIVILEGES",
    "QUERIES",
    "QUERY",
    "READ",
    "REPLICATION",
    "RESAMPLE",
    "RETENTION",
    "REVOKE",
    "SELECT",
    "SERIES",
    "SET",
    "SHARD",
    "SHARDS",
    "SHOW",
    "SLIMIT",
    "SOFFSET",
    "STATS",
    "SUBSCRIPTION",
    "SUBSCRIPTIONS",
    "TAG",
    "TO",
    "TRUE",
    "USER",
    "USERS",
    "VALUES",
    "WHERE",
    "WITH",
    "WRITE",
];

/// The reserved word that a bare word is, in capitals.
pub(super) fn lookup(word: &str) -> Option<&'static str> {
    let found = KEYWORDS
        .binary_search_by(|keyword| keyword.bytes().cmp(word.bytes().map(|byte| byte.to_ascii_uppercase())));
    found.ok().map(|index| KEYWORDS[index])
}

/// Whether a name must be quoted because it is a reserved word.
pub(crate) fn is_keyword(name: &str) -> bool {
    lookup(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_found_in_any_case() {
        assert!(KEYWORDS.is_sorted());
        for word in KEYWORDS {
            assert_eq!(lookup(&word.to_lowercase()), Some(word));
            assert_eq!(lookup(word), Some(word));
            assert_eq!(lookup(&format!("{word}x")), None);
        }
    }
}
