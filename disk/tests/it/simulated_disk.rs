//! The simulated disk keeps what it promises and drops, for some seeds, what it does not.

use std::path::Path;

use disk::{Error, Fault, Fs, SECTOR_BYTES, SimFs};

const SEEDS: u64 = 200;

fn path() -> &'static Path {
    Path::new("file")
}

/// A disk with a durable file of this content.
fn with_file(seed: u64, content: &[u8]) -> SimFs {
    let sim = SimFs::new(seed);
    let mut file = sim.create(path()).expect("created");
    file.append(content).expect("written");
    file.sync_data().expect("synced");
    sim.sync_dir(Path::new("")).expect("named");
    sim
}

/// What is found in the file after a power cut, for many seeds, following `act` on durable `content`.
fn outcomes(content: &[u8], act: impl Fn(&SimFs)) -> Vec<Option<Vec<u8>>> {
    let outcome = |seed| {
        let sim = with_file(seed, content);
        act(&sim);
        sim.reboot().read(path()).ok()
    };
    (0..SEEDS).map(outcome).collect()
}

#[test]
fn synced_content_and_synced_names_survive() {
    for found in outcomes(b"content", |_| {}) {
        assert_eq!(found.as_deref(), Some(b"content".as_slice()));
    }
}

#[test]
fn an_unsynced_name_may_be_lost_or_not() {
    let survived = (0..SEEDS).filter(|&seed| {
        let sim = SimFs::new(seed);
        sim.create(path()).unwrap().sync_data().unwrap();
        sim.reboot().exists(path()).unwrap()
    });
    let count = survived.count() as u64;
    assert!(count > 0 && count < SEEDS, "{count} of {SEEDS} survived");
}

#[test]
fn an_unsynced_append_keeps_the_durable_front() {
    let front = vec![1; SECTOR_BYTES + 100];
    let found = outcomes(&front, |sim| {
        sim.open_append(path()).unwrap().append(&vec![2; 3 * SECTOR_BYTES]).unwrap();
    });
    let whole = [front.clone(), vec![2; 3 * SECTOR_BYTES]].concat();
    let found: Vec<_> = found.into_iter().map(Option::unwrap).collect();
    assert!(found.iter().all(|content| content.starts_with(&front) && content.len() <= whole.len()));
    assert!(found.contains(&front), "nothing of it survives");
    assert!(found.contains(&whole), "all of it survives");
    assert!(
        found.iter().any(|content| content.len() == whole.len() && *content != whole),
        "some of it survives"
    );
}

#[test]
fn an_unsynced_overwrite_is_old_new_or_torn_and_nothing_else() {
    let found = outcomes(&vec![1; 4 * SECTOR_BYTES], |sim| {
        sim.open_write(path()).unwrap().write_at(0, &vec![2; 4 * SECTOR_BYTES]).unwrap();
    });
    let found: Vec<_> = found.into_iter().map(Option::unwrap).collect();
    assert!(found.iter().all(|content| content.iter().all(|&byte| byte == 1 || byte == 2)));
    let is_torn = |sector: &[u8]| sector.contains(&1) && sector.contains(&2);
    assert!(found.iter().any(|content| content.chunks(SECTOR_BYTES).any(is_torn)));
    assert!(found.iter().any(|content| content.iter().all(|&byte| byte == 1)));
    assert!(found.iter().any(|content| content.iter().all(|&byte| byte == 2)));
}

#[test]
fn an_unsynced_cut_gives_the_old_length_with_the_old_content_or_a_shorter_one() {
    let old: Vec<u8> = (0..=255).cycle().take(1500).collect();
    let found = outcomes(&old, |sim| sim.open_write(path()).unwrap().truncate(10).unwrap());
    let found: Vec<_> = found.into_iter().map(Option::unwrap).collect();
    assert!(found.iter().all(|content| old.starts_with(content) && content.len() >= 10));
    assert!(found.iter().any(|content| content.len() == 10));
    assert!(found.contains(&old));
}

#[test]
fn an_unsynced_rename_is_whole_or_not_at_all() {
    for (from, to) in [("one", "two"), ("left/one", "right/two")] {
        let mut moved = 0;
        for seed in 0..SEEDS {
            let sim = SimFs::new(seed);
            for dir in ["left", "right"] {
                sim.create_dir_all(Path::new(dir)).unwrap();
            }
            for name in [from, to] {
                disk::replace(&sim, Path::new(name), name.as_bytes()).unwrap();
            }
            sim.rename(Path::new(from), Path::new(to)).unwrap();
            let after = sim.reboot();
            let target = after.read(Path::new(to)).unwrap();
            let is_moved = target == from.as_bytes();
            assert!(is_moved || target == to.as_bytes());
            assert_eq!(after.exists(Path::new(from)).unwrap(), !is_moved, "seed {seed}");
            moved += u64::from(is_moved);
        }
        assert!(moved > 0 && moved < SEEDS, "{moved} of {SEEDS} moved");
    }
}

#[test]
fn names_of_one_folder_survive_in_their_order() {
    for seed in 0..SEEDS {
        let sim = SimFs::new(seed);
        let names = ["a", "b", "c", "d"];
        for name in names {
            drop(sim.create(Path::new(name)).unwrap());
        }
        let after = sim.reboot();
        let survived = names.map(|name| after.exists(Path::new(name)).unwrap());
        assert!(survived.is_sorted_by(|earlier, later| earlier >= later), "seed {seed}: {survived:?}");
    }
}

