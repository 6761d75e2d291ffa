//! Which network interfaces and disks make up the traffic of a machine.
//!
//! Bytes pass several devices on their way: a container's pair, a bridge, a bond and the card under it all
//! count the same packet, a partition and its disk the same block. Summing them all would show traffic that
//! never was, so only the lowest layer counts. When nothing of that layer is known, everything is summed.

/// Beginnings of names of interfaces that carry what another interface carries already.
const VIRTUAL_INTERFACES: [&str; 19] = [
    "veth", "docker", "br-", "virbr", "cni", "flannel", "cali", "vnet", "tap", "tun", "wg", "dummy", "ifb",
    "bond", "team", "kube-", "lxc", "cilium", "podman",
];

/// Beginnings of names of block devices that lie on other devices, or on none.
const VIRTUAL_DISKS: [&str; 7] = ["dm-", "md", "loop", "ram", "zram", "sr", "fd"];

/// The names among `names` whose counters are summed to the machine's network traffic.
pub(crate) fn physical_interfaces<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let real: Vec<&str> = names.iter().copied().filter(|name| *name != "lo" && *name != "all").collect();
    let lowest = |name: &&str| !starts_with_any(name, &VIRTUAL_INTERFACES) && !is_vlan(name, &real);
    some_or(real.iter().copied().filter(lowest).collect(), &real)
}

/// The names among `names` whose counters are summed to the machine's disk traffic.
pub(crate) fn physical_disks<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let whole: Vec<&str> = names.iter().copied().filter(|name| !is_partition(name, names)).collect();
    let lowest = |name: &&str| !starts_with_any(name, &VIRTUAL_DISKS);
    some_or(whole.iter().copied().filter(lowest).collect(), &whole)
}

fn some_or<'a>(chosen: Vec<&'a str>, all: &[&'a str]) -> Vec<&'a str> {
    if chosen.is_empty() { all.to_vec() } else { chosen }
}

fn starts_with_any(name: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| name.starts_with(beginning))
}

/// `eth0.100` beside `eth0`.
fn is_vlan(name: &str, all: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(parent, _)| all.contains(&parent))
}

/// `sda1` beside `sda`, `nvme0n1p2` beside `nvme0n1`.
fn is_partition(name: &str, all: &[&str]) -> bool {
    let trunk = name.trim_end_matches(|character: char| character.is_ascii_digit());
    if trunk.len() == name.len() {
        return false;
    }
    let with_number = trunk.strip_suffix('p').filter(|disk| disk.ends_with(|end: char| end.is_ascii_digit()));
    all.contains(&with_number.unwrap_or(trunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_bridges_bonds_and_vlans_do_not_count_twice() {
        let names = ["lo", "eth0", "eth0.100", "veth12ab", "docker0", "br-9c1", "bond0", "wlan0"];
        assert_eq!(physical_interfaces(&names), ["eth0", "wlan0"]);
    }

    #[test]
    fn a_machine_with_virtual_interfaces_only_shows_them() {
        assert_eq!(physical_interfaces(&["lo", "wg0"]), ["wg0"]);
        assert!(physical_interfaces(&["lo"]).is_empty());
    }

    #[test]
    fn partitions_count_only_where_their_disk_is_missing() {
        assert_eq!(physical_disks(&["sda", "sda1", "sda2", "dm-0", "loop7"]), ["sda"]);
        assert_eq!(physical_disks(&["nvme0n1", "nvme0n1p1", "nvme1n1"]), ["nvme0n1", "nvme1n1"]);
        assert_eq!(physical_disks(&["xvda1"]), ["xvda1"]);
        assert_eq!(physical_disks(&["dm-0", "dm-1"]), ["dm-0", "dm-1"]);
    }
}
