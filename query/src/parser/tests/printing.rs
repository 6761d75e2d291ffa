//! What a statement looks like once parsed and printed.

use super::normal_form;
use crate::parse;

/// The text prints as `expected`, and that parses to the same tree.
fn check(text: &str, expected: &str) {
    assert_eq!(normal_form(text), expected, "{text}");
    assert_eq!(parse(expected).unwrap(), parse(text).unwrap(), "{text}");
}

/// The text is its own normal form.
fn check_same(text: &str) {
    check(text, text);
}

#[test]
fn selects_print_in_normal_form() {
    check_same("SELECT * FROM cpu");
    check("select  Usage\nfrom Cpu", "SELECT Usage FROM Cpu");
    check_same("SELECT usage_idle::field, host::tag, v::float, *::tag, *::field FROM cpu");
    check("SELECT v::FLOAT FROM cpu", "SELECT v::float FROM cpu");
    check_same("SELECT mean(usage_idle) AS idle, max(\"a b\") AS \"x y\" FROM cpu, mem");
    check("SELECT MEAN(v) FROM cpu", "SELECT mean(v) FROM cpu");
    check_same("SELECT percentile(v, 95), top(v, host, 3), now() FROM cpu");
    check_same("SELECT DISTINCT v FROM cpu");
    check_same("SELECT count(distinct(v)), count(DISTINCT v) FROM cpu");
    check_same("SELECT /^usage/, mean(/idle\\/x/) FROM cpu");
    check_same("SELECT derivative(mean(v), 10s) / 10 AS \"REQ/s\" FROM cpu");
    check("SELECT v FROM cpu WHERE (((a=1)))", "SELECT v FROM cpu WHERE (((a = 1)))");
}

#[test]
fn sources_print_with_all_their_parts() {
    check_same("SELECT v FROM telegraf.autogen.cpu");
    check_same("SELECT v FROM telegraf..cpu");
    check("SELECT v FROM \"rp\".\"m\"", "SELECT v FROM rp.m");
    check_same("SELECT v FROM /^cpu/, rp./^mem/, db.rp./x/, db../y/");
    check_same("SELECT v FROM cpu, /^mem/");
    check("SELECT v FROM cpu,/^mem/", "SELECT v FROM cpu, /^mem/");
    check_same("SELECT max(m) FROM (SELECT mean(v) AS m FROM cpu GROUP BY host) WHERE m > 1");
    check_same("SELECT a FROM (SELECT b FROM (SELECT c FROM d)), e");
    check_same("SELECT v INTO db.rp.m FROM cpu");
    check_same("SELECT v INTO db.rp.:MEASUREMENT FROM /.*/");
    check_same("SELECT v INTO rp.:MEASUREMENT FROM /.*/");
    check_same("SELECT v INTO db..:MEASUREMENT FROM /.*/");
}

#[test]
fn grouping_and_its_company_print_in_order() {
    check(
        "SELECT mean(v) FROM cpu GROUP BY TIME(60s),HOST",
        "SELECT mean(v) FROM cpu GROUP BY time(1m), HOST",
    );
    check_same("SELECT mean(v) FROM cpu GROUP BY time(1h, -15m), host::tag, *, /dc/");
    check_same("SELECT mean(v) FROM cpu GROUP BY time(1h, now())");
    check_same("SELECT mean(v) FROM cpu GROUP BY time(1h, '2024-01-01T00:00:00Z')");
    check("SELECT mean(v) FROM cpu GROUP BY (host)", "SELECT mean(v) FROM cpu GROUP BY host");
    check(
        "SELECT mean(v) FROM cpu GROUP BY time(1m) FILL(null)",
        "SELECT mean(v) FROM cpu GROUP BY time(1m)",
    );
    check_same("SELECT mean(v) FROM cpu GROUP BY time(1m) fill(none)");
    check_same("SELECT mean(v) FROM cpu GROUP BY time(1m) fill(previous)");
    check_same("SELECT mean(v) FROM cpu GROUP BY time(1m) fill(linear)");
    check_same("SELECT mean(v) FROM cpu GROUP BY time(1m) fill(-3)");
    check_same("SELECT mean(v) FROM cpu GROUP BY time(1m) fill(0.5)");
    check("SELECT v FROM cpu ORDER BY DESC", "SELECT v FROM cpu ORDER BY time DESC");
    check("SELECT v FROM cpu ORDER BY time", "SELECT v FROM cpu ORDER BY time ASC");
    check_same("SELECT v FROM cpu LIMIT 1 OFFSET 2 SLIMIT 3 SOFFSET 4");
    check("SELECT v FROM cpu LIMIT 0", "SELECT v FROM cpu");
    check("SELECT v FROM cpu tz('Europe/Paris')", "SELECT v FROM cpu TZ('Europe/Paris')");
    check("SELECT v FROM cpu TZ('')", "SELECT v FROM cpu TZ('UTC')");
}

