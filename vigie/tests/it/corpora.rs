//! The corpora of the fuzz targets, replayed by a stable compiler: every seed as it is, cut short, and with each of its
//! bytes changed. Those of segments and codecs are replayed in `tsdb`, whose decoders nothing outside may call.

#[path = "../../../fuzz/bodies/influxql.rs"]
mod influxql;
#[path = "../../../fuzz/bodies/line_protocol.rs"]
mod line_protocol;
#[path = "../../../fuzz/bodies/log.rs"]
mod log;
#[path = "../../../fuzz/bodies/manifest.rs"]
mod manifest;
#[path = "../../../fuzz/bodies/records.rs"]
mod records;
#[path = "../../../fuzz/bodies/settings.rs"]
mod settings;
#[path = "../../../fuzz/bodies/small_files.rs"]
mod small_files;
#[path = "../../../fuzz/bodies/wal.rs"]
mod wal;

use std::path::Path;

/// Runs every seed of a target, and `stride` apart its damaged copies.
fn replay(target: &str, stride: usize, run: impl Fn(&[u8])) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let seed = std::fs::read(entry.unwrap().path()).unwrap();
        run(&seed);
        for at in (0..seed.len()).step_by(stride) {
            run(&seed[..at]);
            let mut damaged = seed.clone();
            damaged[at] ^= [0x01, 0x10, 0x80, 0xff][at % 4];
            run(&damaged);
            inputs += 2;
        }
    }
    assert!(inputs > 0, "the corpus of {target} is empty");
    eprintln!("{target}: {inputs} damaged inputs");
}

fn text(run: impl Fn(&str)) -> impl Fn(&[u8]) {
    move |bytes| run(&String::from_utf8_lossy(bytes))
}

#[test]
fn the_corpora_of_texts_are_parsed_or_refused() {
    replay("influxql", 1, text(influxql::run));
    replay("line_protocol", 1, line_protocol::run);
    replay("settings", 1, text(settings::run));
}

#[test]
fn the_corpora_of_files_are_read_or_refused() {
    replay("log", 1, log::run);
    replay("wal", 3, wal::run);
    replay("manifest", 3, manifest::run);
    replay("small_files", 3, small_files::run);
}
