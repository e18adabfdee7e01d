//! What was asked of the server.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::Method;

/// Requests by method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Queries and reads.
    pub get: u64,
    /// Creates.
    pub post: u64,
    /// Replacements.
    pub put: u64,
    /// Changes.
    pub patch: u64,
    /// Deletions.
    pub delete: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.get + self.post + self.put + self.patch + self.delete
    }
}

/// A request that was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Status of the answer; 0 when the connection was dropped instead.
    pub status: u16,
    /// Body of the request.
    pub body: String,
}

#[derive(Debug, Default)]
pub(super) struct Journal {
    counts: [AtomicU64; 5],
    keeps: AtomicBool,
    entries: Mutex<Vec<JournalEntry>>,
}

impl Journal {
    pub(super) fn count(&self, method: &Method) {
        let at = match *method {
            Method::POST => 1,
            Method::PUT => 2,
            Method::PATCH => 3,
            Method::DELETE => 4,
            _ => 0,
        };
        self.counts[at].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> Counts {
        let [get, post, put, patch, delete] =
            [0, 1, 2, 3, 4].map(|at| self.counts[at].load(Ordering::Relaxed));
        Counts { get, post, put, patch, delete }
    }

    pub(super) fn keep(&self, keep: bool) {
        self.keeps.store(keep, Ordering::Relaxed);
    }

    pub(super) fn keeps(&self) -> bool {
        self.keeps.load(Ordering::Relaxed)
    }

    pub(super) fn append(&self, entry: JournalEntry) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    pub(super) fn entries(&self) -> Vec<JournalEntry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
