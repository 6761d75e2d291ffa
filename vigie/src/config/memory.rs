//! `[storage] memory`: a share of the machine's memory, or a size.

use super::size::Size;
use std::fmt;

/// The least budget: below it not even one body fits.
const BYTES_MIN: usize = 64 << 20;

/// What a share never goes below, however small the machine is.
const SHARE_BYTES_MIN: usize = 128 << 20;

/// The memory budget as it is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// So many percent of the machine's memory.
    Percent(u8),
    /// So many bytes.
    Bytes(usize),
}

impl Default for Memory {
    fn default() -> Self {
        Self::Percent(25)
    }
}

impl Memory {
    /// Reads `25%`, `512MiB`, `2GiB`, `64MB` or a number of bytes.
    ///
    /// # Errors
    /// What was expected, as a clause.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let percent = text.trim().strip_suffix('%').map(|number| number.trim_end().parse::<u8>());
        match percent {
            Some(Ok(percent @ 1..=90)) => Ok(Self::Percent(percent)),
            Some(_) => Err(format!("expected 1% to 90%, found {text:?}")),
            None => {
                let bytes = Size::parse(text).ok().and_then(|size| usize::try_from(size.0).ok());
                bytes.filter(|bytes| *bytes >= BYTES_MIN).map(Self::Bytes).ok_or_else(|| {
                    format!(
                        "expected a size of at least \"64MiB\" or a share such as \"25%\", found {text:?}"
                    )
                })
            }
        }
    }

    /// The budget on this machine.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(percent) => {
                let info = rustix::system::sysinfo();
                let total = u64::from(info.mem_unit).saturating_mul(info.totalram);
                let share = total / 100 * u64::from(percent);
                usize::try_from(share).unwrap_or(usize::MAX).max(SHARE_BYTES_MIN)
            }
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::Bytes(bytes) => Size(*bytes as u64).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_shares_are_read_and_printed() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                Memory::parse(text).ok().map(|memory| memory.to_string()).as_deref(),
                expected,
                "{text}"
            );
        };
        check("512MiB", Some("512MiB"));
        check("2 GiB", Some("2048MiB"));
        check("1000000000", Some("1000000000"));
        check("67MB", None);
        check("68MB", Some("68000000"));
        check("25%", Some("25%"));
        check("0%", None);
        check("95%", None);
        check("x", None);
        check("5 TiBs", None);
        check("99999999999999999999GiB", None);
        assert!(Memory::default().bytes() >= SHARE_BYTES_MIN);
    }
}
