//! The InfluxDB 1.x surface: statuses, headers, limits, and who may not come in.

use crate::vigie::{Home, Vigie, agent, reply};
use crate::wait;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer of several pieces; compression asked for more behind its end, and the connection broke.
#[test]
fn a_long_answer_comes_whole_when_it_is_compressed() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let lines: String = (0..20_000).map(|n| format!("m v={n} {n}\n")).collect();
    assert_eq!(vigie.write("d", &lines).status, 204);
    let request = agent().get(format!("{}/query?db=d&q=SELECT+v+FROM+m", vigie.url));
    let answer = request.header("accept-encoding", "gzip").call().unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let body = answer.into_body().read_to_vec().unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["results"][0]["series"][0]["values"].as_array().unwrap().len(), 20_000);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn write_gzip(vigie: &Vigie, body: &[u8]) -> u16 {
    let request = agent().post(format!("{}/write?db=d", vigie.url)).header("content-encoding", "gzip");
    reply(request.send(body)).status
}

/// Sends a request as it stands and gives the answer's first line.
fn raw(vigie: &Vigie, request: &str) -> String {
    let mut stream = TcpStream::connect(vigie.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while !answer.contains(&b'\n') {
        match stream.read(&mut piece) {
            Ok(count @ 1..) => answer.extend_from_slice(&piece[..count]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn ping_health_and_unknown_paths_answer_as_influxdb_does() {
    let home = Home::new();
    let vigie = home.start("server");
    let ping = vigie.get("/ping");
    assert_eq!((ping.status, ping.body.as_str()), (204, ""));
    assert_eq!(ping.header("x-influxdb-version"), Some("1.8.10"));
    assert_eq!(ping.header("x-influxdb-build"), Some("OSS"));
    assert!(ping.header("request-id").is_some());
    assert_eq!(ping.header("content-type"), Some("application/json"));
    assert_eq!(vigie.get("/ping?verbose=true").json()["version"], "1.8.10");
    assert_eq!(vigie.get("/health").json()["status"], "pass");
    assert_eq!(vigie.get("/nowhere").status, 404);
    assert_eq!(vigie.get("/write").status, 405);
    for path in ["/query", "/write"] {
        assert_eq!(reply(agent().options(format!("{}{path}", vigie.url)).call()).status, 200);
    }
    let head = reply(agent().head(format!("{}/query?q=SHOW+DATABASES", vigie.url)).call());
    assert_eq!((head.status, head.header("allow")), (405, Some("GET,POST,OPTIONS")));
    let metrics = vigie.get("/metrics");
    assert!(metrics.body.contains("vigie_memory_budget_bytes"), "{}", metrics.body);
}

#[test]
fn writes_answer_with_influxdbs_statuses() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let check = |path: &str, body: &str, status: u16, text: &str| {
        let found = reply(agent().post(format!("{}{path}", vigie.url)).send(body));
        assert_eq!(found.status, status, "{path} {body}: {}", found.body);
        assert!(found.body.contains(text), "{path} {body}: {}", found.body);
    };
    check("/write?db=d", "m v=1", 204, "");
    check("/write?db=d&precision=s", "m v=2 1700000000", 204, "");
    check("/write?db=d", "", 204, "");
    check("/write?db=d&consistency=one", "m v=3", 204, "");
    check("/write?db=d&consistency=most", "m v=3", 400, "invalid consistency level");
    check("/write", "m v=1", 400, "database is required");
    check("/write?db=none", "m v=1", 404, r#"{"error":"database not found: \"none\""}"#);
    check("/write?db=d&rp=none", "m v=1", 500, "retention policy not found");
    check(
        "/write?db=d",
        "m v=1\nbroken\nm v=2",
        400,
        "partial write: unable to parse 'broken': missing fields dropped=0",
    );
    check("/write?db=d", "broken", 400, "unable to parse 'broken': missing fields");
    check(
        "/write?db=d",
        "m v=\"text\"",
        400,
        "field type conflict: input field \\\"v\\\" on measurement \\\"m\\\" is type string, already exists as type float dropped=1",
    );
    // Where points are rejected their reason is told, and lines that could not be parsed are not.
    check("/write?db=d", "m v=", 400, "unable to parse 'm v=': missing field value");
    check(
        "/write?db=d",
        "m v=\n\nm v=1i",
        400,
        "{\"error\":\"partial write: field type conflict: input field",
    );
    // The two good lines of one write have one timestamp: the later one stays.
    assert_eq!(vigie.rows("d", "SELECT count(v) FROM m")[0][1], 4);
}

#[test]
fn series_over_the_limit_are_refused_in_influxdbs_words() {
    let home = Home::new();
    home.configure("[storage]\nseries_max = 2\n");
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let write = |body: &str| reply(agent().post(format!("{}/write?db=d", vigie.url)).send(body));
    assert_eq!(write("m,host=a v=1 1\nm,host=b v=1 1").status, 204);
    let refused = write("m,host=c v=1 2\nm,host=a v=2 2\nm,host=d v=1 2");
    let text = "partial write: max-series-per-database limit exceeded: (2) dropped=2";
    assert_eq!(
        (refused.status, refused.body.trim_end()),
        (400, format!("{{\"error\":\"{text}\"}}").as_str())
    );
    assert_eq!(write("m,host=b v=2 2").status, 204);
    assert_eq!(vigie.rows("d", "SELECT count(v) FROM m")[0][1], 4);
    let metrics = vigie.get("/metrics").body;
    assert!(metrics.contains("\nvigie_store_points_over_series_max_total 2\n"), "{metrics}");
}

#[test]
fn gzip_bodies_are_inflated_and_broken_ones_refused() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    assert_eq!(write_gzip(&vigie, &gzip(b"m v=1 1\nm v=2 2\n")), 204);
    assert_eq!(write_gzip(&vigie, b"m v=3 3\n"), 400);
    let whole = gzip(b"m v=4 4\n");
    assert_eq!(write_gzip(&vigie, &whole[..whole.len() - 6]), 400);
    assert_eq!(write_gzip(&vigie, &gzip(&vec![b'#'; 300_000_000])), 413);
    let too_long = "#".repeat(26_000_000);
    assert!(matches!(vigie.write("d", &too_long).status, 413 | 0));
    assert_eq!(vigie.rows("d", "SELECT count(v) FROM m")[0][1], 2);
}

#[test]
fn queries_take_parameters_from_address_and_form() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    vigie.write("d", "m,host=a v=1.5 1700000000000000000\nm,host=b v=2 1700000001500000000");
    let ask = |path: &str| vigie.get(path).body;
    assert_eq!(
        ask("/query?db=d&q=SELECT+v+FROM+m"),
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\",\"v\"],\"values\":\
         [[\"2023-11-14T22:13:20Z\",1.5],[\"2023-11-14T22:13:21.5Z\",2]]}]}]}\n"
    );
    assert!(ask("/query?db=d&epoch=ms&q=SELECT+v+FROM+m").contains("[1700000001500,2]"));
    assert!(ask("/query?db=d&epoch=s&q=SELECT+v+FROM+m").contains("[1700000001,2]"));
    assert!(
        ask("/query?db=d&pretty=true&q=SELECT+v+FROM+m").contains("\n            \"statement_id\": 0,\n")
    );
    assert!(
        ask("/query?db=d&chunked=true&chunk_size=1&q=SELECT+v+FROM+m").matches("\"partial\":true").count()
            >= 1
    );
    assert_eq!(ask("/query?db=d"), "{\"error\":\"missing required parameter \\\"q\\\"\"}\n");
    let wrong = vigie.get("/query?db=d&q=SELECT+v+FORM+m");
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.json()["error"], "error parsing query: found FORM, expected FROM at line 1, char 10");
    assert_eq!(
        ask("/query?q=SELECT+v+FROM+m"),
        "{\"results\":[{\"statement_id\":0,\"error\":\"database name required\"}]}\n"
    );
    let csv = agent()
        .get(format!("{}/query", vigie.url))
        .query("db", "d")
        .query("q", "SELECT v FROM m GROUP BY host");
    let csv = reply(csv.header("accept", "application/csv").call());
    assert_eq!(
        csv.body,
        "name,tags,time,v\nm,host=a,1700000000000000000,1.5\nm,host=b,1700000001500000000,2\n"
    );
    let two = vigie.query("d", "SELECT v FROM m WHERE host = 'a'; SHOW DATABASES");
    assert_eq!(two["results"][1]["series"][0]["values"][0][0], "d");
}

#[test]
fn empty_and_wrong_queries_answer_in_the_form_that_was_asked_for() {
    let home = Home::new();
    let vigie = home.start("server");
    let csv = |path: &str| {
        reply(agent().get(format!("{}{path}", vigie.url)).header("accept", "application/csv").call())
    };
    let missing = "{\"error\":\"missing required parameter \\\"q\\\"\"}\n";
    assert_eq!(vigie.get("/query?q=+").body, missing);
    assert_eq!(vigie.get("/query?q=%3B").body, "{}\n");
    assert_eq!(vigie.get("/query?q=%3B&pretty=true").body, "{}\n");
    assert_eq!(vigie.get("/query?q=%3B&chunked=true").body, "");
    let wrong = csv("/query?q=SELECT+v+FORM+m%2C");
    assert_eq!((wrong.status, wrong.header("content-type")), (400, Some("text/csv")));
    assert_eq!(wrong.body, "error\n\"error parsing query: found FORM, expected FROM at line 1, char 10\"\n");
    assert_eq!(
        vigie.get("/query?pretty=true").body,
        "{\n    \"error\": \"missing required parameter \\\"q\\\"\"\n}\n"
    );
    let null = vigie.get("/query?q=SHOW+DATABASES&params=null");
    assert_eq!((null.status, null.body.contains("databases")), (200, true));
}

#[test]
fn schema_answers_are_not_split_into_chunks() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    vigie.write("d", "m,host=a,region=eu v=1e21 1\nm,host=b v=2 2\nn,host=c,zone=x\\ y v=3 3");
    let chunked = |q: &str| vigie.get(&format!("/query?db=d&chunked=true&chunk_size=1&q={q}")).body;
    assert_eq!(
        chunked("SHOW+TAG+KEYS"),
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"tagKey\"],\
         \"values\":[[\"host\"],[\"region\"]]}]}]}\n\
         {\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"n\",\"columns\":[\"tagKey\"],\
         \"values\":[[\"host\"],[\"zone\"]]}]}]}\n"
    );
    assert_eq!(chunked("SHOW+SERIES").matches("\"partial\":true").count(), 4);
    let csv = agent().get(format!("{}/query", vigie.url)).query("db", "d");
    let csv = csv.query("q", "SELECT v FROM m, n GROUP BY *").header("accept", "text/csv");
    assert_eq!(
        reply(csv.call()).body,
        "name,tags,time,v\nm,\"host=a,region=eu\",1,1000000000000000000000\nm,host=b,2,2\n\
         n,\"host=c,zone=x\\ y\",3,3\n"
    );
}

#[test]
fn web_pages_cannot_reach_a_local_server() {
    let home = Home::new();
    let vigie = home.start("server");
    let host = vigie.url.trim_start_matches("http://").to_owned();
    let ask = |headers: &str| {
        raw(
            &vigie,
            &format!("GET /query?q=SHOW+DATABASES HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n"),
        )
    };
    assert_eq!(ask(&format!("Host: {host}")), "HTTP/1.1 200 OK");
    assert_eq!(ask("Host: evil.example"), "HTTP/1.1 403 Forbidden");
    assert_eq!(ask(&format!("Host: {host}\r\nOrigin: http://evil.example")), "HTTP/1.1 403 Forbidden");
    assert_eq!(ask(&format!("Host: {host}\r\nSec-Fetch-Site: cross-site")), "HTTP/1.1 403 Forbidden");
}

#[test]
fn a_peer_that_drips_its_head_is_cut_off() {
    let home = Home::new();
    let vigie = home.start("server");
    let mut stream = TcpStream::connect(vigie.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    stream.write_all(b"GET /ping HTTP/1.1\r\nHost: local").unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    assert!(ended.is_ok() || !answer.is_empty(), "{ended:?}");
    assert_eq!(vigie.get("/ping").status, 204);
}

/// How many queries have ended so far.
fn queries_ended(vigie: &Vigie) -> u64 {
    let metrics = vigie.get("/metrics").body;
    let count = metrics.lines().find_map(|line| line.strip_prefix("vigie_query_seconds_count "));
    count.unwrap().parse().unwrap()
}

#[test]
fn a_client_that_hangs_up_ends_its_query() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    for part in 0..10_u64 {
        let line = |n: u64| format!("m,host=a v={n}i,text=\"{n:060}\" {}\n", (part * 30_000 + n) * 1_000_000);
        assert_eq!(vigie.write("d", &(0..30_000).map(line).collect::<String>()).status, 204);
    }
    let ended = queries_ended(&vigie);
    let mut stream = TcpStream::connect(vigie.url.trim_start_matches("http://")).unwrap();
    stream.write_all(b"GET /query?db=d&q=SELECT+*+FROM+m HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    stream.read_exact(&mut [0; 1_000]).unwrap();
    // Some thirty megabytes do not fit between here and there: the statement waits for its reader.
    assert_eq!(queries_ended(&vigie), ended);
    drop(stream);
    wait::until("the query to end", || (queries_ended(&vigie) == ended + 1).then_some(()));
}
