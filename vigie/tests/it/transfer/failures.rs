//! What breaks on the way: servers that go away, lines that are rejected, imports that are killed.

use super::{command, fill, run, told};
use crate::vigie::Home;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

/// Half an export must not look whole.
#[test]
fn an_export_whose_server_dies_fails() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    for part in 0..12_i64 {
        let mut lines = String::new();
        for row in 0..20_000_i64 {
            let _ = writeln!(lines, "m,host=some-host-{part} value={row},text=\"{:060}\" {row}", row * 7_919);
        }
        fill(&vigie, "d", "", &lines);
    }
    let mut child = command(home.path(), &vigie.url, &["export"]).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 1_000]).unwrap();
    vigie.kill();
    std::io::copy(&mut out, &mut std::io::sink()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("broke off the export"), "{}", told(&output));
}

#[test]
fn rejected_lines_are_told_with_their_numbers() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    fill(&vigie, "d", "", "m v=1i 1\n");
    let mut text = String::from("# a remark\n");
    for line in 2..=60 {
        let _ = match line {
            10 => writeln!(text, "m v= {line}"),
            20 => writeln!(text, "m v=1.5 {line}"),
            30 => writeln!(text, "m s=\"never closed {line}"),
            line => writeln!(text, "m v={line}i {line}"),
        };
    }
    std::fs::write(home.path().join("bad.lp"), &text).unwrap();
    let import = ["import", "bad.lp", "--db", "d", "--batch", "15"];
    let output = command(home.path(), &vigie.url, &import).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(
        told(&output).contains("bad.lp:10: unable to parse 'm v= 10': missing field value"),
        "{}",
        told(&output)
    );
    let said = run(home.path(), &vigie.url, &[&import[..], &["--resume", "--skip-errors"]].concat());
    for part in ["bad.lp:10: ", "bad.lp:20: field type conflict", "bad.lp:30: ", "3 lines rejected"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let expected: Vec<i64> = (1..=60).filter(|line| ![10, 20, 30].contains(line)).collect();
    let rows = vigie.rows("d", "SELECT v FROM m");
    assert_eq!(rows.iter().map(|row| row[0].as_i64().unwrap()).collect::<Vec<_>>(), expected);
}

#[test]
fn a_stopped_import_goes_on_where_it_ended() {
    let home = Home::new();
    let vigie = home.start("server");
    let mut text = String::from("# DDL\nCREATE DATABASE d\n# DML\n# CONTEXT-DATABASE:d\n");
    for line in 0..1_000 {
        let _ = writeln!(text, "m v={line}i,s=\"a\nb\" {line}");
    }
    text.push_str("m v=1.5 2000\nm v=7i 2001\n");
    std::fs::write(home.path().join("points.lp"), &text).unwrap();
    let import = ["import", "points.lp", "--batch", "100"];
    let output = command(home.path(), &vigie.url, &import).output().unwrap();
    assert!(!output.status.success() && told(&output).contains("points.lp:2005: "), "{}", told(&output));
    let said = run(home.path(), &vigie.url, &[&import[..], &["--resume", "--skip-errors"]].concat());
    assert!(said.contains("points.lp: 1 point in"), "{said}");
    let rows = vigie.rows("d", "SELECT count(v) FROM m");
    assert_eq!(rows[0][1], 1_001);
    // Another file under the same name is not gone on with.
    let output = command(home.path(), &vigie.url, &import).output().unwrap();
    assert!(!output.status.success());
    std::fs::write(home.path().join("points.lp"), format!("{text}m v=9i 9\n")).unwrap();
    let output = command(home.path(), &vigie.url, &[&import[..], &["--resume"]].concat()).output().unwrap();
    assert!(told(&output).contains("state of another import"), "{}", told(&output));
}

/// A server that is overloaded, then breaks the connection, then stores: the batch comes until it is stored.
#[test]
fn a_batch_comes_again_until_it_is_stored() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let answers = [
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy",
            "",
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        ];
        answers.map(|answer| {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            String::from_utf8(body).unwrap()
        })
    });
    let home = Home::new();
    std::fs::write(home.path().join("points.lp"), "m v=1 1\nm v=2 2").unwrap();
    let said = run(home.path(), &url, &["import", "points.lp", "--db", "d"]);
    assert!(said.contains("trying again") && said.contains("it answers again"), "{said}");
    let lines = "m v=1 1\nm v=2 2\n";
    assert_eq!(server.join().unwrap(), ["", lines, lines, lines]);
}

