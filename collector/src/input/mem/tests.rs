//! A machine with 8 GB, and strange ones.

use super::super::testing::{Machine, field};

const MEMINFO: &str = "\
MemTotal:        8000000 kB
MemFree:         1000000 kB
MemAvailable:    5000000 kB
Buffers:          200000 kB
Cached:          3000000 kB
SwapCached:           10 kB
Active:          2500000 kB
Inactive:        1500000 kB
Active(anon):     900000 kB
Inactive(file):   700000 kB
SwapTotal:       2000000 kB
SwapFree:        1500000 kB
Dirty:               100 kB
Writeback:             0 kB
Mapped:           300000 kB
Shmem:             50000 kB
Slab:             400000 kB
SReclaimable:     250000 kB
SUnreclaim:       150000 kB
PageTables:        20000 kB
CommitLimit:     6000000 kB
Committed_AS:    4000000 kB
VmallocTotal:   34359738367 kB
VmallocUsed:       30000 kB
VmallocChunk:          0 kB
HugePages_Total:       3
HugePages_Free:        2
Hugepagesize:       2048 kB
";

#[test]
fn the_fields_are_bytes_counts_and_percentages() {
    let lines = Machine::new("mem", "", &[("proc/meminfo", MEMINFO)]).lines();
    assert_eq!(lines.len(), 1);
    for (name, expected) in [
        ("total", "8192000000i"),
        ("available", "5120000000i"),
        ("used", "3072000000i"),
        ("used_percent", "37.5"),
        ("available_percent", "62.5"),
        ("buffered", "204800000i"),
        ("cached", "3328000000i"),
        ("shared", "51200000i"),
        ("huge_pages_total", "3i"),
        ("huge_pages_free", "2i"),
        ("huge_page_size", "2097152i"),
        ("vmalloc_total", "35184372087808i"),
        ("high_total", "0i"),
        ("write_back_tmp", "0i"),
    ] {
        assert_eq!(field(&lines[0], name), Some(expected), "{name}");
    }
    assert_eq!(lines[0].matches('=').count(), 34);
    assert_eq!(field(&lines[0], "active_anon"), None);
}

#[test]
fn extended_fields_are_those_that_the_kernel_knows() {
    let lines = Machine::new("mem", "collect_extended = true", &[("proc/meminfo", MEMINFO)]).lines();
    assert_eq!(field(&lines[0], "active_anon"), Some("921600000i"));
    assert_eq!(field(&lines[0], "inactive_file"), Some("716800000i"));
    assert_eq!(field(&lines[0], "percpu"), None);
}

#[test]
fn an_old_kernel_does_not_say_what_is_available() {
    let old = "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 350 kB\n";
    let lines = Machine::new("mem", "", &[("proc/meminfo", old)]).lines();
    assert_eq!(field(&lines[0], "available_percent"), Some("50"));
}

#[test]
fn a_strange_line_is_named_and_costs_no_other() {
    let strange = "MemTotal: 1000 kB\nMemFree: lots kB\nnonsense\nDirty: 5 kB\n";
    let (lines, errors) = Machine::new("mem", "", &[("proc/meminfo", strange)]).gather();
    assert_eq!(field(&lines[0], "dirty"), Some("5120i"));
    assert_eq!(errors.len(), 2);
    assert!(errors[0].starts_with("proc/meminfo:2: expected a name, a colon"), "{errors:?}");
}

#[test]
fn without_a_total_there_is_nothing_to_report() {
    let (lines, errors) = Machine::new("mem", "", &[("proc/meminfo", "MemFree: 5 kB\n")]).gather();
    assert!(lines.is_empty());
    assert_eq!(errors, ["proc/meminfo:0: expected a line \"MemTotal: N kB\", found \"MemFree: 5 kB\\n\""]);
}
