//! What is wrong, what would have been right, and where: InfluxDB's words and positions.

use super::error;
use crate::{Position, parse};

fn check(text: &str, expected: &str) {
    assert_eq!(error(text), expected, "{text}");
}

#[test]
fn the_first_token_that_fits_nowhere_is_named() {
    check("SELECT v FORM cpu", "found FORM, expected FROM at line 1, char 10");
    check("SELECT v, FROM cpu", "found FROM, expected identifier, string, number, bool at line 1, char 11");
    check("SELECT v cpu FROM cpu", "found cpu, expected FROM at line 1, char 10");
    check(
        "SELECT v FROM cpu where",
        "found EOF, expected identifier, string, number, bool at line 1, char 25",
    );
    check(
        "SELECT v FROM cpu WHERE a > > 1",
        "found >, expected identifier, string, number, bool at line 1, char 29",
    );
    check("SELECT v FROM cpu WHERE a =~ 'x'", "found x, expected regex at line 1, char 29");
    check("SELECT v FROM cpu GROUP time(1m)", "found time, expected BY at line 1, char 25");
    check("SELECT (v FROM cpu", "found FROM, expected ) at line 1, char 11");
    check("SELECT v FROM (SELECT w FROM cpu", "found EOF, expected ) at line 1, char 34");
    check("SELECT v FROM (cpu)", "found cpu, expected SELECT at line 1, char 16");
    check("SELECT v FROM cpu LIMIT x", "found x, expected integer at line 1, char 25");
    check("SELECT v FROM cpu LIMIT 1 LIMIT 2", "found LIMIT, expected ; at line 1, char 27");
    check("SELECT -'x' FROM cpu", "found x, expected identifier, number, duration, ( at line 1, char 8");
    check(
        "SELECT v::nothing FROM cpu",
        "found nothing, expected float, integer, unsigned, string, boolean, field, tag at line 1, char 11",
    );
    check(
        "SELECT v::7 FROM cpu",
        "found 7, expected float, integer, string, boolean, field, tag at line 1, char 11",
    );
    check("SELECT *::float FROM cpu", "found float, expected field, tag at line 1, char 11");
    check("SHOW TAG VALUES WITH KEY > a", "found >, expected IN, =, =~ at line 1, char 26");
    check("SHOW MEASUREMENTS WITH MEASUREMENT < a", "found <, expected =, =~ at line 1, char 36");
    check("SHOW TAG", "found EOF, expected KEY, KEYS, VALUES at line 1, char 10");
    check("SHOW SERIES EXACT", "found EOF, expected CARDINALITY at line 1, char 19");
    check("SHOW FIELD KEY", "found EOF, expected EXACT, CARDINALITY at line 1, char 16");
    check("GRANT ALL", "found EOF, expected ON, TO at line 1, char 11");
    check("GRANT READ TO ada", "found TO, expected ON at line 1, char 12");
    check(
        "CREATE CONTINUOUS QUERY q ON d BEGIN SELECT v FROM c END",
        "found FROM, expected INTO at line 1, char 47",
    );
    check(
        "CREATE CONTINUOUS QUERY q ON d BEGIN SELECT max(v) INTO m FROM c END",
        "found END, expected GROUP BY time(...) at line 1, char 66",
    );
}

#[test]
fn the_end_counts_as_one_character_more_once_it_has_been_read() {
    check("SELECT v FROM", "found EOF, expected identifier at line 1, char 15");
    check("SELECT v FROM ", "found EOF, expected identifier at line 1, char 16");
    check("SELECT v FROM cpu LIMIT 1 SLIMIT", "found EOF, expected integer at line 1, char 34");
    check("SELECT v FROM cpu WHERE (v > 1", "found EOF, expected ) at line 1, char 31");
    check("CREATE RETENTION POLICY \"rp\"", "found EOF, expected ON at line 1, char 29");
    check("SHOW TAG KEYS FROM \"a\", --", "found EOF, expected identifier at line 1, char 28");
    check(
        "DROP USER \"a\"; DROP /* what */",
        "found EOF, expected CONTINUOUS, DATABASE, MEASUREMENT, RETENTION, SERIES, SHARD, SUBSCRIPTION, USER at line 1, char 31",
    );
    check("SELECT v FROM a.b.", "found EOF, expected identifier at line 1, char 20");
}

#[test]
fn positions_count_lines_and_characters() {
    check("SELECT v\nFORM cpu", "found FORM, expected FROM at line 2, char 1");
    check("SELECT v\r\n\r\n  FORM cpu", "found FORM, expected FROM at line 3, char 3");
    check("SELECT v\rFORM cpu", "found FORM, expected FROM at line 2, char 1");
    check("SELECT \"é€\u{1f980}\" FORM cpu", "found FORM, expected FROM at line 1, char 14");
    let position = parse("SELECT v\n FORM cpu").unwrap_err().position();
    assert_eq!(position, Some(Position { line: 2, column: 2 }));
}

