//! The figures of a process whose cost is known.

use super::*;

fn shell(script: &str, folder: &Path) -> Process {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    Process::start(command, folder.join("log"), true).unwrap()
}

/// Reads lines until the script says that it is where the test wants it.
fn wait_for_line(process: &mut Process) {
    let mut line = String::new();
    io::BufRead::read_line(&mut io::BufReader::new(process.take_stdout().unwrap()), &mut line).unwrap();
    assert_eq!(line, "here\n");
}

#[test]
fn cpu_spent_after_the_signal_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    let mut process =
        shell(&format!("trap '{work}; exit 0' TERM; echo here; while :; do sleep 0.01; done"), folder.path());
    wait_for_line(&mut process);
    let before = process.cpu().unwrap();
    let ended = process.stop().unwrap();
    assert!(ended.cpu >= before + Duration::from_millis(50), "{before:?} {ended:?}");
    assert!(ended.peak.resident_bytes > 100_000, "{ended:?}");
    assert!(ended.peak.anonymous_bytes > 10_000 && ended.peak.anonymous_bytes < ended.peak.resident_bytes);
}

#[test]
fn an_unclean_end_is_an_error_with_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = shell(
        "trap 'echo out of luck >&2; exit 3' TERM; echo here; while :; do sleep 0.01; done",
        folder.path(),
    );
    wait_for_line(&mut process);
    let error = process.stop().unwrap_err().to_string();
    assert!(error.contains("exit status: 3") && error.contains("out of luck"), "{error}");
}

#[test]
fn the_name_of_a_program_may_hold_spaces_and_brackets() {
    let stat = "42 (a b) c) S 1 1 1 0 -1 4194304 1 2 3 4 70 30 0 0 20 0 1 0 5";
    assert_eq!(cpu_ticks(stat), Some(100));
    assert_eq!(cpu_ticks("nonsense"), None);
}

#[test]
fn the_size_of_a_folder_is_the_space_of_all_files_below_without_holes() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    fs::write(folder.path().join("a/b/one"), [1; 100_000]).unwrap();
    fs::write(folder.path().join("two"), [1; 50_000]).unwrap();
    let holes = File::create(folder.path().join("three")).unwrap();
    holes.set_len(1 << 30).unwrap();
    let bytes = folder_bytes(folder.path()).unwrap();
    assert!((150_000..300_000).contains(&bytes), "{bytes}");
    assert_eq!(folder_bytes(&folder.path().join("missing")).unwrap(), 0);
}
