//! Numbers that look drawn by lot and are the same in every run: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).

pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(run: u64, number: u64) -> Self {
        Self(run.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap();
        usize::try_from(self.next() % end).unwrap()
    }

    pub(crate) fn octet(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A run of `octets` that has at most so many.
    pub(crate) fn run(&mut self, octets: usize, most: usize) -> std::ops::Range<usize> {
        let start = self.below(octets + 1);
        start..(start + self.below(most + 1)).min(octets)
    }
}
