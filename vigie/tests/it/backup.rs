//! Backups of a real server under load, over real connections, some of which break.

use crate::vigie::{BINARY, Home, Reply, Vigie, agent, reply, run};
use crate::wait;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const START: u64 = 1_704_067_200_000_000_000;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn succeed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn failure(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn post(vigie: &Vigie, path: &str) -> Reply {
    reply(agent().post(format!("{}{path}", vigie.url)).send_empty())
}

/// Restores into a home of its own and starts a server there.
fn restored(source: &Path, bases: &[&Path]) -> (Home, Vigie) {
    let home = Home::new();
    let dir = home.data_dir();
    let mut arguments = vec!["restore", text(source), "--data-dir", text(&dir)];
    bases.iter().for_each(|base| arguments.extend(["--base", text(base)]));
    let told = succeed(&arguments);
    assert!(told.contains("databases: d;"), "{told}");
    let vigie = home.start("server");
    (home, vigie)
}

/// Points 0, 1, 2, ... of one writer, each acknowledged before the next is sent.
struct Writer {
    acknowledged: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Writer {
    fn start(vigie: &Vigie, name: &'static str) -> Self {
        let (acknowledged, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (url, done, ended) = (vigie.url.clone(), Arc::clone(&acknowledged), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let client = agent();
            let mut next = 0;
            while !ended.load(Ordering::SeqCst) {
                let lines: String = (next..next + 10)
                    .map(|n| format!("m,writer={name} v={n}i {}\n", START + n * 1_000_000_000))
                    .collect();
                let answer = reply(client.post(format!("{url}/write?db=d")).send(lines));
                assert_eq!(answer.status, 204, "{}", answer.body);
                next += 10;
                done.store(next, Ordering::SeqCst);
            }
        });
        Self { acknowledged, stop, thread }
    }

    fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    fn wait_beyond(&self, count: u64) {
        wait::until("the writer to go on", || (self.acknowledged() > count).then_some(()));
    }

    fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap();
    }
}

/// The points of a writer, which must be the first ones without a gap.
fn count(vigie: &Vigie, writer: &str) -> u64 {
    let rows = vigie.rows("d", &format!("SELECT v FROM m WHERE writer = '{writer}'"));
    for (n, row) in (0..).zip(&rows) {
        assert_eq!(*row, serde_json::json!([START + n * 1_000_000_000, n]));
    }
    rows.len() as u64
}

#[test]
fn a_backup_under_load_restores_to_all_that_was_acknowledged_before_it() {
    let (home, backups) = (Home::new(), Home::new());
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let (one, two) = (Writer::start(&vigie, "one"), Writer::start(&vigie, "two"));
    let mut before: Vec<(PathBuf, [u64; 2])> = Vec::new();
    for (number, name) in ["full", "second", "third", "full.tar", "more.tar"].into_iter().enumerate() {
        let dest = backups.path().join(name);
        one.wait_beyond(before.last().map_or(0, |(_, counts)| counts[0]) + 50);
        before.push((dest.clone(), [one.acknowledged(), two.acknowledged()]));
        let base = before.get(number.wrapping_sub(1)).map(|(base, _)| text(base).to_owned());
        let mut arguments = vec!["backup", text(&dest), "--url", &vigie.url];
        if let Some(base) = base.as_deref().filter(|_| name != "full.tar") {
            arguments.extend(["--incremental", base]);
        }
        let told = succeed(&arguments);
        assert!(told.contains("everything up to LSN"), "{told}");
    }
    let after = [one.acknowledged() + 10, two.acknowledged() + 10];
    one.stop();
    two.stop();
    assert_eq!(vigie.get("/metrics").body.matches("\nvigie_backups_total 5\n").count(), 1);
    vigie.stop();
    let full = backups.path().join("full.tar");
    for (dest, counts) in &before {
        let bases: Vec<&Path> = if dest.ends_with("more.tar") { vec![&full] } else { Vec::new() };
        let (_home, vigie) = restored(dest, &bases);
        for (writer, (least, most)) in ["one", "two"].into_iter().zip(counts.iter().zip(after)) {
            let found = count(&vigie, writer);
            assert!(*least <= found && found <= most, "{}: {least} <= {found} <= {most}", dest.display());
        }
        assert_eq!(vigie.write("d", "m,writer=new v=1i 1").status, 204);
    }
}

#[test]
fn an_archive_of_what_is_new_is_refused_without_its_base() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let (full, more) = (home.path().join("full.tar"), home.path().join("more.tar"));
    assert_eq!(vigie.write("d", "m v=1 1").status, 204);
    succeed(&["backup", text(&full), "--url", &vigie.url]);
    assert_eq!(vigie.write("d", "m v=2 2").status, 204);
    succeed(&["backup", text(&more), "--incremental", text(&full), "--url", &vigie.url]);
    let into = home.path().join("other");
    let told = failure(&run(&["restore", text(&more), "--data-dir", text(&into)]));
    assert!(told.contains("made against another backup"), "{told}");
    let told = refused_start(&into);
    assert!(told.contains("run the same `vigie restore` again"), "{told}");
    let (_home, other) = restored(&more, &[&full]);
    assert_eq!(other.rows("d", "SELECT v FROM m").len(), 2);
}