#[test]
fn an_error_tells_its_parts() {
    let error = parse("SELECT v FROM cpu ORDER BY 1").unwrap_err();
    assert_eq!(error.found(), Some("1"));
    assert_eq!(error.expected(), ["identifier", "ASC", "DESC"]);
    let error = parse("SELECT v FROM cpu ORDER BY host").unwrap_err();
    assert_eq!((error.found(), error.expected().len(), error.position()), (None, 0, None));
}

#[test]
fn a_text_in_quotes_counts_from_the_character_before_it() {
    check(
        "'x'",
        "found x, expected SELECT, DELETE, SHOW, CREATE, DROP, EXPLAIN, GRANT, REVOKE, ALTER, SET, KILL at line 1, char 1",
    );
    check("SELECT v FROM cpu 'x'", "found x, expected ; at line 1, char 18");
    check("SELECT v FROM \"cpu", "found cpu, expected identifier at line 1, char 14");
    check("SELECT v FROM 'a\nb'", "found a, expected identifier at line 1, char 14");
    check("SELECT v FROM ''", "found STRING, expected identifier at line 1, char 14");
    check(
        "SELECT v FROM cpu WHERE a = 'x\\y'",
        "found \\y, expected identifier, string, number, bool at line 1, char 32",
    );
}

#[test]
fn what_is_wrong_with_a_constant_is_said() {
    check("SELECT v FROM cpu WHERE v = 99999999999999999999", "unable to parse integer at line 1, char 29");
    check(
        "SELECT v FROM cpu WHERE v = -9223372036854775809",
        "constant -9223372036854775809 underflows int64",
    );
    check("SELECT v FROM cpu WHERE time > now() - 1y", "invalid duration");
    check("SELECT v FROM cpu WHERE v = 1e3", "invalid duration");
    check("CREATE DATABASE d WITH DURATION 1y", "invalid duration at line 1, char 33");
    check(
        "SELECT v FROM cpu WHERE h =~ /a(/",
        "error parsing regexp: missing closing ): `a(` at line 1, char 29",
    );
    check("SELECT v FROM cpu WHERE h =~ /a", "bad regex:  at line 1, char 29");
    check("SELECT v FROM cpu WHERE h =~ /a\n/", "bad regex:  at line 1, char 29");
    check(
        "SELECT /* c */ v FROM cpu",
        "error parsing regexp: missing argument to repetition operator: `*` at line 1, char 7",
    );
}

#[test]
fn what_cannot_be_is_said() {
    check("SELECT v FROM a.b.c.d", "too many segments in \"a\".\"b\".\"c\".d at line 1, char 1");
    check("SELECT v FROM a..\"c d\".\"\"", "too many segments in \"a\"..\"c d\".\"\" at line 1, char 1");
    check(
        "SELECT v > 1 FROM cpu",
        "invalid operator > in SELECT clause at line 1, char 8; operator is intended for WHERE clause",
    );
    check("SELECT v FROM cpu ORDER BY host", "only ORDER BY time supported at this time");
    check("SELECT v FROM cpu ORDER BY time, host", "only ORDER BY time supported at this time");
    check("SELECT v FROM cpu fill()", "fill requires an argument, e.g.: 0, null, none, previous, linear");
    check("SELECT v FROM cpu fill('x')", "expected number argument in fill()");
    check("SELECT v FROM cpu fill", "fill must be a function call");
    check("SELECT v FROM cpu tz('Mars/Olympus')", "unable to find time zone Mars/Olympus");
    check("SELECT v FROM cpu tz(1)", "expected string argument in tz()");
    check("SELECT v FROM cpu tz()", "tz requires exactly one argument");
    check("DELETE FROM db.rp.cpu", "database not supported at line 1, char 1");
    check("DROP SERIES FROM rp.cpu", "retention policy not supported at line 1, char 1");
    check(
        "ALTER RETENTION POLICY r ON d DEFAULT DEFAULT",
        "found duplicate DEFAULT option at line 1, char 39",
    );
    check(
        "CREATE RETENTION POLICY r ON d DURATION 1h REPLICATION 0",
        "invalid value 0: must be 1 <= n <= 2147483647 at line 1, char 56",
    );
    check(
        "CREATE RETENTION POLICY r ON d DURATION 1h REPLICATION 1 SHARD DURATION INF",
        "invalid duration INF for shard duration at line 1, char 73",
    );
    check(
        "CREATE CONTINUOUS QUERY q ON d RESAMPLE FOR 1s BEGIN SELECT max(v) INTO m FROM c GROUP BY time(1m) END",
        "FOR duration must be >= GROUP BY time duration: must be a minimum of 1m, got 1s",
    );
}
