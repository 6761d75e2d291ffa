//! The three lines of old, the groups of today, and what may be missing.

use super::super::testing::{Machine, field};
use super::{format_uptime, users};

const FILES: [(&str, &str); 4] = [
    ("proc/loadavg", "0.52 1.25 2.00 1/234 5678\n"),
    ("proc/uptime", "1141650.99 2000000.00\n"),
    ("proc/stat", "cpu 1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 5\n"),
    ("etc/os-release", "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\n"),
];

#[test]
fn the_default_is_three_lines() {
    let machine = &mut Machine::new("system", "", &FILES);
    let logins =
        [users::record(7, "ann"), users::record(7, "bob"), users::record(7, "ann"), users::record(8, "eve")];
    machine.write("var/run/utmp", logins.concat());
    machine.write("sys/devices/system/cpu/cpu0/topology/core_cpus_list", "0-1\n");
    machine.write("sys/devices/system/cpu/cpu1/topology/core_cpus_list", "0-1\n");
    assert_eq!(
        machine.lines(),
        [
            "system load1=0.52,load5=1.25,load15=2,n_cpus=2i,n_physical_cpus=1i,n_users=3i,n_unique_users=2i",
            "system uptime=1141650i",
            "system uptime_format=\"13 days,  5:07\"",
        ]
    );
}

#[test]
fn a_system_without_a_record_of_logins_has_no_such_fields() {
    let lines = Machine::new("system", "", &FILES).lines();
    assert_eq!(lines[0], "system load1=0.52,load5=1.25,load15=2,n_cpus=2i,n_physical_cpus=2i");
}

#[test]
fn a_torn_record_of_logins_is_left_out() {
    let machine = &mut Machine::new("system", "", &FILES);
    let mut bytes = users::record(7, "ann");
    bytes.extend(&users::record(7, "bob")[..100]);
    machine.write("var/run/utmp", bytes);
    assert_eq!(field(&machine.lines()[0], "n_users"), Some("1i"));
}

#[test]
fn groups_are_one_line() {
    let lines = Machine::new("system", "include = [\"load\", \"cpus\", \"uptime\"]", &FILES).lines();
    assert_eq!(
        lines,
        ["system load1=0.52,load5=1.25,load15=2,n_virtual_cpus=2i,n_physical_cpus=2i,uptime=1141650i"]
    );
}

#[test]
fn the_operating_system_is_kept_until_its_time_is_over() {
    let machine = &mut Machine::new("system", "include = [\"os\"]\nos_cache_ttl = \"15s\"", &FILES);
    machine.write("etc/debian_version", "12.5\n");
    let first = machine.lines();
    assert_eq!(field(&first[0], "platform"), Some("\"debian\""));
    assert_eq!(field(&first[0], "platform_family"), Some("\"debian\""));
    assert_eq!(field(&first[0], "platform_version"), Some("\"12.5\""));
    assert_eq!(field(&first[0], "os"), Some("\"linux\""));
    machine.write("etc/debian_version", "12.6\n");
    assert_eq!(machine.lines(), first, "10 s later");
    assert_eq!(field(&machine.lines()[0], "platform_version"), Some("\"12.6\""), "20 s later");
}

#[test]
fn the_hardware_is_what_the_firmware_says() {
    let machine = &mut Machine::new("system", "include = [\"dmi\"]", &FILES);
    machine.write("sys/class/dmi/id/sys_vendor", "ACME\n");
    machine.write("sys/class/dmi/id/chassis_type", "17\n");
    let expected =
        "system chassis_type_code=\"17\",product_vendor=\"ACME\",chassis_type=\"Main server chassis\"";
    assert_eq!(machine.lines(), [expected]);
}

#[test]
fn uptime_reads_as_people_say_it() {
    for (seconds, expected) in [
        (0, " 0:00"),
        (6_120, " 1:42"),
        (86_399, "23:59"),
        (86_400, "1 day,  0:00"),
        (1_141_650, "13 days,  5:07"),
    ] {
        assert_eq!(format_uptime(seconds), expected);
    }
}

#[test]
fn a_strange_file_costs_only_its_fields() {
    let files = [("proc/loadavg", "0.5 x\n"), ("proc/uptime", "never\n"), FILES[2]];
    let (lines, errors) = Machine::new("system", "", &files).gather();
    assert_eq!(lines, ["system n_cpus=2i,n_physical_cpus=2i"]);
    assert_eq!(errors[0], "proc/loadavg:1: expected three load averages, found \"0.5 x\"");
    assert_eq!(errors[1], "proc/uptime:1: expected seconds since boot, found \"never\"");
}