/// What a server says that does not start on this directory.
fn refused_start(dir: &Path) -> String {
    let mut command = Command::new(BINARY);
    command.args(["server", "--http-addr", "127.0.0.1:0", "--data-dir"]).arg(dir);
    command.current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut server = Killed(command.spawn().unwrap());
    wait::until("the server to refuse", || server.0.try_wait().unwrap().filter(|status| !status.success()));
    let mut told = String::new();
    server.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    told
}

/// A process that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "no power is cut here: a folder of the test moves")]
fn a_restore_of_an_archive_that_is_cut_short_never_looks_like_an_empty_store() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    assert_eq!(vigie.write("d", "m v=1 1").status, 204);
    let (whole, slow, into) =
        (home.path().join("whole.tar"), home.path().join("slow.tar"), home.path().join("into"));
    succeed(&["backup", text(&whole), "--url", &vigie.url]);
    assert!(Command::new("mkfifo").arg(&slow).status().unwrap().success());
    let mut command = Command::new(BINARY);
    command.args(["restore", text(&slow), "--data-dir", text(&into)]).stdout(Stdio::null());
    let restore = Killed(command.spawn().unwrap());
    let mut pipe = std::fs::File::options().write(true).open(&slow).unwrap();
    pipe.write_all(&std::fs::read(&whole).unwrap()[..3_000]).unwrap();
    assert!(into.join("segments/restore-is-not-finished").exists(), "the mark is there before the rest");
    assert!(refused_start(&into).contains("is in use"));
    drop(restore);
    for _ in 0..2 {
        let told = refused_start(&into);
        assert!(told.contains("has not ended: run the same `vigie restore` again"), "{told}");
    }
    succeed(&["restore", text(&whole), "--data-dir", text(&into)]);
    let left: Vec<_> =
        std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("unpacked")), "{left:?}");
    vigie.stop();
    std::fs::remove_dir_all(home.data_dir()).unwrap();
    std::fs::rename(&into, home.data_dir()).unwrap();
    assert_eq!(home.start("server").rows("d", "SELECT v FROM m").len(), 1);
}

#[test]
fn what_is_wrong_with_an_archive_is_told_by_its_name() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    assert_eq!(vigie.write("d", "m v=1 1").status, 204);
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let (full, more, into) = (path("full.tar"), path("more.tar"), path("into"));
    succeed(&["backup", &full, "--url", &vigie.url]);
    assert_eq!(vigie.write("d", "m v=2 2").status, 204);
    succeed(&["backup", &more, "--incremental", &full, "--url", &vigie.url]);
    let bytes = std::fs::read(&full).unwrap();
    std::fs::write(path("cut.tar"), &bytes[..2_048]).unwrap();
    std::fs::write(path("text.tar"), "no tar\n".repeat(200)).unwrap();
    let check = |archive: &str, more: &[&str], expected: &str| {
        let told = failure(&run(&[&["restore", archive, "--data-dir", &into], more].concat()));
        assert!(told.contains(expected) && !told.contains(".unpacked"), "{told}");
    };
    check(&path("cut.tar"), &[], "cut.tar: it ends early");
    check(&path("text.tar"), &[], "text.tar: it is no tar archive");
    check(&more, &["--base", &path("cut.tar")], "cut.tar: it ends early");
    let refused = failure(&run(&["backup", &path("b"), "--incremental", &full, "--url", &vigie.url]));
    assert!(refused.contains("full.tar is an archive, and a folder links"), "{refused}");
    for name in ["b.tar.gz", "b.ZIP"] {
        let refused = failure(&run(&["backup", &path(name), "--url", &vigie.url]));
        assert!(refused.contains("b.tar, or ") && !home.path().join(name).exists(), "{refused}");
    }
}

