//! A handful of processes, some with names meant to confuse.

use super::super::testing::{Machine, field};

fn stat(pid: u32, command: &str, state: &str, threads: u32) -> (String, String) {
    let text =
        format!("{pid} ({command}) {state} 1 1 1 0 -1 4194560 10 0 0 0 1 2 0 0 20 0 {threads} 0 100 0 0\n");
    (format!("proc/{pid}/stat"), text)
}

fn machine(processes: &[(String, String)]) -> Machine {
    let files: Vec<(&str, &str)> = processes.iter().map(|(path, text)| (&**path, &**text)).collect();
    Machine::new("processes", "", &files)
}

#[test]
fn each_state_is_counted() {
    let processes: Vec<_> =
        "RSSDZXTtWI?".chars().zip(1..).map(|(state, pid)| stat(pid, "a", &state.to_string(), 2)).collect();
    let lines = machine(&processes).lines();
    assert_eq!(
        lines,
        ["processes blocked=1i,zombies=1i,stopped=2i,running=1i,sleeping=2i,total=11i,unknown=1i,dead=1i,\
          paging=1i,total_threads=22i,idle=1i"]
    );
}

#[test]
fn parked_processes_show_only_when_there_are_any() {
    let lines = machine(&[stat(1, "a", "P", 1), stat(2, "b", "P", 1)]).lines();
    assert_eq!(field(&lines[0], "parked"), Some("2i"));
}

#[test]
fn a_command_may_hold_parentheses_blanks_and_newlines() {
    let lines = machine(&[stat(1, "a) R 1 (b", "S", 1), stat(2, "x\n) Z", "S", 3)]).lines();
    assert_eq!(field(&lines[0], "sleeping"), Some("2i"));
    assert_eq!(field(&lines[0], "total_threads"), Some("4i"));
}

#[test]
fn other_folders_are_left_alone_and_a_process_that_ended_is_no_error() {
    let machine = &mut machine(&[stat(1, "a", "R", 1)]);
    machine.write("proc/meminfo", "");
    machine.write("proc/7/comm", "ended");
    assert_eq!(field(&machine.lines()[0], "total"), Some("1i"));
}

#[test]
fn a_strange_process_is_named_and_costs_no_other() {
    let machine = &mut machine(&[stat(1, "a", "R", 1)]);
    machine.write("proc/9/stat", "9 (x) S 1 2\n");
    let (lines, errors) = machine.gather();
    assert_eq!(field(&lines[0], "total"), Some("1i"));
    let expected = "proc/9/stat:1: expected a command in parentheses, then a state and at least 17 numbers, found \"9 (x) S 1 2\"";
    assert_eq!(errors, [expected]);
}