/// Answers every request alike.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 8192]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

/// Ten minutes of patience are for servers that were there once.
#[test]
fn a_first_contact_that_fails_ends_an_import_at_once() {
    let home = Home::new();
    std::fs::write(home.path().join("points.lp"), "m v=1 1\n").unwrap();
    let vigie = home.start("server");
    // Its connections are taken by the kernel and never answered.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let wants_a_user = answering(
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 55\r\nConnection: close\r\n\r\n\
         {\"error\":\"unable to parse authentication credentials\"}\n",
    );
    let by_name = vigie.url.replace("127.0.0.1", "localhost");
    let file = ["import", "points.lp", "--db", "d"];
    for (url, arguments, part) in [
        ("http://127.0.0.1:1", &file[..], "--url: cannot reach http://127.0.0.1:1/ping: Connection refused"),
        ("http://127.0.0.1:1", &["import", "--from", &vigie.url], "--url: cannot reach"),
        (
            &vigie.url,
            &["import", "--from", "http://127.0.0.1:1"],
            "--from: cannot reach http://127.0.0.1:1/ping",
        ),
        (
            &vigie.url,
            &["import", "--from", "http://nowhere.invalid"],
            "--from: cannot reach http://nowhere.invalid/ping",
        ),
        (&vigie.url, &["import", "--from", &wants_a_user], "it wants a user: unable to parse"),
        (&vigie.url, &["import", "--from", &by_name], "is the server that --url names"),
        (&vigie.url, &["import", "--from", &silent], "operation timed out"),
    ] {
        let started = Instant::now();
        let output = command(home.path(), url, arguments).output().unwrap();
        assert!(output.status.code() == Some(1) && told(&output).contains(part), "{part}: {}", told(&output));
        assert!(started.elapsed() < Duration::from_secs(20), "{part}: {:?}", started.elapsed());
    }
}

#[test]
fn a_refused_import_says_what_to_do_and_leaves_nothing() {
    let home = Home::new();
    let vigie = home.start("server");
    std::fs::write(home.path().join("one.lp"), "m v=1 1\n").unwrap();
    std::fs::write(home.path().join("escape.lp"), "m v=1\u{1b}[2J 1\n").unwrap();
    std::fs::write(home.path().join("archive.tar"), [b"one.lp".as_slice(), &[0; 1_018]].concat()).unwrap();
    let import = |file: &str| {
        let output = command(home.path(), &vigie.url, &["import", file, "--db", "d"]).output().unwrap();
        (output.status.success(), told(&output))
    };
    let (is_done, said) = import("one.lp");
    assert!(!is_done && said.contains("vigie query 'CREATE DATABASE \"d\"'"), "{said}");
    assert!(!home.path().join("one.lp.vigie-import").exists(), "nothing is to be gone on with");
    vigie.query("", "CREATE DATABASE d");
    let (is_done, said) = import("one.lp");
    assert!(is_done && said.contains("one.lp: 1 point in"), "{said}");
    let (is_done, said) = import("escape.lp");
    assert!(!is_done && said.contains("\\u{1b}[2J") && !said.contains('\u{1b}'), "{said}");
    assert!(said.contains("1 line was rejected"), "{said}");
    let (is_done, said) = import("archive.tar");
    assert!(!is_done && said.contains("archive.tar: it is no text") && said.lines().count() == 1, "{said}");
}

#[test]
fn an_export_ends_with_its_reader_and_tells_where_it_cannot_write() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let mut lines = String::new();
    for row in 0..20_000_i64 {
        let _ = writeln!(lines, "m value={row},text=\"{:060}\" {row}", row * 7_919);
    }
    fill(&vigie, "d", "", &lines);
    let mut child = command(home.path(), &vigie.url, &["export"]).spawn().unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0; 100]).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", told(&output));
    let check = |arguments: &[&str], expected: &str| {
        let output = command(home.path(), &vigie.url, arguments).output().unwrap();
        assert!(!output.status.success() && told(&output).contains(expected), "{}", told(&output));
    };
    check(&["export", "--output", "/dev/full"], "cannot write /dev/full: ");
    check(&["export", "--start", "2024-02-01", "--end", "2024-01-01"], "--start lies after --end");
}
