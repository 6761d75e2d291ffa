//! A thread that takes a step of upkeep again and again, when it is woken and once in a while.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use threads::thread::{self, JoinHandle};
use threads::{Condvar, Mutex, contain};

use super::Engine;
use crate::error::Result;
use crate::limits::{MAINTENANCE_INTERVAL, PANIC_PAUSE_MAX};

/// What a thread does in a round.
pub(super) type Step = fn(&Arc<Engine>) -> Result<()>;

/// Wakes and stops the thread, if there is one.
#[derive(Debug, Default)]
pub(super) struct Worker {
    signal: Arc<Signal>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    woken: bool,
    stopping: bool,
}

impl Worker {
    /// Starts the thread. It does not keep the engine alive.
    pub(super) fn start(&self, name: &str, engine: &Arc<Engine>, step: Step) -> std::io::Result<()> {
        let (signal, engine) = (self.signal.clone(), Arc::downgrade(engine));
        let thread =
            thread::Builder::new().name(name.to_owned()).spawn(move || run(&signal, &engine, step))?;
        *self.thread.lock() = Some(thread);
        Ok(())
    }

    /// Asks for a round of upkeep now.
    pub(super) fn wake(&self) {
        self.signal.state.lock().woken = true;
        self.signal.changed.notify_one();
    }

    /// Ends the thread after the step that it is in.
    pub(super) fn stop(&self) {
        self.signal.state.lock().stopping = true;
        self.signal.changed.notify_one();
        let thread = self.thread.lock().take();
        // The thread itself may be the one that lets go of the engine last.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
            // A panic in there was reported by the thread.
            let _ = thread.join();
        }
    }
}

fn run(signal: &Signal, engine: &Weak<Engine>, step: Step) {
    let mut last_failure = String::new();
    let mut panic_pause = Duration::ZERO;
    while signal.wait(panic_pause) {
        let Some(engine) = engine.upgrade() else { return };
        // A fault of ours must not end the thread: writers would wait for room that never comes. Its locks do
        // not poison, and a step that was cut short is taken again.
        let stepped = contain(|| step(&engine));
        panic_pause = match &stepped {
            Ok(_) => Duration::ZERO,
            Err(_) => (panic_pause * 2).clamp(MAINTENANCE_INTERVAL, PANIC_PAUSE_MAX),
        };
        let failure = match stepped {
            Ok(Ok(())) => String::new(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "a step panicked".to_owned(),
        };
        if !failure.is_empty() && failure != last_failure {
            tracing::error!(error = failure, "upkeep failed and will be tried again");
        }
        last_failure = failure;
    }
}

impl Signal {
    /// Waits for `pause` whatever comes, then to be woken or for the next round; false when it is time to end.
    fn wait(&self, pause: Duration) -> bool {
        let mut state = self.state.lock();
        let until = Instant::now() + pause;
        while !state.stopping && !pause.is_zero() && !self.changed.wait_until(&mut state, until).timed_out() {
        }
        if !state.woken && !state.stopping {
            self.changed.wait_for(&mut state, MAINTENANCE_INTERVAL);
        }
        state.woken = false;
        !state.stopping
    }
}
