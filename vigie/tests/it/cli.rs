//! The command line: help, configuration.

use crate::vigie::{BINARY, Home, run};
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn check_fails(output: &Output, code: i32, part: &str) {
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(told.contains(part), "{told}");
}

#[test]
fn every_verb_has_help_with_an_example() {
    for verb in [
        &["run"][..],
        &["server"],
        &["agent"],
        &["query"],
        &["export"],
        &["import"],
        &["config", "check"],
        &["config", "print"],
        &["completions"],
        &["inspect"],
        &["inspect", "wal"],
        &["inspect", "segment"],
        &["inspect", "index"],
        &["inspect", "cardinality"],
        &["inspect", "verify"],
        &["inspect", "upgrade"],
    ] {
        let output = run(&[verb, &["--help"]].concat());
        assert!(output.status.success());
        assert!(text(&output.stdout).contains("Example"), "{verb:?}: {}", text(&output.stdout));
    }
    assert!(text(&run(&["completions", "bash"]).stdout).contains("complete"));
}

#[test]
fn wrong_words_exit_with_2_and_failures_with_1() {
    check_fails(&run(&["qurey", "x"]), 2, "query");
    check_fails(
        &run(&["query", "SHOW DATABASES", "--url", "http://127.0.0.1:1"]),
        1,
        "cannot reach http://127.0.0.1:1/query",
    );
}

/// What `vigie ... | head` comes to when `head` has seen enough.
#[test]
fn a_reader_that_has_gone_is_no_failure() {
    for arguments in [&["config", "print"][..], &["config", "check"], &["completions", "bash"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(BINARY);
        command.args(arguments).stdin(Stdio::null()).stdout(writer);
        let output = command.output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn a_mistake_in_the_configuration_is_told_with_its_place() {
    let check = |toml: &str, part: &str| {
        let home = Home::new();
        home.configure(toml);
        let path = home.path().join("vigie.toml");
        let path = path.to_str().unwrap();
        check_fails(&run(&["config", "check", "--config", path]), 1, &format!("vigie.toml:{part}"));
    };
    check(
        "[[inputs.cpu]]\n  percpuu = true\n",
        "2: [inputs.cpu] has no setting \"percpuu\"; did you mean \"percpu\"?",
    );
    check("[[inputs.cpuu]]\n", "1: there is no input \"cpuu\"; did you mean \"cpu\"?");
    check("[sever]\n", "1: there is no section [sever]; did you mean \"server\"?");
    check("[server]\nhttp_addr = \"here\"\n", "2: [server] http_addr: expected an address");
    check("[storage]\nsync = \"maybe\"\n", "2: [storage] sync: expected one of");
    check("[storage]\ndata_dir = \"\"\n", "2: [storage] data_dir: expected a path, found \"\"");
    check("[storage]\nbackup_dir = \" \"\n", "2: [storage] backup_dir: expected a path, found \" \"");
    check(
        "[storage]\ndata_dir = \"a\"\nbackup_dir = \"a\"\n",
        "3: [storage] backup_dir: expected another folder",
    );
    check("[storage]\ndata_dir = \"/dev/null/x\"\n", "2: [storage] data_dir: expected a folder, found");
    check("[storage]\ndatabase = \"\"\n", "2: [storage] database: expected a name, found \"\"");
    check("[[notify.log]]\npath = \"\"\n", "2: [notify.log] path: expected a path, found \"\"");
    check(
        "[agent]\ninterval = ${VIGIE_TEST_UNSET}\n",
        "2: the environment variable VIGIE_TEST_UNSET is not set",
    );
    check("[agent\n", "1:");
}

#[test]
fn drop_in_files_are_merged_and_may_not_contradict() {
    let home = Home::new();
    home.configure("[agent]\ninterval = \"5s\"\n[[inputs.mem]]\n");
    let folder = home.path().join("vigie.d");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("swap.toml"), "[[inputs.swap]]\n[agent]\nflush_interval = \"7s\"\n").unwrap();
    let path = home.path().join("vigie.toml");
    let arguments = ["config", "print", "--config", path.to_str().unwrap()];
    let printed = text(&run(&arguments).stdout);
    for part in ["inputs.mem", "inputs.swap", "5s", "7s"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    std::fs::write(folder.join("more.toml"), "[agent]\ninterval = \"6s\"\n").unwrap();
    check_fails(&run(&arguments), 1, "[agent] interval is already set at");
}

#[test]
fn the_printed_configuration_is_sound() {
    let home = Home::new();
    let empty = home.path().join("empty.toml");
    std::fs::write(&empty, "").unwrap();
    let printed = run(&["config", "print", "--config", empty.to_str().unwrap()]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    home.configure(&text(&printed.stdout));
    let path = home.path().join("vigie.toml");
    let checked = run(&["config", "check", "--config", path.to_str().unwrap()]);
    assert!(checked.status.success(), "{}\n{}", text(&checked.stderr), text(&printed.stdout));
}

#[test]
fn a_data_directory_in_use_is_refused() {
    let home = Home::new();
    let _vigie = home.start("server");
    let second =
        run(&["server", "--http-addr", "127.0.0.1:0", "--data-dir", home.data_dir().to_str().unwrap()]);
    check_fails(&second, 1, "in use");
}

/// The usual limit is 1,024, fewer than the agents of one server.
#[test]
fn a_server_takes_as_many_open_files_as_it_may_have() {
    let home = Home::new();
    let script = "ulimit -S -n 64 && exec \"$0\" server --http-addr 127.0.0.1:0 --data-dir \"$1\"";
    let mut server = Command::new("sh");
    server.args(["-c", script, BINARY]).arg(home.data_dir()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = server.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let words: Vec<&str> = files.split_ascii_whitespace().collect();
    assert!(line.starts_with("listening on "), "{line}");
    assert_eq!(words[3], words[4], "{files}");
    assert_ne!(words[3], "64", "{files}");
}
