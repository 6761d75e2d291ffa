//! The label of a file system's device: its name in the device mapper, or else what udev found on it.

use super::super::udev::Device;
use super::mounts::Mount;
use crate::Host;
use crate::kernel_file::attribute;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

/// The label of the device that is mounted; `None` when it has none or is no device.
pub(super) fn find(host: &Host, mount: &Mount) -> Option<String> {
    let name = mount.device.strip_prefix("/dev/")?;
    let mapped = attribute(&host.sys.join("block").join(name).join("dm/name"));
    mapped.or_else(|| {
        let number = device_number(host, name).unwrap_or_else(|| mount.number.clone());
        Device::read(&host.run, &number).property("ID_FS_LABEL").map(str::to_owned)
    })
}

/// The device's own number. That of the mount is another one on btrfs.
fn device_number(host: &Host, name: &str) -> Option<String> {
    let metadata = fs::metadata(host.dev.join(name)).ok()?;
    let device = metadata.rdev();
    metadata
        .file_type()
        .is_block_device()
        .then(|| format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device)))
}
