//! Two processors over a few gathers.

use super::super::testing::{Machine, field};

const FIRST: &str = "\
cpu  1000 100 500 8000 200 10 20 30 40 5
cpu0 600 50 300 3900 100 5 10 15 40 5
cpu1 400 50 200 4100 100 5 10 15 0 0
intr 12345 1 2
ctxt 99
";

/// 1,000 ticks later on each processor.
const SECOND: &str = "\
cpu  1500 140 700 9150 240 20 40 70 80 15
cpu0 1000 90 450 4140 140 10 25 45 80 15
cpu1 500 50 250 5010 100 10 15 25 0 0
intr 12345 1 2
";

#[test]
fn the_first_gather_has_no_percentages() {
    let mut machine = Machine::new("cpu", "", &[("proc/stat", FIRST)]);
    assert_eq!(machine.lines(), Vec::<String>::new());
}

#[test]
fn percentages_are_of_the_time_since_the_last_gather() {
    let mut machine = Machine::new("cpu", "percpu = false\nreport_active = true", &[("proc/stat", FIRST)]);
    machine.lines();
    machine.write("proc/stat", SECOND);
    // 2,000 ticks passed: 500 user of which 40 guest, 40 nice of which 10 guest, 200 system ...
    assert_eq!(
        machine.lines(),
        ["cpu,cpu=cpu-total usage_user=23,usage_system=10,usage_idle=57.5,usage_nice=1.5,usage_iowait=2,\
          usage_irq=0.5,usage_softirq=1,usage_steal=2,usage_guest=2,usage_guest_nice=0.5,usage_active=42.5"]
    );
}

#[test]
fn seconds_are_a_line_of_their_own_and_keep_the_guests() {
    let mut machine = Machine::new(
        "cpu",
        "percpu = false\ncollect_cpu_time = true\nreport_active = true",
        &[("proc/stat", FIRST)],
    );
    let expected = "cpu,cpu=cpu-total time_user=10,time_system=5,time_idle=80,time_nice=1,time_iowait=2,\
        time_irq=0.1,time_softirq=0.2,time_steal=0.3,time_guest=0.4,time_guest_nice=0.05,time_active=18.6";
    assert_eq!(machine.lines(), [expected]);
    machine.write("proc/stat", SECOND);
    assert_eq!(machine.lines().len(), 2);
}

#[test]
fn each_processor_has_its_own_line() {
    let mut machine = Machine::new("cpu", "totalcpu = false", &[("proc/stat", FIRST)]);
    machine.lines();
    machine.write("proc/stat", SECOND);
    let lines = machine.lines();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("cpu,cpu=cpu0 ") && lines[1].starts_with("cpu,cpu=cpu1 "));
    assert_eq!(field(&lines[1], "usage_user"), Some("9.2593"));
    assert_eq!(field(&lines[1], "usage_active"), None);
}

#[test]
fn nothing_is_said_of_a_processor_whose_time_stands_still() {
    let mut machine = Machine::new("cpu", "", &[("proc/stat", FIRST)]);
    machine.lines();
    assert_eq!(machine.lines(), Vec::<String>::new());
}

#[test]
fn a_total_that_went_back_is_an_error_once() {
    let mut machine = Machine::new("cpu", "percpu = false", &[("proc/stat", SECOND)]);
    machine.lines();
    machine.write("proc/stat", FIRST);
    let (lines, errors) = machine.gather();
    assert!(lines.is_empty());
    assert_eq!(
        errors,
        ["the time of cpu-total went back since the last gather; its percentages are left out once"]
    );
    machine.write("proc/stat", SECOND);
    assert_eq!(machine.lines().len(), 1);
}

#[test]
fn a_single_counter_that_went_back_gives_no_negative_percentage() {
    let mut machine = Machine::new("cpu", "", &[("proc/stat", "cpu 100 0 100 1000 500 0 0 0 0 0\n")]);
    machine.lines();
    machine.write("proc/stat", "cpu 150 0 100 1050 450 0 0 0 0 0\n");
    let lines = machine.lines();
    assert_eq!(field(&lines[0], "usage_iowait"), Some("0"));
    assert_eq!(field(&lines[0], "usage_user"), Some("50"));
    assert_eq!(field(&lines[0], "usage_idle"), Some("50"));
}

#[test]
fn a_processor_that_comes_later_starts_then() {
    let mut machine = Machine::new("cpu", "totalcpu = false", &[("proc/stat", "cpu0 1 0 0 1 0 0 0 0 0 0\n")]);
    machine.lines();
    machine.write("proc/stat", "cpu0 2 0 0 2 0 0 0 0 0 0\ncpu1 5 0 0 5 0 0 0 0 0 0\n");
    assert_eq!(machine.lines().len(), 1);
    machine.write("proc/stat", "cpu0 3 0 0 3 0 0 0 0 0 0\ncpu1 6 0 0 6 0 0 0 0 0 0\n");
    assert_eq!(machine.lines().len(), 2);
}

#[test]
fn a_strange_line_is_named_and_costs_no_other() {
    let strange = "cpu 1 0 0 1\ncpu0 1 x 0 1\ncpu1 1 0 0\ncpu2 1 0 0 1\n";
    let mut machine = Machine::new("cpu", "collect_cpu_time = true", &[("proc/stat", strange)]);
    let (lines, errors) = machine.gather();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        errors,
        [
            "proc/stat:2: expected a processor's name and at least four numbers, found \"cpu0 1 x 0 1\"",
            "proc/stat:3: expected a processor's name and at least four numbers, found \"cpu1 1 0 0\"",
        ]
    );
}

#[test]
fn a_file_without_processors_is_an_error() {
    let mut machine = Machine::new("cpu", "", &[("proc/stat", "intr 1\n")]);
    assert_eq!(
        machine.gather().1,
        ["proc/stat:0: expected lines that begin with \"cpu\", found \"intr 1\\n\""]
    );
    machine.remove("proc/stat");
    assert!(machine.gather().1[0].starts_with("reading proc/stat: No such file"));
}

#[test]
fn core_tags_come_from_cpuinfo() {
    let info = "processor\t: 0\nphysical id\t: 0\ncore id\t\t: 0\n\nprocessor\t: 1\nphysical id\t: 0\ncore id\t\t: 3\n";
    let files = [("proc/stat", FIRST), ("proc/cpuinfo", info)];
    let mut machine = Machine::new("cpu", "core_tags = true\ncollect_cpu_time = true", &files);
    let lines = machine.lines();
    assert!(lines[0].starts_with("cpu,cpu=cpu-total time_user"), "{}", lines[0]);
    assert!(lines[2].starts_with("cpu,core_id=3,cpu=cpu1,physical_id=0 "), "{}", lines[2]);
}