#[test]
fn what_is_new_in_a_backup_is_told_and_a_wrong_base_is_named() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let backup =
        |dest: &str, more: &[&str]| run(&[&["backup", &path(dest), "--url", &vigie.url][..], more].concat());
    assert_eq!(vigie.write("d", "m v=1 1").status, 204);
    let told = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let (full, archive) = (backup("full", &[]), backup("full.tar", &[]));
    assert!(told(&full).contains("full: 3 files, ") && full.status.success(), "{full:?}");
    assert!(told(&archive).contains("full.tar: 3 files, "), "{archive:?}");
    assert_eq!(vigie.write("d", "m v=2 2000000000000000000").status, 204);
    let more = backup("more", &["--incremental", &path("full")]);
    let expected = "4 files, of which 3 are new, ";
    assert!(told(&more).contains(expected), "{more:?}");
    assert!(told(&more).contains(&format!("; 1 unchanged, linked from {}; ", path("full"))), "{more:?}");
    let more = backup("more.tar", &["--incremental", &path("full.tar")]);
    assert!(told(&more).contains(expected), "{more:?}");
    assert!(told(&more).contains("; 1 unchanged, which a restore takes from "), "{more:?}");

    let refused = failure(&backup("b", &["--incremental", &path("nowhere")]));
    assert!(
        refused.contains("--incremental: cannot read ") && refused.contains("expected an earlier"),
        "{refused}"
    );
    let refused = failure(&backup("no/b", &[]));
    assert!(refused.contains("there is no folder ") && !home.path().join("no").exists(), "{refused}");
    let (other_home, other_dest) = (Home::new(), path("other"));
    let other = other_home.start("server");
    other.query("", "CREATE DATABASE d");
    assert_eq!(other.write("d", "other v=1 7").status, 204);
    succeed(&["backup", &other_dest, "--url", &other.url]);
    let (source, into) = (path("more.tar"), path("into"));
    let refused = failure(&run(&["restore", &source, "--base", &other_dest, "--data-dir", &into]));
    assert!(
        refused.contains("was made against another backup, ") && refused.contains(" is needed too; "),
        "{refused}"
    );
    assert!(refused.contains("other is "), "{refused}");
}

#[test]
fn a_backup_is_checked_and_nothing_is_overwritten() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    assert_eq!(vigie.write("d", "m v=1 1").status, 204);
    let dest = home.path().join("b");
    succeed(&["backup", text(&dest), "--url", &vigie.url]);
    let told = failure(&run(&["backup", text(&dest), "--url", &vigie.url]));
    assert!(told.contains("nothing is overwritten"), "{told}");
    let told = failure(&run(&["restore", text(&dest), "--data-dir", text(&home.data_dir())]));
    assert!(told.contains("is in use"), "{told}");
    assert!(succeed(&["restore", text(&dest), "--verify"]).contains("checked"));
    let segment = std::fs::read_dir(dest.join("segments")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let told = failure(&run(&["restore", text(&dest), "--verify"]));
    assert!(told.contains("missing or damaged: segments/"), "{told}");
    let into = home.path().join("other");
    let told = failure(&run(&["restore", text(&dest), "--data-dir", text(&into)]));
    assert!(told.contains("missing or damaged"), "{told}");
    std::fs::remove_file(dest.join("backup.json")).unwrap();
    let told = failure(&run(&["restore", text(&dest), "--data-dir", text(&into)]));
    assert!(told.contains("is no complete backup"), "{told}");
}

/// Lets `allowed` bytes of the server's answer through and breaks the connection.
fn breaking_proxy(vigie: &Vigie, allowed: usize) -> String {
    let server = vigie.url.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut upstream = TcpStream::connect(server).unwrap();
        let mut request = [0; 8192];
        let count = client.read(&mut request).unwrap();
        upstream.write_all(&request[..count]).unwrap();
        let mut answer = Vec::new();
        upstream.take(allowed as u64).read_to_end(&mut answer).unwrap();
        let _ = client.write_all(&answer);
    });
    url
}

