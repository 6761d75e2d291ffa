//! With swap, without, and with strange files.

use super::super::testing::Machine;

const MEMINFO: &str = "MemTotal: 8000 kB\nSwapTotal: 2000 kB\nSwapFree: 1500 kB\n";
const VMSTAT: &str = "nr_free_pages 5\npswpin 10\npswpout 20\n";

#[test]
fn space_and_traffic_are_two_lines() {
    let lines = Machine::new("swap", "", &[("proc/meminfo", MEMINFO), ("proc/vmstat", VMSTAT)]).lines();
    assert_eq!(
        lines,
        ["swap total=2048000i,used=512000i,free=1536000i,used_percent=25", "swap in=40960i,out=81920i"]
    );
}

#[test]
fn no_swap_at_all_is_zero_percent() {
    let files = [("proc/meminfo", "SwapTotal: 0 kB\nSwapFree: 0 kB\n"), ("proc/vmstat", "nr_free_pages 5\n")];
    let lines = Machine::new("swap", "", &files).lines();
    assert_eq!(lines, ["swap total=0i,used=0i,free=0i,used_percent=0", "swap in=0i,out=0i"]);
}

#[test]
fn one_missing_file_costs_only_its_line() {
    let (lines, errors) = Machine::new("swap", "", &[("proc/vmstat", VMSTAT)]).gather();
    assert_eq!(lines, ["swap in=40960i,out=81920i"]);
    assert!(errors[0].starts_with("reading proc/meminfo: "), "{errors:?}");
    let (lines, errors) =
        Machine::new("swap", "", &[("proc/meminfo", MEMINFO), ("proc/vmstat", "pswpin x\n")]).gather();
    assert_eq!(lines.len(), 1);
    assert_eq!(errors, ["proc/vmstat:1: expected a name and a number, found \"pswpin x\""]);
}
