//! Mounts of a made-up machine. The mount points are folders of the test, so the sizes are real.

use super::super::testing::{Machine, field};
use super::*;

/// A machine whose file systems are mounted below the test's own folder.
fn machine(settings: &str, mounts: &[&str]) -> Machine {
    let machine = Machine::with_host("disk", settings, &[], |host| {
        let root = host.proc.parent().unwrap().to_owned();
        host.mount_prefix = Some(root.join("rootfs"));
    });
    machine.write("proc/1/mountinfo", format!("{}\n", mounts.join("\n")));
    for folder in ["home", "mnt/a b", "data"] {
        machine.write(&format!("rootfs/{folder}/x"), "");
    }
    machine
}

const ROOT: &str = "25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro";
const HOME: &str = "26 25 8:2 / /home ro,nosuid shared:2 - xfs /dev/sda2 rw";
const BIND: &str = "27 25 8:1 /var/lib /data rw shared:1 - ext4 /dev/sda1 rw";
const SPACE: &str = r"28 25 0:50 / /mnt/a\040b rw - fuse.x none rw";

fn series(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.split_once(" total=").unwrap().0).collect()
}

#[test]
fn each_mount_has_device_type_mode_and_path() {
    let lines = machine("", &[ROOT, HOME, BIND, SPACE]).lines();
    assert_eq!(
        series(&lines),
        [
            "disk,device=sda1,fstype=ext4,mode=rw,path=/",
            "disk,device=sda2,fstype=xfs,mode=ro,path=/home",
            "disk,device=sda1,fstype=ext4,mode=rw,path=/data",
            r"disk,device=fuse.x,fstype=fuse.x,mode=rw,path=/mnt/a\ b",
        ]
    );
    for name in ["total", "free", "used", "used_percent", "inodes_total", "inodes_free", "inodes_used"] {
        assert!(field(&lines[0], name).is_some(), "{name} in {}", lines[0]);
    }
}

#[test]
fn settings_leave_mounts_out() {
    for (settings, expected) in [
        ("mount_points = [\"/home\"]", vec!["path=/home"]),
        ("ignore_fs = [\"ext4\", \"fuse.x\"]", vec!["path=/home"]),
        ("ignore_mount_opts = [\"bind\", \"ro\"]", vec!["path=/", r"path=/mnt/a\ b"]),
    ] {
        let lines = machine(settings, &[ROOT, HOME, BIND, SPACE]).lines();
        let paths: Vec<&str> =
            series(&lines).iter().map(|series| &series[series.find("path=").unwrap()..]).collect();
        assert_eq!(paths, expected, "{settings}");
    }
}

#[test]
fn an_automount_is_never_asked_and_the_mount_on_top_of_it_is() {
    let auto = "30 25 0:60 / /home rw - autofs systemd-1 rw";
    assert_eq!(machine("", &[ROOT, auto]).lines().len(), 1);
    assert_eq!(machine("", &[ROOT, auto, HOME]).lines().len(), 2);
}

#[test]
fn a_label_comes_from_udev_or_the_device_mapper() {
    let mapped = "29 25 254:0 / /home rw - ext4 /dev/dm-0 rw";
    let machine = &mut machine("", &[ROOT, mapped]);
    machine.write("run/udev/data/b8:1", "E:ID_FS_LABEL=system\n");
    machine.write("sys/block/dm-0/dm/name", "vg0-home\n");
    let lines = machine.lines();
    assert!(lines[0].starts_with("disk,device=sda1,fstype=ext4,label=system,"), "{}", lines[0]);
    assert!(lines[1].starts_with("disk,device=dm-0,fstype=ext4,label=vg0-home,"), "{}", lines[1]);
}

#[test]
fn aliases_of_devices_are_resolved() {
    let mapped = "29 25 254:0 / /home rw - ext4 /dev/mapper/vg0-home rw";
    let root = "25 1 8:1 / / rw - ext4 /dev/root rw";
    let machine = &mut machine("", &[root, mapped]);
    machine.write("dev/dm-0", "");
    machine.write("dev/mapper/control", "");
    std::os::unix::fs::symlink("../dm-0", machine.root().join("dev/mapper/vg0-home")).unwrap();
    machine.write("sys/dev/block/x", "");
    std::os::unix::fs::symlink("../../devices/sda/sda1", machine.root().join("sys/dev/block/8:1")).unwrap();
    let lines = machine.lines();
    assert!(lines[0].starts_with("disk,device=sda1,"), "{}", lines[0]);
    assert!(lines[1].starts_with("disk,device=dm-0,"), "{}", lines[1]);
}

#[test]
fn a_mount_that_went_away_is_no_error_and_a_strange_line_is() {
    let gone = "31 25 8:9 / /gone rw - ext4 /dev/sdb1 rw";
    let (lines, errors) = machine("", &["what is this", gone, ROOT]).gather();
    assert_eq!(lines.len(), 1);
    let expected = "proc/1/mountinfo:1: expected six words, a lone hyphen, then a type and a source, found \"what is this\"";
    assert_eq!(errors, [expected]);
}

#[test]
fn our_own_mounts_are_the_second_choice() {
    let machine = &mut machine("", &[ROOT]);
    machine.remove("proc/1/mountinfo");
    machine.write("proc/self/mountinfo", format!("{HOME}\n"));
    assert_eq!(series(&machine.lines()), ["disk,device=sda2,fstype=xfs,mode=ro,path=/home"]);
}

#[test]
fn a_prefixed_mount_point_is_shown_without_its_prefix() {
    let host = Host { mount_prefix: Some("/hostfs".into()), ..Host::under(Path::new("/")) };
    assert_eq!(place(&host, Path::new("/var")), Path::new("/hostfs/var"));
    assert_eq!(place(&host, Path::new("/hostfs/var")), Path::new("/hostfs/var"));
    assert_eq!(shown_path(&host, Path::new("/hostfs/var")), "/var");
    assert_eq!(shown_path(&host, Path::new("/hostfs")), "/");
    assert_eq!(shown_path(&host, Path::new("/var")), "/var");
}
