//! What is wrong with a gallery file, for people.
use std::fmt;

/// Something that is wrong with a gallery file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GalleryProblem {
    /// Name of the file, without its folder.
    pub file: String,
    /// The line, from 1; `None` when the file as a whole is to blame.
    pub line: Option<u32>,
    /// What is wrong, and what to do, in sentences.
    pub reason: String,
}

impl fmt::Display for GalleryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}
