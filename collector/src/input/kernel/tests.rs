//! The usual counters, and what is there only on request.

use super::super::testing::Machine;

const STAT: &str =
    "cpu 1 2 3 4\nintr 5000 1 2 3\nctxt 7000\nbtime 1699990000\nprocesses 900\nprocs_running 1\n";
const FILES: [(&str, &str); 2] = [("proc/stat", STAT), ("proc/sys/kernel/random/entropy_avail", "256\n")];

#[test]
fn counters_and_entropy_are_one_line() {
    let lines = Machine::new("kernel", "", &FILES).lines();
    let expected = "kernel interrupts=5000i,context_switches=7000i,boot_time=1699990000i,processes_forked=900i,\
        entropy_avail=256i";
    assert_eq!(lines, [expected]);
}

#[test]
fn old_kernels_count_pages() {
    let files = [("proc/stat", "page 11 22\n"), FILES[1]];
    let lines = Machine::new("kernel", "", &files).lines();
    assert_eq!(lines, ["kernel disk_pages_in=11i,disk_pages_out=22i,entropy_avail=256i"]);
}

#[test]
fn samepage_merging_is_there_on_request() {
    let machine = &mut Machine::new("kernel", "collect = [\"ksm\"]", &FILES);
    machine.write("sys/kernel/mm/ksm/full_scans", "3\n");
    machine.write("sys/kernel/mm/ksm/general_profit", "-5\n");
    let line = machine.lines().remove(0);
    assert!(line.ends_with("entropy_avail=256i,ksm_full_scans=3i,ksm_general_profit=-5i"), "{line}");
}

#[test]
fn pressure_is_two_lines_per_resource_and_type() {
    let machine = &mut Machine::new("kernel", "collect = [\"psi\"]", &FILES);
    let some = "some avg10=1.50 avg60=0.25 avg300=0.00 total=123\n";
    machine.write("proc/pressure/cpu", format!("{some}full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"));
    machine.write("proc/pressure/memory", some);
    machine.write("proc/pressure/io", some);
    let lines = machine.lines();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[1], "pressure,resource=cpu,type=some total=123i");
    assert_eq!(lines[2], "pressure,resource=cpu,type=some avg10=1.5,avg60=0.25,avg300=0");
}

#[test]
fn what_is_missing_or_strange_costs_no_other() {
    let (lines, errors) = Machine::new("kernel", "", &[("proc/stat", "ctxt x\nbtime 5\n")]).gather();
    assert_eq!(lines, ["kernel boot_time=5i"]);
    assert_eq!(errors[0], "proc/stat:1: expected a name and a number, found \"ctxt x\"");
    assert!(errors[1].starts_with("reading proc/sys/kernel/random/entropy_avail: "), "{errors:?}");
}
