//! What the process itself takes. Memory of its own and memory that mirrors files are told apart: the system takes the
//! second back when somebody needs it, so only the first can end the process.

use super::MetricsText;

/// The process' resident memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Resident {
    /// Its own: heads, queries, buffers.
    anonymous: u64,
    /// Pages of files: segments that were read, and the program's own text.
    file: u64,
}

/// Adds memory and mappings to `/metrics`. Systems without `/proc` tell no memory.
pub(super) fn write(out: &mut MetricsText) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(resident) = parse(&status) {
        for (kind, bytes) in [("anonymous", resident.anonymous), ("file", resident.file)] {
            let labels = [("kind", kind.to_owned())];
            out.gauge(
                "vigie_resident_bytes",
                "Resident memory of the process, by kind",
                &labels,
                bytes as f64,
            );
        }
    }
    let mapped = disk::mapped();
    out.gauge("vigie_mappings", "Files of the store that are mapped", &[], mapped.mappings as f64);
    out.gauge("vigie_mapped_bytes", "Their length: address space, not memory", &[], mapped.bytes as f64);
}

/// Reads the form of Linux's `/proc/PID/status`; shared memory counts as of files.
fn parse(status: &str) -> Option<Resident> {
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    };
    let (anonymous, file, shared) = (kib("RssAnon")?, kib("RssFile")?, kib("RssShmem")?);
    let bytes = |kib: u64| kib.saturating_mul(1024);
    Some(Resident { anonymous: bytes(anonymous), file: bytes(file.saturating_add(shared)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_its_own_and_of_files_are_told_apart() {
        let status = "Name:\tvigie\nVmRSS:\t    30 kB\nRssAnon:\t    10 kB\nRssFile:\t    16 kB\nRssShmem:\t     4 kB\n";
        assert_eq!(parse(status), Some(Resident { anonymous: 10_240, file: 20_480 }));
        for broken in ["", "RssAnon:\t10 kB\n", "RssAnon:\tx kB\nRssFile:\t1 kB\nRssShmem:\t1 kB\n"] {
            assert_eq!(parse(broken), None, "{broken:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let resident = parse(&status).unwrap();
        assert!(resident.anonymous > 0 && resident.file > 0, "{resident:?}");
    }
}