#[test]
fn constants_print_so_that_they_stay_what_they_are() {
    check("SELECT v + 1., v + .5, v + 007 FROM cpu", "SELECT v + 1.0, v + 0.5, v + 7 FROM cpu");
    check_same("SELECT v + 9223372036854775807, v + -9223372036854775808, v + 18446744073709551615 FROM cpu");
    check("SELECT v * -a, -v FROM cpu", "SELECT v * (-1 * a), -1 * v FROM cpu");
    check("SELECT +v, - 2, -(v) FROM cpu", "SELECT 1 * v, -2, -1 * (v) FROM cpu");
    check("SELECT v FROM cpu WHERE time > now() - 1h30m", "SELECT v FROM cpu WHERE time > now() - 90m");
    check("SELECT v FROM cpu WHERE time > 1000ms", "SELECT v FROM cpu WHERE time > 1s");
    check("SELECT v FROM cpu WHERE time > 3us", "SELECT v FROM cpu WHERE time > 3u");
    check("SELECT v FROM cpu WHERE time > 3\u{b5}", "SELECT v FROM cpu WHERE time > 3u");
    check_same("SELECT v FROM cpu WHERE s = 'it\\'s a \\\\ and\\na line' AND b = true");
    check("SELECT v FROM cpu WHERE s = 'say \\\"hi\\\"'", "SELECT v FROM cpu WHERE s = 'say \"hi\"'");
    check("SELECT v FROM cpu WHERE a <> 1", "SELECT v FROM cpu WHERE a != 1");
    check("SELECT v FROM cpu WHERE a =~/x\\/y/", "SELECT v FROM cpu WHERE a =~ /x\\/y/");
    check("SELECT a.b.c FROM cpu", "SELECT \"a.b.c\" FROM cpu");
}

#[test]
fn comments_and_blanks_mean_nothing() {
    check("-- all of it\nSELECT v -- the value\r\nFROM cpu/* where */", "SELECT v FROM cpu");
    check("SELECT v /**/, w /* * ** / */ FROM cpu --", "SELECT v, w FROM cpu");
    check(";;SELECT v FROM a;\tSELECT v FROM b ; ", "SELECT v FROM a; SELECT v FROM b");
    assert_eq!(parse(" -- nothing\n ; "), Ok(Vec::new()));
}

#[test]
fn schema_statements_print_in_normal_form() {
    check_same("SHOW DATABASES");
    check_same("SHOW MEASUREMENTS");
    check_same(
        "SHOW MEASUREMENTS ON db WITH MEASUREMENT =~ /(?i)cpu/ WHERE host = 'a' ORDER BY time ASC LIMIT 100",
    );
    check_same("SHOW MEASUREMENTS WITH MEASUREMENT = cpu OFFSET 5");
    check("show tag keys from \"cpu\"", "SHOW TAG KEYS FROM cpu");
    check_same(
        "SHOW TAG KEYS ON db FROM rp.cpu WITH KEY IN (host, \"a b\") WHERE time > now() - 12h SLIMIT 1",
    );
    check_same("SHOW TAG VALUES FROM cpu WITH KEY = host");
    check_same("SHOW TAG VALUES ON db WITH KEY != \"select\" WHERE region = 'x' LIMIT 1 OFFSET 2");
    check_same("SHOW TAG VALUES WITH KEY =~ /h.*/");
    check_same("SHOW TAG VALUES WITH KEY !~ /h.*/");
    check_same("SHOW FIELD KEYS ON db FROM /^cpu/, mem ORDER BY time DESC LIMIT 1");
    check_same("SHOW SERIES ON db FROM cpu WHERE host = 'a' LIMIT 1 OFFSET 2");
    check_same("SHOW SERIES CARDINALITY ON db");
    check_same(
        "SHOW SERIES EXACT CARDINALITY ON db FROM cpu WHERE host = 'a' GROUP BY host LIMIT 1 OFFSET 2",
    );
    check_same("SHOW MEASUREMENT CARDINALITY");
    check_same("SHOW MEASUREMENT EXACT CARDINALITY ON db");
    check_same("SHOW TAG KEY EXACT CARDINALITY FROM cpu");
    check_same("SHOW TAG VALUES CARDINALITY FROM cpu WITH KEY = host");
    check_same("SHOW FIELD KEY CARDINALITY");
    check("show retention policies on \"telegraf\"", "SHOW RETENTION POLICIES ON telegraf");
    check_same("SHOW RETENTION POLICIES");
}

