//! The group `os`: the distribution from os-release(5), the kernel from uname(2).

use crate::Host;
use crate::kernel_file::{KernelFile, attribute};

/// Distributions and the family that they count to.
const FAMILIES: [(&str, &[&str]); 8] = [
    ("debian", &["debian", "ubuntu", "linuxmint", "raspbian", "kali", "devuan", "pop"]),
    ("rhel", &["rhel", "centos", "rocky", "almalinux", "ol", "oracle", "amzn", "scientific"]),
    ("fedora", &["fedora"]),
    ("suse", &["suse", "sles", "opensuse", "opensuse-leap", "opensuse-tumbleweed"]),
    ("arch", &["arch", "manjaro", "archarm"]),
    ("alpine", &["alpine"]),
    ("gentoo", &["gentoo"]),
    ("slackware", &["slackware"]),
];

/// What is known, by field name.
pub(super) fn read(host: &Host) -> Vec<(&'static str, String)> {
    let uname = rustix::system::uname();
    let mut texts = vec![
        ("os", "linux".to_owned()),
        ("arch", uname.machine().to_string_lossy().into_owned()),
        ("kernel_version", uname.release().to_string_lossy().into_owned()),
    ];
    let mut file = KernelFile::new(host.etc.join("os-release"));
    let Ok(text) = file.read() else { return texts };
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.text.strip_prefix(key)?.strip_prefix('='));
        line.map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
    };
    let platform = value("ID").unwrap_or_default();
    let like = value("ID_LIKE").unwrap_or_default();
    let version = value("VERSION_ID").unwrap_or_default();
    texts.push(("platform_family", family(&platform, &like).to_owned()));
    texts.push(("platform_version", debian_version(host, &platform).unwrap_or(version)));
    texts.push(("platform", platform));
    texts
}

fn family<'a>(platform: &'a str, like: &'a str) -> &'a str {
    let of = |name: &str| FAMILIES.iter().find(|(_, names)| names.contains(&name)).map(|(family, _)| *family);
    of(platform).or_else(|| like.split_ascii_whitespace().find_map(of)).unwrap_or(platform)
}

/// Debian's os-release has the major number only.
fn debian_version(host: &Host, platform: &str) -> Option<String> {
    if platform == "debian" { attribute(&host.etc.join("debian_version")) } else { None }
}
