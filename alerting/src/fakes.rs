//! What tests put in the place of the world: a receiver of webhooks and a store.

mod receiver;
mod store;

pub(crate) use receiver::{Answer, Receiver, Reserved};
pub(crate) use store::FakeStore;