#[test]
fn definitions_print_in_normal_form() {
    check_same("CREATE DATABASE \"my db\"");
    check_same("CREATE DATABASE db WITH DURATION 1w REPLICATION 1 SHARD DURATION 1h NAME week");
    check("CREATE DATABASE db WITH DURATION inf", "CREATE DATABASE db WITH DURATION 0s");
    check_same("DROP DATABASE db");
    check_same("CREATE RETENTION POLICY rp ON db DURATION 90m REPLICATION 2 SHARD DURATION 30m DEFAULT");
    check_same("CREATE RETENTION POLICY rp ON db DURATION 0s REPLICATION 1");
    check(
        "ALTER RETENTION POLICY default ON db DEFAULT SHARD DURATION 1h DURATION 24h",
        "ALTER RETENTION POLICY \"default\" ON db DURATION 1d SHARD DURATION 1h DEFAULT",
    );
    check_same("ALTER RETENTION POLICY rp ON db REPLICATION 3");
    check_same("DROP RETENTION POLICY rp ON db");
    check_same("DROP MEASUREMENT \"1m\"");
    check_same("DROP SERIES FROM cpu WHERE host = 'a'");
    check_same("DELETE FROM cpu WHERE time < '2024-01-01'");
    check_same("DELETE FROM rp.cpu");
    check_same("DELETE WHERE host = 'a'");
}

#[test]
fn administration_prints_in_normal_form() {
    check_same("EXPLAIN SELECT v FROM cpu");
    check_same("EXPLAIN ANALYZE SELECT v FROM cpu");
    check_same("SHOW USERS");
    check_same("SHOW GRANTS FOR \"to\"");
    check_same("SHOW QUERIES; SHOW SHARDS; SHOW SHARD GROUPS; SHOW SUBSCRIPTIONS; SHOW CONTINUOUS QUERIES");
    check_same("SHOW STATS");
    check_same("SHOW STATS FOR 'write'");
    check_same("SHOW DIAGNOSTICS FOR 'build'");
    check_same("KILL QUERY 36");
    check_same("KILL QUERY 36 ON host");
    check_same("DROP SHARD 3");
    check_same("DROP USER ada");
    check("GRANT ALL ON db TO ada", "GRANT ALL PRIVILEGES ON db TO ada");
    check_same("GRANT READ ON db TO ada");
    check_same("GRANT ALL PRIVILEGES TO ada");
    check_same("REVOKE WRITE ON db FROM ada");
    check_same("REVOKE ALL PRIVILEGES FROM ada");
    check_same("CREATE SUBSCRIPTION s ON db.rp DESTINATIONS ALL 'udp://h:1', 'http://h:2'");
    check_same("CREATE SUBSCRIPTION s ON db.rp DESTINATIONS ANY 'udp://h:1'");
    check_same("DROP SUBSCRIPTION s ON db.rp");
    check_same("CREATE CONTINUOUS QUERY cq ON db BEGIN SELECT mean(v) INTO m FROM cpu GROUP BY time(5m) END");
    check_same(
        "CREATE CONTINUOUS QUERY cq ON db RESAMPLE EVERY 1m FOR 10m BEGIN SELECT mean(v) INTO m FROM cpu GROUP BY time(5m), * END",
    );
    check_same("CREATE CONTINUOUS QUERY cq ON db BEGIN SELECT v INTO m FROM cpu END");
    check_same("DROP CONTINUOUS QUERY cq ON db");
}

#[test]
fn a_password_is_never_printed() {
    let text = "CREATE USER ada WITH PASSWORD 's3cret' WITH ALL PRIVILEGES; SET PASSWORD FOR ada = 's3cret'";
    let printed =
        "CREATE USER ada WITH PASSWORD [REDACTED] WITH ALL PRIVILEGES; SET PASSWORD FOR ada = [REDACTED]";
    assert_eq!(normal_form(text), printed);
    assert!(!format!("{:?}", parse(text)).contains("s3cret"));
}
