//! Filled by the other half.
use super::Function;

pub(super) const FUNCTIONS: &[Function] = &[];