#[test]
fn a_removed_name_is_gone_for_good_once_its_folder_is_synced() {
    for seed in 0..SEEDS {
        let sim = with_file(seed, b"content");
        sim.remove_file(path()).unwrap();
        sim.sync_dir(Path::new("")).unwrap();
        assert!(!sim.reboot().exists(path()).unwrap());
    }
}

#[test]
fn after_a_failed_sync_later_syncs_lie() {
    let found = outcomes(&vec![1; 4 * SECTOR_BYTES], |sim| {
        let mut file = sim.open_write(path()).unwrap();
        file.write_at(0, &vec![2; 4 * SECTOR_BYTES]).unwrap();
        sim.fail_call(sim.operations() + 1, Fault::Io);
        assert!(file.sync_data().is_err());
        assert_eq!(sim.read(path()).unwrap(), vec![2; 4 * SECTOR_BYTES], "the cache still shows it");
        file.sync_data().unwrap();
    });
    assert!(
        found.iter().flatten().any(|content| content.contains(&1)),
        "a later sync brought all of it back"
    );
}

#[test]
fn the_power_cut_fails_every_call_from_there_on() {
    let sim = with_file(3, b"content");
    sim.cut_power_after(sim.operations() + 1);
    let mut file = sim.open_append(path()).unwrap();
    file.append(b"x").unwrap();
    assert!(matches!(file.sync_data(), Err(Error::PowerLost)));
    assert!(matches!(sim.read(path()), Err(Error::PowerLost)));
    let after = sim.reboot();
    assert!(matches!(file.append(b"y"), Err(Error::PowerLost)), "an old handle cannot reach the new disk");
    assert!(after.read(path()).unwrap().starts_with(b"content"));
}

#[test]
fn equal_seeds_give_equal_disks() {
    let run = |seed| {
        let sim = with_file(seed, &[1; 700]);
        sim.open_append(path()).unwrap().append(&[2; 5000]).unwrap();
        sim.reboot().read(path()).unwrap()
    };
    for seed in 0..SEEDS {
        assert_eq!(run(seed), run(seed));
    }
}

#[test]
fn a_full_disk_takes_what_fits_and_works_again_with_room() {
    let sim = with_file(1, b"content");
    sim.set_capacity(4 * SECTOR_BYTES as u64);
    let mut file = sim.open_append(path()).unwrap();
    assert!(file.append(&vec![2; 5 * SECTOR_BYTES]).unwrap_err().is_full());
    assert_eq!(sim.space(Path::new("")).unwrap().available, 0);
    sim.set_capacity(40 * SECTOR_BYTES as u64);
    file.append(&vec![2; 5 * SECTOR_BYTES]).unwrap();
    assert_eq!(file.len(), 7 + 5 * SECTOR_BYTES as u64);
}

#[test]
fn removing_a_file_gives_its_room_back() {
    let sim = with_file(1, &[1; 4 * SECTOR_BYTES]);
    sim.set_capacity(4 * SECTOR_BYTES as u64);
    assert_eq!(sim.space(Path::new("")).unwrap().available, 0);
    sim.remove_file(path()).unwrap();
    assert_eq!(sim.space(Path::new("")).unwrap().available, 4 * SECTOR_BYTES as u64);
}

#[test]
fn a_flipped_bit_and_a_lost_end_are_seen_at_once_and_stay() {
    let sim = with_file(1, b"content");
    sim.flip_bit(path(), 0, 0).unwrap();
    assert_eq!(sim.read(path()).unwrap(), b"bontent");
    sim.truncate_under(path(), 3).unwrap();
    assert_eq!(sim.reboot().read(path()).unwrap(), b"bon");
}

#[test]
fn a_folder_is_locked_once_and_a_reboot_unlocks_it() {
    let sim = SimFs::new(1);
    sim.create_dir_all(Path::new("data")).unwrap();
    let held = sim.lock(Path::new("data")).unwrap();
    assert!(matches!(sim.lock(Path::new("data")), Err(Error::Locked { holder: Some(_), .. })));
    assert!(sim.is_locked(Path::new("data")).unwrap());
    drop(held);
    assert!(!sim.is_locked(Path::new("data")).unwrap());
    let _held = sim.lock(Path::new("data")).unwrap();
    sim.reboot().lock(Path::new("data")).unwrap();
}

#[test]
fn removing_a_folder_is_not_one_step() {
    let mut partly = false;
    for cut in 0..5 {
        let sim = SimFs::new(cut);
        sim.create_dir_all(Path::new("dir")).unwrap();
        for name in ["dir/a", "dir/b", "dir/c"] {
            disk::replace(&sim, Path::new(name), b"x").unwrap();
        }
        sim.cut_power_after(sim.operations() + cut);
        let done = sim.remove_dir_all(Path::new("dir"));
        assert_eq!(done.is_ok(), cut == 4);
        let left = sim.reboot_with(1).list(Path::new("dir")).map_or(0, |entries| entries.len());
        partly |= left == 1 || left == 2;
    }
    assert!(partly);
}
