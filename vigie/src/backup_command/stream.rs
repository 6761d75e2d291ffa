//! From the connection's thread to the one that saves: bytes, at the pace of the slower one.

use std::io::{self, Read};
use tokio::sync::mpsc;

/// Pieces that may wait to be saved.
const PIECES_QUEUED: usize = 16;

/// What the connection's side puts in.
pub(super) type Sender<B> = mpsc::Sender<io::Result<B>>;

/// What has come, in order. It ends with an error when the connection did.
pub(super) struct Stream<B> {
    receiver: mpsc::Receiver<io::Result<B>>,
    piece: B,
    offset: usize,
}

impl<B: AsRef<[u8]> + Default> Stream<B> {
    /// Both ends.
    pub(super) fn new() -> (Sender<B>, Self) {
        let (sender, receiver) = mpsc::channel(PIECES_QUEUED);
        (sender, Self { receiver, piece: B::default(), offset: 0 })
    }
}

impl<B: AsRef<[u8]>> Read for Stream<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.offset == self.piece.as_ref().len() {
            match self.receiver.blocking_recv() {
                Some(piece) => (self.piece, self.offset) = (piece?, 0),
                None => return Ok(0),
            }
        }
        let left = &self.piece.as_ref()[self.offset..];
        let taken = left.len().min(buf.len());
        buf[..taken].copy_from_slice(&left[..taken]);
        self.offset += taken;
        Ok(taken)
    }
}
