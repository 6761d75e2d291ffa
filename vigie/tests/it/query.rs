//! `vigie query`: how answers look, and how they end.

use crate::cli::{check_fails, text};
use crate::vigie::{BINARY, Home, run};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

#[test]
fn query_prints_tables_json_and_csv() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE telegraf");
    vigie
        .write("telegraf", "mem,host=a used=5i 1700000000000000000\nmem,host=a used=17i 1700000010000000000");
    let ask = |more: &[&str]| run(&[&["query", "--url", &vigie.url], more].concat());
    let table = ask(&["SELECT used FROM mem GROUP BY host"]);
    assert_eq!(
        text(&table.stdout),
        "mem  host=a\ntime                  used\n2023-11-14T22:13:20Z     5\n2023-11-14T22:13:30Z    17\n"
    );
    assert_eq!(text(&ask(&["--since", "1h", "SELECT used FROM mem"]).stdout), "no rows\n");
    let csv = ask(&["--format", "csv", "SELECT used FROM mem"]);
    assert_eq!(
        text(&csv.stdout),
        "name,tags,time,used\nmem,,1700000000000000000,5\nmem,,1700000010000000000,17\n"
    );
    let json: serde_json::Value =
        serde_json::from_slice(&ask(&["--format", "json", "SHOW DATABASES"]).stdout).unwrap();
    assert_eq!(json["results"][0]["series"][0]["values"][0][0], "telegraf");
    let several = ask(&["CREATE DATABASE d; SELECT used FROM mem LIMIT 1; DROP DATABASE d"]);
    assert_eq!(
        text(&several.stdout),
        "ok\n\nmem\ntime                  used\n2023-11-14T22:13:20Z     5\n\nok\n"
    );
    check_fails(&ask(&["SELECT used FORM mem"]), 1, "found FORM, expected FROM at line 1, char 13");
    for format in ["table", "csv", "json"] {
        let output = ask(&["--format", format, "SELECT used FROM mem; SELECT used FROM none..mem"]);
        check_fails(&output, 1, "database not found: none");
        assert!(text(&output.stdout).contains("17"), "{format}: what came before is printed");
    }
}

/// `vigie query ... | head`: the first page is there before the last one is made, and then nobody reads any more.
#[test]
fn a_reader_that_has_seen_enough_ends_a_query() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE telegraf");
    for part in 0..10_i64 {
        let rows = (0..20_000_i64).map(|row| row + part * 20_000);
        let lines = rows.fold(String::new(), |mut lines, row| {
            let _ = writeln!(lines, "m v={row}i,s=\"some text of {row}\" {row}");
            lines
        });
        assert_eq!(vigie.write("telegraf", &lines).status, 204);
    }
    for format in ["table", "csv", "json"] {
        let mut query = Command::new(BINARY);
        query.args(["query", "--url", &vigie.url, "--format", format, "SELECT * FROM m"]);
        query.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = query.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut String::new()).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{format}: {output:?}");
    }
}

/// Answers one request with `body` in one chunk, and then breaks off or ends as HTTP wants it.
fn answering(body: &'static str, ends: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 8192]).unwrap();
        let end = if ends { "0\r\n\r\n" } else { "" };
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{:x}\r\n{body}\r\n{end}",
            body.len()
        )
        .unwrap();
    });
    url
}

#[test]
fn what_goes_wrong_in_the_middle_of_an_answer_fails_the_query() {
    const PAGE: &str = concat!(
        r#"{"results":[{"statement_id":0,"series":[{"name":"m","columns":["v"],"values":[[7]],"partial":true}],"partial":true}]}"#,
        "\n"
    );
    const FAILS: &str = concat!(
        r#"{"results":[{"statement_id":0,"series":[{"name":"m","columns":["v"],"values":[[7]],"partial":true}],"partial":true}]}"#,
        "\n",
        r#"{"results":[{"statement_id":0,"error":"out of memory"}]}"#,
        "\n"
    );
    let check = |format: &str, body: &'static str, ends: bool, part: &str| {
        let output = run(&["query", "--url", &answering(body, ends), "--format", format, "SELECT v FROM m"]);
        check_fails(&output, 1, part);
        assert!(text(&output.stdout).contains('7'), "{format}: what came before is printed");
    };
    for format in ["table", "csv"] {
        check(format, FAILS, true, "out of memory");
        check(format, PAGE, false, "broke off");
        check(format, PAGE, true, "the answer ended before its last part");
    }
    check("json", FAILS, true, "out of memory");
    check("json", PAGE, false, "broke off");
}
