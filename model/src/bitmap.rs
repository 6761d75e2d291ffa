//! One bit per row.

/// A growable sequence of bits, 64 to a word, the first one lowest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// `len` bits, all `bit`.
    #[must_use]
    pub fn filled(len: usize, bit: bool) -> Self {
        let mut words = vec![if bit { u64::MAX } else { 0 }; len.div_ceil(64)];
        if let (Some(last), true, 1..) = (words.last_mut(), bit, len % 64) {
            *last = (1 << (len % 64)) - 1;
        }
        Self { words, len }
    }

    /// How many bits there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a bit at the end.
    pub fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        if bit {
            self.words[self.len / 64] |= 1 << (self.len % 64);
        }
        self.len += 1;
    }

    /// The bit of row `index`.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    #[must_use]
    pub fn get(&self, index: usize) -> bool {
        assert!(index < self.len, "row {index} of {}", self.len);
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// Sets the bit of row `index`.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn set(&mut self, index: usize, bit: bool) {
        assert!(index < self.len, "row {index} of {}", self.len);
        let mask = 1 << (index % 64);
        if bit {
            self.words[index / 64] |= mask;
        } else {
            self.words[index / 64] &= !mask;
        }
    }

    /// How many bits are set.
    #[must_use]
    pub fn count_ones(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The words; bits beyond the end are 0.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// `len` bits out of `words`, or nothing where there are too few words. Bits beyond `len` are dropped.
    #[must_use]
    pub fn from_words(mut words: Vec<u64>, len: usize) -> Option<Self> {
        if words.len() < len.div_ceil(64) {
            return None;
        }
        words.truncate(len.div_ceil(64));
        if let (Some(last), 1..) = (words.last_mut(), len % 64) {
            *last &= (1 << (len % 64)) - 1;
        }
        Some(Self { words, len })
    }

    /// The bits in order.
    pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.len).map(|index| self.words[index / 64] >> (index % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_as_they_were_pushed() {
        let pattern: Vec<bool> = (0..131).map(|i| i % 3 == 0).collect();
        let mut bitmap = Bitmap::default();
        pattern.iter().for_each(|bit| bitmap.push(*bit));
        assert_eq!(bitmap.iter().collect::<Vec<_>>(), pattern);
        assert_eq!(bitmap.count_ones(), 44);
        assert_eq!(Bitmap::from_words(bitmap.words().to_vec(), 131), Some(bitmap));
        assert_eq!(Bitmap::filled(70, true).count_ones(), 70);
    }

    #[test]
    fn bits_beyond_the_end_are_zero() {
        let bitmap = Bitmap::from_words(vec![u64::MAX, u64::MAX, 7], 70).unwrap();
        assert_eq!((bitmap.len(), bitmap.count_ones(), bitmap.words()), (70, 70, &[u64::MAX, 63][..]));
        assert_eq!(bitmap, Bitmap::filled(70, true));
        assert_eq!(Bitmap::from_words(vec![0], 65), None);
        assert!(Bitmap::from_words(vec![], 0).unwrap().is_empty());
    }

    #[test]
    fn bits_can_be_changed() {
        let mut bitmap = Bitmap::filled(130, false);
        bitmap.set(129, true);
        bitmap.set(64, true);
        bitmap.set(64, false);
        assert!(bitmap.get(129) && !bitmap.get(64));
        assert_eq!(bitmap.count_ones(), 1);
    }
}
