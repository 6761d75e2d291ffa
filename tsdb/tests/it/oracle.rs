//! The engine against a map: random writes, freezes, merges and restarts.

use crate::harness::{Dice, HOUR_NS, Machine, NOW_NS, Rows, dump_policy, points, put};

const VALUES: [&str; 8] = ["1.5", "-0.25", "1e300", "0", "-7.125", "3", "2.5e-300", "100"];

/// A batch of random lines: few series, instants and fields, so that everything collides.
fn lines(dice: &mut Dice) -> String {
    let mut lines = String::new();
    for _ in 0..=dice.below(30) {
        let measurement = ["cpu", "m\\ x", "z"][usize::try_from(dice.below(3)).unwrap()];
        let tags = ["", ",host=a", ",host=b", ",host=b,cpu=0", ",cpu=0,host=b"]
            [usize::try_from(dice.below(5)).unwrap()];
        let mut fields = Vec::new();
        for _ in 0..=dice.below(3) {
            let float = VALUES[usize::try_from(dice.below(8)).unwrap()];
            fields.push(match dice.below(6) {
                0 => format!("f={float}"),
                1 => format!("g={float}"),
                2 => format!("i={}i", dice.below(1000)),
                3 => format!("u={}u", u64::MAX - dice.below(10)),
                4 => format!("b={}", dice.below(2) == 0),
                _ => format!("s=\"text {}\"", dice.below(100)),
            });
        }
        let weeks = i64::try_from(dice.below(3)).unwrap();
        let ts = NOW_NS - weeks * 170 * HOUR_NS + i64::try_from(dice.below(40)).unwrap() * 1_000_000;
        lines.push_str(&format!("{measurement}{tags} {} {ts}\n", fields.join(",")));
    }
    lines
}

fn run(seed: u64) {
    let mut dice = Dice::new(seed);
    let machine = Machine::new(seed);
    let mut engine = machine.open();
    let mut expected = Rows::new();
    engine.create_database("db").unwrap();
    for step in 0..60 {
        match dice.below(12) {
            0 | 1 => engine.freeze().unwrap(),
            2 => engine.maintain_once().unwrap(),
            3 => {
                drop(engine);
                engine = machine.open();
            }
            4 => {
                engine.stop().unwrap();
                drop(engine);
                engine = machine.open();
                assert!(engine.recovery().clean);
            }
            _ => {
                let points = points(&lines(&mut dice));
                put(&mut expected, &points);
                let written = engine.append("db", None, points).unwrap();
                assert_eq!(written.rejected, []);
                written.ticket.wait().unwrap();
            }
        }
        assert!(engine.recovery().damage.is_empty(), "seed {seed}: {:?}", engine.recovery());
        assert_eq!(dump_policy(&engine, "db", None), expected, "seed {seed}, step {step}");
    }
}

#[test]
fn the_engine_answers_as_a_map_would() {
    (0..25).for_each(run);
}
