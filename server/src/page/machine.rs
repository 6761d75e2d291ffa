//! What the server knows of the machine it runs on.

/// The machine's name, as the collector tags its points unless it is told otherwise.
pub(super) fn name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Distribution and kernel, such as `Debian GNU/Linux 12 (bookworm), Linux 6.1`.
pub(super) fn system() -> Option<String> {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy();
    let kernel = release.split('.').take(2).collect::<Vec<_>>().join(".");
    let kernel = format!("{} {kernel}", uname.sysname().to_string_lossy());
    let distribution = std::fs::read_to_string("/etc/os-release").ok().and_then(|text| distribution(&text));
    Some(distribution.map_or(kernel.clone(), |name| format!("{name}, {kernel}")))
}

/// `Debian 12` out of an os-release file.
fn distribution(os_release: &str) -> Option<String> {
    let value = |key: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim_matches('"'))
    };
    let name = value("NAME")?.trim_end_matches("GNU/Linux").trim_end();
    Some(value("VERSION_ID").map_or(name.to_owned(), |version| format!("{name} {version}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_is_named_shortly() {
        let debian =
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n";
        assert_eq!(distribution(debian).as_deref(), Some("Debian 12"));
        assert_eq!(distribution("NAME=Arch\n").as_deref(), Some("Arch"));
        assert_eq!(distribution(""), None);
    }
}
