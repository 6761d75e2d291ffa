//! Where the machine's own files lie: `/proc`, `/sys` and their like, or a container's view of them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folders that inputs read. The environment variables are Telegraf's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// `HOST_PROC`, else `/proc`.
    pub proc: PathBuf,
    /// `HOST_SYS`, else `/sys`.
    pub sys: PathBuf,
    /// `HOST_ETC`, else `/etc`.
    pub etc: PathBuf,
    /// `HOST_VAR`, else `/var`.
    pub var: PathBuf,
    /// `HOST_RUN`, else `/run`.
    pub run: PathBuf,
    /// `HOST_DEV`, else `/dev`.
    pub dev: PathBuf,
    /// `HOST_MOUNT_PREFIX`: where the watched machine's file systems are mounted for us.
    pub mount_prefix: Option<PathBuf>,
    /// `HOST_PROC_MOUNTINFO`: the list of mounts, when it is not below `proc`.
    pub mount_info: Option<PathBuf>,
    /// Whether `HOST_PROC` points elsewhere, so that our own network says nothing about the machine.
    pub foreign_proc: bool,
}

impl Host {
    /// What the environment says, the usual places where it is silent.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_variables(|name| env::var_os(name))
    }

    /// The usual places below `root`: a recorded machine.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        Self {
            proc: root.join("proc"),
            sys: root.join("sys"),
            etc: root.join("etc"),
            var: root.join("var"),
            run: root.join("run"),
            dev: root.join("dev"),
            mount_prefix: None,
            mount_info: None,
            foreign_proc: false,
        }
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let at = |name: &str, usual: &str| set(name).unwrap_or_else(|| PathBuf::from(usual));
        Self {
            proc: at("HOST_PROC", "/proc"),
            sys: at("HOST_SYS", "/sys"),
            etc: at("HOST_ETC", "/etc"),
            var: at("HOST_VAR", "/var"),
            run: at("HOST_RUN", "/run"),
            dev: at("HOST_DEV", "/dev"),
            mount_prefix: set("HOST_MOUNT_PREFIX"),
            mount_info: set("HOST_PROC_MOUNTINFO"),
            foreign_proc: set("HOST_PROC").is_some(),
        }
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::from_env()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_moves_single_folders() {
        let host = Host::from_variables(|name| (name == "HOST_PROC").then(|| "/host/proc".into()));
        assert_eq!(host.proc, Path::new("/host/proc"));
        assert_eq!(host.sys, Path::new("/sys"));
        assert!(host.foreign_proc);
    }

    #[test]
    fn an_empty_variable_counts_as_missing() {
        let host = Host::from_variables(|_| Some(OsString::new()));
        assert_eq!(host.proc, Path::new("/proc"));
        assert!(!host.foreign_proc && host.mount_prefix.is_none());
    }
}
