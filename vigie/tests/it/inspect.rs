//! `vigie inspect` beside a running server, and on what one left.

use crate::vigie::{Home, run};
use serde_json::Value;
use std::os::unix::fs::FileExt as _;
use std::process::Output;

fn inspect(home: &Home, words: &[&str]) -> Output {
    let dir = home.data_dir();
    run(&[&["inspect"], words, &["--data-dir", dir.to_str().unwrap()]].concat())
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(home: &Home, words: &[&str]) -> Value {
    serde_json::from_str(&text(&inspect(home, &[words, &["--format", "json"]].concat()))).unwrap()
}

const LINES: &str = "cpu,host=a v=1,w=2i 1700000000000000000\ncpu,host=b v=3 1700000000000000000";

#[test]
fn a_running_server_can_be_looked_into() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE telegraf");
    assert_eq!(vigie.write("telegraf", LINES).status, 204);
    let rows = text(&inspect(&home, &["wal", "--rows"]));
    let lines: Vec<&str> = rows.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines, LINES.lines().collect::<Vec<_>>());
    assert!(rows.contains("# telegraf.autogen\n"), "{rows}");
    let index = json(&home, &["index", "--wal"]);
    assert_eq!(index["databases"][0]["measurements"][0]["tag_keys"][0]["values"], 2);
    let cardinality = text(&inspect(&home, &["cardinality"]));
    assert!(cardinality.contains("are not counted; --wal counts them"), "{cardinality}");
    assert_eq!(json(&home, &["verify"])["sound"], true);
    assert_eq!(json(&home, &[])["manifest"]["clean_stop"], false);
    vigie.stop();
}

#[test]
fn what_a_stopped_server_left_is_told_in_full() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE telegraf");
    vigie.write("telegraf", LINES);
    vigie.stop();
    let summary = json(&home, &[]);
    assert_eq!((&summary["totals"]["values"], &summary["totals"]["series"]), (&3.into(), &2.into()));
    let id = summary["databases"][0]["policies"][0]["shards"][0]["segments"][0]["id"].to_string();
    let table = text(&inspect(&home, &[]));
    assert!(table.contains("autogen (default)") && table.contains("of that the index"), "{table}");
    let segment = json(&home, &["segment", &id]);
    assert_eq!(segment["measurements"][0]["fields"][1]["column"]["values"], 1);
    assert!(text(&inspect(&home, &["segment", &id])).contains("cpu: 2 series; tags: host (2 values)"));
    assert!(text(&inspect(&home, &["segment", &id, "--series"])).contains("cpu,host=b"));
    assert!(text(&inspect(&home, &["upgrade", "--dry-run"])).contains("The next start rewrites nothing."));
    let refused = inspect(&home, &["upgrade"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("a start of the server upgrades"));
}

#[test]
fn verify_names_the_damaged_place_and_fails() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE telegraf");
    vigie.write("telegraf", LINES);
    vigie.stop();
    assert!(text(&inspect(&home, &["verify"])).ends_with("all sound\n"));
    let segments = home.data_dir().join("segments");
    let path = std::fs::read_dir(segments).unwrap().next().unwrap().unwrap().path();
    let file = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, 60).unwrap();
    file.write_all_at(&[byte[0] ^ 4], 60).unwrap();
    for words in [&["verify"][..], &["verify", "--quick"]] {
        let found = inspect(&home, words);
        assert_eq!(found.status.code(), Some(1));
        let told = String::from_utf8_lossy(&found.stdout).into_owned();
        let place = format!("damaged: {} at offset 0: expected block checksum", path.display());
        assert!(told.contains(&place), "{told}");
    }
    let nowhere = Home::new();
    let refused = inspect(&nowhere, &["verify"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("has no MANIFEST; is it a data directory?"));
}
