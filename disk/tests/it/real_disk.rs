//! `StdFs` on the machine's own file system, in a folder of its own.

use std::path::Path;

use disk::{Error, Fs, StdFs, replace};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("the machine has a temporary folder")
}

#[test]
fn what_is_written_reads_back() {
    let dir = folder();
    let path = dir.path().join("file");
    let mut file = StdFs.create(&path).unwrap();
    file.append(b"hello ").unwrap();
    file.append(b"world").unwrap();
    file.write_at(0, b"H").unwrap();
    file.sync_data().unwrap();
    assert_eq!(file.len(), 11);
    assert_eq!(StdFs.read(&path).unwrap(), b"Hello world");
    assert_eq!(StdFs.read_at(&path, 6, 100).unwrap(), b"world");
    assert_eq!(StdFs.read_at(&path, 600, 4).unwrap(), b"");
    assert_eq!(StdFs.len(&path).unwrap(), 11);
}

#[test]
fn preallocated_room_reads_as_zeros_and_can_be_cut() {
    let dir = folder();
    let path = dir.path().join("file");
    let mut file = StdFs.create(&path).unwrap();
    file.append(b"abc").unwrap();
    file.preallocate(3_000_000).unwrap();
    assert_eq!(StdFs.len(&path).unwrap(), 3_000_000);
    assert!(StdFs.read(&path).unwrap()[3..].iter().all(|&byte| byte == 0));
    file.preallocate(10).unwrap();
    file.truncate(3).unwrap();
    assert_eq!(file.len(), 3);
    assert_eq!(StdFs.read(&path).unwrap(), b"abc");
}

#[test]
fn an_opened_file_is_appended_at_its_end() {
    let dir = folder();
    let path = dir.path().join("file");
    StdFs.create(&path).unwrap().append(b"one").unwrap();
    StdFs.open_append(&path).unwrap().append(b"two").unwrap();
    assert_eq!(StdFs.read(&path).unwrap(), b"onetwo");
}

#[test]
fn a_taken_name_is_not_created_again_and_a_missing_one_not_opened() {
    let dir = folder();
    let path = dir.path().join("file");
    drop(StdFs.create(&path).unwrap());
    assert!(StdFs.create(&path).err().unwrap().is_already_exists());
    assert!(StdFs.open_append(&dir.path().join("other")).err().unwrap().is_not_found());
    assert!(StdFs.read(&dir.path().join("other")).unwrap_err().is_not_found());
}

#[test]
fn a_mapped_file_outlives_its_name() {
    let dir = folder();
    let path = dir.path().join("file");
    StdFs.create(&path).unwrap().append(&[7; 10_000]).unwrap();
    let bytes = StdFs.map(&path).unwrap();
    StdFs.remove_file(&path).unwrap();
    bytes.prefetch();
    let tail = bytes.slice(9_000..10_000);
    drop(bytes);
    assert!(tail.is_mapped());
    assert_eq!(&*tail, &[7; 1_000]);
}

#[test]
fn an_empty_file_maps_to_no_bytes() {
    let dir = folder();
    let path = dir.path().join("file");
    drop(StdFs.create(&path).unwrap());
    assert!(StdFs.map(&path).unwrap().is_empty());
}

#[test]
fn folders_are_made_listed_and_removed() {
    let dir = folder();
    let deep = dir.path().join("a/b/c");
    StdFs.create_dir_all(&deep).unwrap();
    StdFs.create_dir_all(&deep).unwrap();
    replace(&StdFs, &deep.join("two"), b"22").unwrap();
    replace(&StdFs, &deep.join("one"), b"1").unwrap();
    StdFs.hard_link(&deep.join("one"), &deep.join("three")).unwrap();
    StdFs.create_dir_all(&deep.join("folder")).unwrap();
    let listed: Vec<_> = StdFs.list(&deep).unwrap();
    let names: Vec<_> =
        listed.iter().map(|entry| (entry.name.to_str().unwrap(), entry.is_dir, entry.len)).collect();
    assert_eq!(names, [("folder", true, 0), ("one", false, 1), ("three", false, 1), ("two", false, 2)]);
    StdFs.remove_dir_all(&dir.path().join("a")).unwrap();
    assert!(!StdFs.exists(&deep).unwrap());
    assert!(StdFs.create_dir_all(&dir.path().join("a")).is_ok());
}

#[test]
fn a_file_in_the_way_of_a_folder_is_an_error() {
    let dir = folder();
    let path = dir.path().join("file");
    drop(StdFs.create(&path).unwrap());
    assert!(StdFs.create_dir_all(&path.join("below")).is_err());
}

#[test]
fn the_space_of_a_folder_is_known() {
    let dir = folder();
    let space = StdFs.space(dir.path()).unwrap();
    assert!(space.total > 0 && space.available <= space.total);
    assert!(StdFs.space(Path::new("/nowhere/at/all")).is_err());
}

#[test]
fn the_second_to_lock_learns_who_was_first() {
    let dir = folder();
    assert!(!StdFs.is_locked(dir.path()).unwrap() && StdFs.list(dir.path()).unwrap().is_empty());
    let held = StdFs.lock(dir.path()).unwrap();
    assert!(StdFs.is_locked(dir.path()).unwrap());
    match StdFs.lock(dir.path()) {
        Err(Error::Locked { path, holder }) => {
            assert_eq!(path, dir.path());
            assert_eq!(holder, Some(std::process::id()));
        }
        other => panic!("expected a locked folder, got {other:?}"),
    }
    drop(held);
    assert!(!StdFs.is_locked(dir.path()).unwrap());
    StdFs.lock(dir.path()).unwrap();
}

#[test]
fn the_content_of_a_left_over_lock_file_locks_nobody_out() {
    let dir = folder();
    replace(&StdFs, &dir.path().join(disk::LOCK_FILE_NAME), b"4194305\nand more").unwrap();
    let _held = StdFs.lock(dir.path()).unwrap();
    assert!(matches!(StdFs.lock(dir.path()), Err(Error::Locked { holder: Some(_), .. })));
}

/// `/dev/full` takes nothing, as a disk without room.
#[test]
fn a_full_disk_is_told_with_what_is_needed_and_what_is_free() {
    let mut file = StdFs.open_append(Path::new("/dev/full")).unwrap();
    let error = file.append(b"hello").unwrap_err();
    assert!(matches!(error, Error::Full { needed: Some(5), free: Some(_), .. }), "{error:?}");
    let told = error.to_string();
    assert!(told.starts_with("cannot append to /dev/full: the disk is full: 5 bytes are needed, "), "{told}");
}
