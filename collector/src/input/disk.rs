//! `disk`: size and use of every mounted file system.
//!
//! Mounts come from `/proc/1/mountinfo`, numbers from `statfs`. A network file system whose server is
//! away can block that call for ever, so each mount is asked under a time limit ([`prober`]) and a hung
//! one costs only itself. A mount of type autofs is never asked: that would mount it.

mod label;
mod mounts;
mod prober;

use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::field::{float, unsigned};
use crate::kernel_file::KernelFile;
use crate::limits::MOUNT_TIMEOUT;
use crate::rounding::percent;
use crate::{Accumulator, Error, Host, Result};
use mounts::Mount;
use prober::{Prober, Usage};
use settings::{Section, SettingsError};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) const KIND: InputKind = InputKind {
    name: "disk",
    description: "Size and use of mounted file systems",
    sample: SAMPLE,
    needs_two_gathers: false,
    read,
};

const SAMPLE: &str = r#"[[inputs.disk]]
  # Only these mount points.
  # mount_points = ["/"]
  # File systems of these types are left out.
  ignore_fs = ["tmpfs", "devtmpfs", "devfs", "iso9660", "overlay", "aufs", "squashfs"]
  # Mounts with one of these options are left out; "bind" means bind mounts.
  # ignore_mount_opts = []
"#;

#[derive(Debug, Clone)]
struct Settings {
    mount_points: Vec<String>,
    ignore_fs: Vec<String>,
    ignore_mount_opts: Vec<String>,
}

fn read(section: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    Ok(Arc::new(Settings {
        mount_points: section.texts("mount_points")?.unwrap_or_default(),
        ignore_fs: section.texts("ignore_fs")?.unwrap_or_default(),
        ignore_mount_opts: section.texts("ignore_mount_opts")?.unwrap_or_default(),
    }))
}

impl Settings {
    fn wants(&self, mount: &Mount) -> bool {
        mount.fstype != "autofs"
            && !self.ignore_fs.contains(&mount.fstype)
            && !self.ignore_mount_opts.iter().any(|option| mount.has_option(option))
            && (self.mount_points.is_empty()
                || self.mount_points.iter().any(|path| Path::new(path) == mount.path))
    }
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        let prober = Prober::new(Arc::new(Usage::ask), MOUNT_TIMEOUT);
        Input::Blocking(Box::new(Disk { settings: self.clone(), host: host.clone(), prober }))
    }
}

struct Disk {
    settings: Settings,
    host: Host,
    prober: Prober,
}

impl BlockingInput for Disk {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let mounts = self.mounts(accumulator)?;
        let places: Vec<PathBuf> = mounts.iter().map(|mount| place(&self.host, &mount.path)).collect();
        let host = &self.host;
        self.prober.ask_all(&places, |index, outcome| match outcome {
            Ok(usage) => report(accumulator, host, &mounts[index], &usage),
            Err(error) if is_nothing_to_see(&error) => {}
            Err(error) => accumulator.add_error(error),
        });
        Ok(())
    }
}

impl Disk {
    /// The mounts to report; of several on one path the last, which hides the others.
    fn mounts(&self, accumulator: &mut Accumulator) -> Result<Vec<Mount>> {
        let all = read_mounts(&self.host, accumulator)?;
        let last: HashMap<&Path, usize> =
            all.iter().enumerate().map(|(index, mount)| (&*mount.path, index)).collect();
        let visible: Vec<bool> =
            all.iter().enumerate().map(|(index, mount)| last[&*mount.path] == index).collect();
        let wanted =
            all.into_iter().zip(visible).filter(|(mount, visible)| *visible && self.settings.wants(mount));
        Ok(wanted.map(|(mount, _)| mount).collect())
    }
}

/// The mounts that the first process sees, or else our own.
fn read_mounts(host: &Host, accumulator: &mut Accumulator) -> Result<Vec<Mount>> {
    if let Some(path) = &host.mount_info {
        return mounts::parse(KernelFile::new(path.clone()).read()?, host, accumulator);
    }
    let mut first = KernelFile::new(host.proc.join("1/mountinfo"));
    match first.read() {
        Ok(text) => mounts::parse(text, host, accumulator),
        Err(_) => mounts::parse(KernelFile::new(host.proc.join("self/mountinfo")).read()?, host, accumulator),
    }
}

/// Where a mount point lies for us: below the prefix, if there is one and it is not there already.
fn place(host: &Host, path: &Path) -> PathBuf {
    match &host.mount_prefix {
        Some(prefix) if !path.starts_with(prefix) => prefix.join(path.strip_prefix("/").unwrap_or(path)),
        _ => path.to_owned(),
    }
}

/// A mount that we may not look into, or that went away meanwhile, is no error.
fn is_nothing_to_see(error: &Error) -> bool {
    matches!(error, Error::Mount { source, .. }
        if matches!(source.kind(), ErrorKind::PermissionDenied | ErrorKind::NotFound))
}

fn report(accumulator: &mut Accumulator, host: &Host, mount: &Mount, usage: &Usage) {
    if usage.total == 0 {
        return;
    }
    let path = shown_path(host, &mount.path);
    let label = label::find(host, mount).unwrap_or_default();
    let tags = [
        ("path", &*path),
        ("device", &*mount.device.replace("/dev/", "")),
        ("fstype", &*mount.fstype),
        ("mode", mount.mode()),
        ("label", &*label),
    ];
    let inodes_used = usage.inodes_total.saturating_sub(usage.inodes_free);
    let fields = [
        unsigned("total", usage.total),
        unsigned("free", usage.free),
        unsigned("used", usage.used),
        float("used_percent", percent(usage.used, usage.used.saturating_add(usage.free))),
        unsigned("inodes_total", usage.inodes_total),
        unsigned("inodes_free", usage.inodes_free),
        unsigned("inodes_used", inodes_used),
        float("inodes_used_percent", percent(inodes_used, usage.inodes_total)),
    ];
    accumulator.add("disk", &tags, &fields);
}

/// The mount point as the watched machine calls it.
fn shown_path(host: &Host, path: &Path) -> String {
    let own = host.mount_prefix.as_ref().and_then(|prefix| path.strip_prefix(prefix).ok());
    own.map_or_else(|| path.to_string_lossy().into_owned(), |rest| format!("/{}", rest.display()))
}

#[cfg(test)]
mod tests;