#[test]
fn a_backup_that_breaks_off_leaves_nothing_that_looks_whole() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    assert_eq!(vigie.write("d", "m v=1 1\nm v=2 2").status, 204);
    for name in ["b", "b.tar"] {
        let dest = home.path().join(name);
        for allowed in [0, 100, 600, 2_000, 4_000] {
            let url = breaking_proxy(&vigie, allowed);
            let told = failure(&run(&["backup", text(&dest), "--url", &url]));
            assert!(!dest.exists(), "{name} after {allowed} bytes: {told}");
            let told = failure(&run(&["restore", text(&dest), "--data-dir", text(&home.path().join("r"))]));
            assert!(told.contains("is not there"), "{told}");
        }
        wait::until("the place to be free", || {
            run(&["backup", text(&dest), "--url", &vigie.url]).status.success().then_some(())
        });
        assert!(succeed(&["restore", text(&dest), "--verify"]).contains("checked"));
    }
}

/// Text that does not compress, so that a backup is larger than what lies between two sockets.
fn noise(lines: u64) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut out = String::new();
    for number in 0..lines {
        out.push_str("noise s=\"");
        for _ in 0..1024 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            out.push(char::from(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                    [(state >> 40) as usize % 64],
            ));
        }
        out.push_str(&format!("\" {number}\n"));
    }
    out
}

#[test]
fn one_backup_at_a_time_and_a_client_that_goes_away_or_a_server_that_is_killed_ends_it() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    let lines = noise(24_000);
    for part in lines.as_bytes().chunks(1024 * 1036) {
        let whole: Vec<u8> = part.to_vec();
        let answer = reply(agent().post(format!("{}/write?db=d", vigie.url)).send(&whole[..]));
        // A line that is cut by a chunk's end is refused; the others count.
        assert!(matches!(answer.status, 204 | 400), "{}", answer.body);
    }
    let address = vigie.url.trim_start_matches("http://").to_owned();
    let begin = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "POST /vigie/v1/backup HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        let mut head = [0; 64];
        stream.read_exact(&mut head).unwrap();
        (String::from_utf8_lossy(&head).into_owned(), stream)
    };
    let (head, stream) = begin();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let second = post(&vigie, "/vigie/v1/backup");
    assert_eq!((second.status, second.body.contains("another backup")), (409, true), "{}", second.body);
    assert!(vigie.get("/metrics").body.contains("\nvigie_backups_running 1\n"));
    drop(stream);
    wait::until("the place to be free", || {
        vigie.get("/metrics").body.contains("\nvigie_backups_running 0\n").then_some(())
    });
    assert!(vigie.get("/metrics").body.contains("\nvigie_backups_failed_total 1\n"));
    let (head, mut stream) = begin();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    vigie.kill();
    let mut rest = Vec::new();
    let ended = stream.read_to_end(&mut rest);
    assert!(ended.is_err() || !rest.windows(11).any(|bytes| bytes == b"backup.json"), "it has no end");
    let vigie = home.start("server");
    assert!(vigie.rows("d", "SELECT count(s) FROM noise")[0][1].as_u64().unwrap() > 23_000);
}

#[test]
fn a_server_makes_folders_only_where_it_was_told_to() {
    let home = Home::new();
    let vigie = home.start("server");
    assert_eq!(post(&vigie, "/vigie/v1/backup?into=x").status, 403);
    vigie.stop();
    let backups = home.path().join("backups");
    home.configure(&format!("[storage]\nbackup_dir = {:?}\n", text(&backups)));
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    assert_eq!(vigie.write("d", "m,writer=w v=0i 1704067200000000000").status, 204);
    for name in ["..%2Fx", ".hidden", "a%2Fb", "%2Ftmp%2Fx"] {
        assert_eq!(post(&vigie, &format!("/vigie/v1/backup?into={name}")).status, 400, "{name}");
    }
    let told = succeed(&["backup", "monday", "--on-server", "--url", &vigie.url]);
    assert!(told.contains("monday on the server"), "{told}");
    assert_eq!(post(&vigie, "/vigie/v1/backup?into=monday").status, 409);
    let (_home, other) = restored(&backups.join("monday"), &[]);
    assert_eq!(count(&other, "w"), 1);
    let foreign =
        agent().post(format!("{}/vigie/v1/backup", vigie.url)).header("origin", "http://evil.example");
    assert_eq!(reply(foreign.send_empty()).status, 403);
    let broken = reply(agent().post(format!("{}/vigie/v1/backup", vigie.url)).send("{}"));
    assert_eq!(broken.status, 400, "{}", broken.body);
}
