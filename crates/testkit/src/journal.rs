//! What was asked of a target.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use hyper::Method;
use tokio::sync::Notify;

use crate::connections::{Answer, HangUp};

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
pub(crate) struct Journal {
    counts: [AtomicU64; 5],
    keeps: AtomicBool,
    entries: Mutex<Vec<JournalEntry>>,
    pub(crate) answered: Notify,
}

impl Journal {
    fn count(&self, method: &Method) {
        let at = match *method {
            Method::POST => 1,
            Method::PUT => 2,
            Method::PATCH => 3,
            Method::DELETE => 4,
            _ => 0,
        };
        self.counts[at].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> Counts {
        let [get, post, put, patch, delete] =
            [0, 1, 2, 3, 4].map(|at| self.counts[at].load(Ordering::Relaxed));
        Counts { get, post, put, patch, delete }
    }

    pub(crate) fn keep(&self, keep: bool) {
        self.keeps.store(keep, Ordering::Relaxed);
    }

    /// Writes down a request and what became of it, if requests are written down.
    pub(crate) async fn record<F>(&self, method: &Method, path: &str, serve: F) -> Result<Answer, HangUp>
    where
        F: Future<Output = Result<(Answer, Bytes), HangUp>>,
    {
        self.count(method);
        let outcome = serve.await;
        self.answered.notify_one();
        if self.keeps.load(Ordering::Relaxed) {
            let (status, body) = match &outcome {
                Ok((answer, body)) => (answer.status().as_u16(), body.clone()),
                Err(_) => (0, Bytes::new()),
            };
            let body = String::from_utf8_lossy(&body).into_owned();
            self.append(JournalEntry { method: method.to_string(), path: path.to_owned(), status, body });
        }
        outcome.map(|(answer, _)| answer)
    }

    fn append(&self, entry: JournalEntry) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    pub(crate) fn entries(&self) -> Vec<JournalEntry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
