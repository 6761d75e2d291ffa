//! A machine with two network cards, a loopback and one interface that is down.

use super::super::testing::{Machine, field};

const DEV: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 5000 50 0 0 0 0 0 0 5000 50 0 0 0 0 0 0
  eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0
eth0:1: 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7
  eth1:18446744073709551615 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0
";

const SNMP: &str = "\
Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm MaxConn ActiveOpens
Tcp: 1 -1 77
IcmpMsg: InType3
IcmpMsg: 9
";

const FILES: [(&str, &str); 5] = [
    ("proc/net/dev", DEV),
    ("proc/net/snmp", SNMP),
    ("sys/class/net/lo/flags", "0x9\n"),
    ("sys/class/net/eth0/flags", "0x1003\n"),
    ("sys/class/net/eth1/flags", "0x1002\n"),
];

#[test]
fn interfaces_that_are_up_are_reported() {
    let machine = &mut Machine::new("net", "ignore_protocol_stats = true", &FILES);
    machine.write("sys/class/net/eth0/speed", "1000\n");
    let expected = "net,interface=eth0 bytes_sent=2000i,bytes_recv=1000i,packets_sent=20i,packets_recv=10i,\
        err_in=1i,err_out=3i,drop_in=2i,drop_out=4i,speed=1000i";
    assert_eq!(machine.lines(), [expected]);
}

#[test]
fn named_interfaces_are_reported_whatever_their_state() {
    let settings = "ignore_protocol_stats = true\ninterfaces = [\"eth[01]\", \"lo\"]";
    let lines = Machine::new("net", settings, &FILES).lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(field(&lines[2], "bytes_recv"), Some("9223372036854775807i"));
    assert_eq!(field(&lines[2], "speed"), Some("-1i"));
}

#[test]
fn a_container_cannot_see_the_flags_of_its_host() {
    let settings = "ignore_protocol_stats = true";
    let lines = Machine::with_host("net", settings, &FILES, |host| host.foreign_proc = true).lines();
    assert_eq!(lines.len(), 4);
}

#[test]
fn the_protocols_are_one_line_for_all_interfaces() {
    let lines = Machine::new("net", "interfaces = [\"none\"]", &FILES).lines();
    let expected = "net,interface=all ip_forwarding=1i,ip_defaultttl=64i,tcp_rtoalgorithm=1i,tcp_maxconn=-1i,\
        tcp_activeopens=77i,icmpmsg_intype3=9i";
    assert_eq!(lines, [expected]);
}

#[test]
fn a_strange_protocol_costs_no_other() {
    let strange = "Ip: A B\nIp: 1\nTcp: C\nTcp: 5\nUdp: D\n";
    let files = [("proc/net/dev", DEV), ("proc/net/snmp", strange)];
    let (lines, errors) = Machine::new("net", "interfaces = [\"none\"]", &files).gather();
    assert_eq!(lines, ["net,interface=all tcp_c=5i"]);
    assert_eq!(errors.len(), 2);
    assert!(errors[0].starts_with("proc/net/snmp:2: expected a protocol's line of names"), "{errors:?}");
    assert!(errors[1].starts_with("proc/net/snmp:5: "), "{errors:?}");
}

#[test]
fn a_strange_interface_is_named_and_costs_no_other() {
    let strange = DEV.replace("1000 10 1 2", "1000 10 1 x");
    let files = [("proc/net/dev", &*strange), ("proc/net/snmp", SNMP)];
    let (lines, errors) = Machine::new("net", "interfaces = [\"*\"]", &files).gather();
    assert_eq!(lines.len(), 4);
    assert!(errors[0].starts_with("proc/net/dev:4: expected an interface's name, a colon"), "{errors:?}");
}

#[test]
fn a_missing_file_costs_only_its_part() {
    let (lines, errors) = Machine::new("net", "", &[("proc/net/snmp", SNMP)]).gather();
    assert_eq!(lines.len(), 1);
    assert!(errors[0].starts_with("reading proc/net/dev: "), "{errors:?}");
}
