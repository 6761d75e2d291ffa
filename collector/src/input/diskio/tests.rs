//! A disk with a partition, an unused loop device, and udev beside them.

use super::super::testing::{Machine, field};

const FIRST: &str = "\
   8       0 sda 1000 10 20000 3000 500 5 8000 1500 2 4000 4500 0 0 0 0 7 8
   8       1 sda1 900 0 18000 2900 400 5 7000 1400 0 3900 4300
   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
";

/// 100 reads and 300 writes later, during which the disk was busy for 2 s.
const SECOND: &str = "\
   8       0 sda 1100 10 20800 3400 800 5 9000 2100 0 6000 6500 0 0 0 0 7 8
   8       1 sda1 900 0 18000 2900 400 5 7000 1400 0 3900 4300
";

const UDEV: &str = "S:disk/by-id/ata-ACME\nE:ID_FS_TYPE=ext4\nE:ID_FS_LABEL=root\nE:ID_SERIAL=ACME_42\n";

#[test]
fn every_device_that_did_something_is_reported() {
    let lines = Machine::new("diskio", "", &[("proc/diskstats", FIRST)]).lines();
    assert_eq!(
        lines,
        [
            "diskio,name=sda reads=1000i,writes=500i,read_bytes=10240000i,write_bytes=4096000i,read_time=3000i,\
             write_time=1500i,io_time=4000i,weighted_io_time=4500i,iops_in_progress=2i,merged_reads=10i,merged_writes=5i",
            "diskio,name=sda1 reads=900i,writes=400i,read_bytes=9216000i,write_bytes=3584000i,read_time=2900i,\
             write_time=1400i,io_time=3900i,weighted_io_time=4300i,iops_in_progress=0i,merged_reads=0i,merged_writes=5i",
        ]
    );
}

#[test]
fn rates_are_of_the_time_since_the_last_gather() {
    let mut machine = Machine::new("diskio", "", &[("proc/diskstats", FIRST)]);
    machine.lines();
    machine.write("proc/diskstats", SECOND);
    let lines = machine.lines();
    assert_eq!(field(&lines[0], "io_await"), Some("2.5"));
    assert_eq!(field(&lines[0], "io_svctm"), Some("5"));
    assert_eq!(field(&lines[0], "io_util"), Some("20"));
    assert_eq!(field(&lines[1], "io_await"), None);
    assert_eq!(field(&lines[1], "io_util"), Some("0"));
}

#[test]
fn counters_that_went_back_give_no_rates() {
    let mut machine = Machine::new("diskio", "", &[("proc/diskstats", SECOND)]);
    machine.lines();
    machine.write("proc/diskstats", FIRST);
    let lines = machine.lines();
    assert_eq!(field(&lines[0], "io_util"), None);
    assert_eq!(field(&lines[0], "io_await"), None);
}

#[test]
fn patterns_choose_devices_by_name_or_link() {
    let files = [("proc/diskstats", FIRST), ("run/udev/data/b8:0", UDEV)];
    for (devices, expected) in [
        (r#"["sda?"]"#, 1),
        (r#"["sd*"]"#, 2),
        (r#"["disk/by-id/ata-*"]"#, 1),
        (r#"["/dev/sda1"]"#, 1),
        (r#"["vd*"]"#, 0),
    ] {
        let lines = Machine::new("diskio", &format!("devices = {devices}"), &files).lines();
        assert_eq!(lines.len(), expected, "{devices}");
    }
}

#[test]
fn udev_gives_names_tags_and_serial_numbers() {
    let settings = "devices = [\"sda*\"]\nskip_serial_number = false\ndevice_tags = [\"ID_FS_TYPE\"]\n\
        name_templates = [\"$NO_SUCH\", \"disk-$ID_FS_LABEL\"]";
    let files =
        [("proc/diskstats", FIRST), ("run/udev/data/b8:0", UDEV), ("sys/block/sda/wwid", "naa.5000\n")];
    let lines = Machine::new("diskio", settings, &files).lines();
    assert!(
        lines[0].starts_with("diskio,ID_FS_TYPE=ext4,name=disk-root,serial=ACME_42,wwid=naa.5000 "),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("diskio,name=sda1,serial=unknown "), "{}", lines[1]);
}

#[test]
fn a_strange_line_is_named_and_costs_no_other() {
    let strange = format!("8 0 sdb 1 2 3\n{FIRST}");
    let (lines, errors) = Machine::new("diskio", "", &[("proc/diskstats", &strange)]).gather();
    assert_eq!(lines.len(), 2);
    let expected =
        "proc/diskstats:1: expected two numbers, a device's name and eleven numbers, found \"8 0 sdb 1 2 3\"";
    assert_eq!(errors, [expected]);
}
