//! Mounts that answer, refuse and hang.

use super::*;
use std::sync::Mutex;

const USAGE: Usage = Usage { total: 100, free: 40, used: 50, inodes_total: 10, inodes_free: 5 };

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

fn outcomes(prober: &mut Prober, paths: &[PathBuf]) -> Vec<String> {
    let mut outcomes = Vec::new();
    prober.ask_all(paths, |index, outcome| {
        outcomes.push(match outcome {
            Ok(_) => format!("{index} ok"),
            Err(error) => format!("{index} {error}"),
        });
    });
    outcomes
}

/// A prober whose path `/hung` blocks until the returned lock is released.
fn prober_with_hung_mount() -> (Prober, Arc<Mutex<()>>) {
    let gate = Arc::new(Mutex::new(()));
    let inner = Arc::clone(&gate);
    let ask: Ask = Arc::new(move |path: &Path| {
        if path == Path::new("/hung") {
            drop(inner.lock());
        }
        Ok(USAGE)
    });
    (Prober::new(ask, Duration::from_millis(50)), gate)
}

#[test]
fn a_hung_mount_costs_only_itself() {
    let (mut prober, gate) = prober_with_hung_mount();
    let paths = paths(&["/", "/hung", "/home"]);
    let held = gate.lock().unwrap();
    let hangs = "1 /hung did not answer within 50ms and is left out until it does";
    assert_eq!(outcomes(&mut prober, &paths), ["0 ok", hangs, "2 ok"]);
    assert_eq!(outcomes(&mut prober, &paths), ["0 ok", "2 ok"], "it is not asked again while it hangs");
    drop(held);
    while !prober.hung.iter().all(|hung| hung.is_back.load(Ordering::Acquire)) {
        thread::yield_now();
    }
    assert_eq!(outcomes(&mut prober, &paths), ["0 ok", "1 ok", "2 ok"]);
}

#[test]
fn a_refusal_is_told_with_its_path() {
    let ask: Ask = Arc::new(|path: &Path| {
        if path == Path::new("/") { Ok(USAGE) } else { Err(io::Error::from(io::ErrorKind::PermissionDenied)) }
    });
    let mut prober = Prober::new(ask, Duration::from_secs(5));
    assert_eq!(outcomes(&mut prober, &paths(&["/", "/root"])), ["0 ok", "1 asking /root for its size"]);
}

#[test]
fn hung_mounts_do_not_pile_up_threads() {
    let gate = Arc::new(Mutex::new(()));
    let inner = Arc::clone(&gate);
    let ask: Ask = Arc::new(move |_: &Path| {
        drop(inner.lock());
        Ok(USAGE)
    });
    let mut prober = Prober::new(ask, Duration::from_millis(1));
    let held = gate.lock().unwrap();
    let many: Vec<PathBuf> =
        (0..HUNG_MOUNTS_MAX + 10).map(|index| PathBuf::from(format!("/{index}"))).collect();
    assert_eq!(outcomes(&mut prober, &many).len(), HUNG_MOUNTS_MAX);
    assert_eq!(outcomes(&mut prober, &many).len(), 0);
    drop(held);
}

#[test]
fn the_root_of_this_machine_has_a_size() {
    let mut prober = Prober::new(Arc::new(Usage::ask), Duration::from_secs(30));
    let mut usage = None;
    prober.ask_all(&paths(&["/"]), |_, outcome| usage = outcome.ok());
    assert!(usage.unwrap().total > 0);
}
