//! `vigie export` and `vigie import`: what leaves a server comes back to the bit, whatever happens between.

mod copy;
mod failures;
mod points;

use crate::vigie::{BINARY, Home, Vigie, agent, reply};
use points::Kinds;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Where the generator starts; `VIGIE_TRANSFER_SEED` names another place.
fn seed() -> u64 {
    std::env::var("VIGIE_TRANSFER_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(7)
}

/// A verb that speaks to a server, in a folder.
fn command(folder: &Path, url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).args(["--url", url]).current_dir(folder).env_remove("VIGIE_DB");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a verb to its end and wants it to succeed; gives what it told.
fn run(folder: &Path, url: &str, arguments: &[&str]) -> String {
    let output = command(folder, url, arguments).output().unwrap();
    let told = told(&output);
    assert!(output.status.success(), "{arguments:?}: {}: {told}", output.status);
    told
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn fill(vigie: &Vigie, db: &str, rp: &str, lines: &str) {
    let written = reply(agent().post(format!("{}/write?db={db}&rp={rp}", vigie.url)).send(lines));
    assert_eq!(written.status, 204, "{}", written.body);
}

/// Databases, policies and points of every kind.
fn filled(home: &Home, seed: u64) -> Vigie {
    let vigie = home.start("server");
    for statement in [
        "CREATE DATABASE plain",
        "CREATE DATABASE \"o d:d\" WITH DURATION INF SHARD DURATION 1d NAME \"main policy\"",
        "CREATE RETENTION POLICY further ON \"o d:d\" DURATION 5000w REPLICATION 1 SHARD DURATION 2d",
    ] {
        assert!(vigie.query("", statement)["results"][0]["error"].is_null(), "{statement}");
    }
    fill(&vigie, "plain", "autogen", &points::lines(seed, 3_000, Kinds::All));
    fill(&vigie, "o+d%3Ad", "main+policy", &points::lines(seed + 1, 800, Kinds::All));
    fill(&vigie, "o+d%3Ad", "further", &points::lines(seed + 2, 50, Kinds::All));
    vigie
}

#[test]
fn an_export_that_is_imported_exports_the_same_bytes() {
    let seed = seed();
    println!("VIGIE_TRANSFER_SEED={seed}");
    let home = Home::new();
    let vigie = filled(&home, seed);
    let folder = home.path();
    run(folder, &vigie.url, &["export", "--output", "one.lp"]);
    let exported = std::fs::read_to_string(folder.join("one.lp")).unwrap();
    assert!(exported.lines().count() > 3_000, "{}", exported.len());
    // What was in memory is in segments now; the bytes are the same.
    vigie.stop();
    let vigie = home.start("server");
    let again = command(folder, &vigie.url, &["export", "--gzip", "--output", "two.lp.gz"]).output().unwrap();
    assert!(again.status.success(), "{}", told(&again));
    let other_home = Home::new();
    let other = other_home.start("server");
    let said = run(folder, &other.url, &["import", "two.lp.gz", "--batch", "500"]);
    assert!(said.contains("points in") && !said.contains("rejected"), "{said}");
    run(folder, &other.url, &["export", "--output", "three.lp"]);
    let copied = std::fs::read_to_string(folder.join("three.lp")).unwrap();
    assert!(exported == copied, "seed {seed}: {}", first_difference(&exported, &copied));
    assert!(!folder.join("two.lp.gz.vigie-import").exists(), "the state goes with the end");
}

fn first_difference(one: &str, other: &str) -> String {
    let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    format!("{} and {} bytes, first at {differs:?}", one.len(), other.len())
}

#[test]
fn a_part_is_exported_as_asked() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let day = 86_400_000_000_000_i64;
    fill(&vigie, "d", "", &format!("b v=1 {day}\nb w=2i {day}\nb,h=x v=1 0\na v=1 0\nb v=3 {}\n", 2 * day));
    let export = |arguments: &[&str]| {
        let output = command(home.path(), &vigie.url, &[&["export"], arguments].concat()).output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let head = "# INFLUXDB EXPORT: 1677-09-21T00:12:43.145224194Z - 2262-04-11T23:47:16.854775807Z\n# DDL\n\
        CREATE DATABASE d WITH DURATION 0s REPLICATION 1 SHARD DURATION 1w NAME autogen\n# DML\n\
        # CONTEXT-DATABASE:d\n# CONTEXT-RETENTION-POLICY:autogen\n# writing data\n";
    let expected = format!("{head}a v=1 0\nb v=1,w=2i {day}\nb v=3 {}\nb,h=x v=1 0\n", 2 * day);
    assert_eq!(export(&["--db", "d"]), expected);
    let part = export(&[
        "--db",
        "d",
        "--rp",
        "autogen",
        "--measurement",
        "b",
        "--start",
        "1970-01-02",
        "--end",
        "1970-01-03",
    ]);
    assert_eq!(part.lines().last(), Some(&*format!("b v=1,w=2i {day}")), "{part}");
    for (arguments, status, part) in [
        (&["export", "--db", "nope"][..], 1, "database not found: \"nope\""),
        (&["export", "--db", "d", "--rp", "nope"], 1, "retention policy not found: \"nope\""),
        (&["export", "--start", "noon"], 2, "expected 2024-01-01T00:00:00Z"),
        (&["export", "--output", "."], 1, "--output: . is a folder; expected a file"),
        (&["import"], 2, "FILE"),
        (&["import", "nowhere.lp"], 1, "cannot read nowhere.lp"),
    ] {
        let output = command(home.path(), &vigie.url, arguments).output().unwrap();
        assert!(output.status.code() == Some(status) && told(&output).contains(part), "{}", told(&output));
    }
}

#[test]
fn an_export_replaces_a_file_only_when_told_to() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    fill(&vigie, "d", "", "m v=1 1\n");
    let file = home.path().join("all.lp");
    std::fs::write(&file, "mine").unwrap();
    let export = ["export", "--output", "all.lp"];
    let output = command(home.path(), &vigie.url, &export).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("all.lp is there already; nothing is overwritten without --force"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    // One that fails leaves the old file too.
    let output = command(home.path(), "http://127.0.0.1:1", &[&export[..], &["--force"]].concat()).output();
    assert!(!output.unwrap().status.success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    run(home.path(), &vigie.url, &[&export[..], &["--force"]].concat());
    assert!(std::fs::read_to_string(&file).unwrap().ends_with("\nm v=1 1\n"));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 2, "the file and the server's data");
}

/// What `influx_inspect export` writes: a statement per policy, of which a server takes the first only.
#[test]
fn an_export_of_influx_inspect_is_imported() {
    let home = Home::new();
    let vigie = home.start("server");
    let text = "# INFLUXDB EXPORT: 1677-09-21T00:12:43Z - 2262-04-11T23:47:16Z\r\n# DDL\r\n\
        CREATE DATABASE d WITH NAME autogen\r\nCREATE DATABASE d WITH NAME weeks\r\n# DML\r\n\
        # CONTEXT-DATABASE:d\r\n# CONTEXT-RETENTION-POLICY:autogen\r\n# writing tsm data\r\nm v=1,s=\"a\nb\" 1\r\n\
        # CONTEXT-DATABASE:d\n# CONTEXT-RETENTION-POLICY:weeks\n# writing wal data\nm v=2 2\n";
    std::fs::write(home.path().join("old.lp"), text).unwrap();
    run(home.path(), &vigie.url, &["import", "old.lp"]);
    assert_eq!(vigie.rows("d", "SELECT v, s FROM autogen.m"), [serde_json::json!([1, 1, "a\nb"])]);
    assert_eq!(vigie.rows("d", "SELECT v FROM weeks.m"), [serde_json::json!([2, 2])]);
    std::fs::write(home.path().join("plain.lp"), "m v=5 3\n").unwrap();
    run(home.path(), &vigie.url, &["import", "plain.lp", "--db", "d", "--precision", "s"]);
    assert_eq!(vigie.rows("d", "SELECT last(v) FROM m"), [serde_json::json!([3_000_000_000_i64, 5])]);
}
