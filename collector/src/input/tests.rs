//! What holds for every input.

use super::testing::Machine;
use super::*;
use proptest::prelude::*;

/// Every file that an input reads, and the settings that make it read them all.
const MACHINES: [(&str, &str, &[&str]); 9] = [
    (
        "cpu",
        "collect_cpu_time = true\nreport_active = true\ncore_tags = true",
        &["proc/stat", "proc/cpuinfo"],
    ),
    ("disk", "", &["proc/1/mountinfo", "run/udev/data/b8:1"]),
    (
        "diskio",
        "devices = [\"*\"]\nskip_serial_number = false\ndevice_tags = [\"A\"]\nname_templates = [\"$A\"]",
        &["proc/diskstats", "run/udev/data/b1:1", "sys/block/cpu0/wwid"],
    ),
    (
        "kernel",
        "collect = [\"ksm\", \"psi\"]",
        &[
            "proc/stat",
            "proc/sys/kernel/random/entropy_avail",
            "sys/kernel/mm/ksm/run",
            "proc/pressure/cpu",
            "proc/pressure/memory",
            "proc/pressure/io",
        ],
    ),
    ("mem", "collect_extended = true", &["proc/meminfo"]),
    ("net", "interfaces = [\"*\"]", &["proc/net/dev", "proc/net/snmp", "sys/class/net/cpu0/speed"]),
    ("processes", "", &["proc/1/stat", "proc/22/stat"]),
    ("swap", "", &["proc/meminfo", "proc/vmstat"]),
    (
        "system",
        "include = [\"legacy\", \"os\", \"dmi\"]",
        &[
            "proc/loadavg",
            "proc/uptime",
            "proc/stat",
            "var/run/utmp",
            "etc/os-release",
            "sys/class/dmi/id/chassis_type",
        ],
    ),
];

/// Pieces of the kernel's files, and numbers at every edge.
const PIECES: [&str; 48] = [
    " ",
    " ",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n",
    ":",
    "=",
    ".",
    "-",
    " - ",
    "/",
    "\\040",
    "\\",
    "(",
    ")",
    "$",
    "\0",
    "é",
    "0",
    "1",
    "7",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1.5",
    "1e308",
    "NaN",
    "kB",
    "cpu",
    "cpu0",
    "intr",
    "btime",
    "MemTotal:",
    "SwapTotal:",
    "Tcp:",
    "some",
    "avg10",
    "total",
    "processor",
    "core id",
    "S:",
    "E:A",
    "ID",
    "R",
    "8:1",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..120).prop_map(|pieces| pieces.concat())
}

/// Three gathers on files that say such things; whatever lines come out must be sound.
fn gather_all(first: &[u8], second: &[u8]) {
    for (name, settings, files) in MACHINES {
        let mut machine = Machine::new(name, settings, &[]);
        for content in [first, second, first] {
            for file in files {
                machine.write(file, content);
            }
            for line in machine.gather().0 {
                let parsed = model::line_protocol::parse(line.clone().into_bytes(), &Default::default());
                assert_eq!((parsed.refused_count, parsed.points.len()), (0, 1), "{name}: {line}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn no_file_makes_an_input_panic_or_write_a_bad_line(first in text(), second in text()) {
        gather_all(first.as_bytes(), second.as_bytes());
    }

    #[test]
    fn no_bytes_do_either(first in prop::collection::vec(any::<u8>(), 0..2000), second in text()) {
        gather_all(&first, second.as_bytes());
    }
}

#[test]
fn the_table_names_every_input_once_and_in_order() {
    let names: Vec<&str> = INPUTS.iter().map(|kind| kind.name).collect();
    assert!(names.is_sorted() && names.len() == MACHINES.len());
    assert!(MACHINES.iter().all(|(name, ..)| find(name).is_some()));
    assert!(find("nothing").is_none());
}

#[test]
fn an_input_on_an_empty_machine_reports_errors_and_goes_on() {
    for (name, settings, _) in MACHINES {
        let mut machine = Machine::new(name, settings, &[]);
        for _ in 0..2 {
            let (lines, errors) = machine.gather();
            assert!(!errors.is_empty(), "{name}: {lines:?}");
        }
    }
}
