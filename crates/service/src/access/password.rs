//! Passwords: argon2id, off the async threads, a few at a time.
use crate::error::{Checked, Result, ServiceError, invalid};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::{Arc, OnceLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Fewest characters of a password.
pub(crate) const MIN_LENGTH: usize = 12;
/// Most characters: beyond it, hashing only costs the server.
pub(crate) const MAX_LENGTH: usize = 256;
/// Hashes computed at the same time; each takes [`MEMORY_KIB`], so this bounds what a flood of sign-ins can take.
const CONCURRENT: usize = 2;
/// Sign-ins under way at the same time. Whoever comes beyond is told to try again at once: a queue of strangers would
/// take every connection that there is.
const QUEUE: usize = 32;
/// Memory of one hash, OWASP's first choice for argon2id together with two passes and one lane.
const MEMORY_KIB: u32 = 19 * 1024;

/// Hashes and verifies passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    turn: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Verified for accounts that don't exist, so that the time taken does not tell them apart.
    decoy: Arc<OnceLock<String>>,
}

impl Default for Passwords {
    fn default() -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self { turn: semaphore(CONCURRENT), queue: semaphore(QUEUE), decoy: Arc::default() }
    }
}

impl Passwords {
    /// A place among the sign-ins under way, kept until it is dropped; `None` when all are taken.
    pub(crate) fn queue_up(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.queue).try_acquire_owned().ok()
    }

    /// The hash to store.
    pub(crate) async fn hash(&self, password: String) -> Result<String> {
        self.in_turn(move || hash(&password)).await
    }

    /// Whether `password` belongs to `stored`; takes as long and is never true when nothing is stored.
    pub(crate) async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        let decoy = Arc::clone(&self.decoy);
        self.in_turn(move || {
            let known = stored.is_some();
            let stored = match stored {
                Some(stored) => stored,
                None => match decoy.get() {
                    Some(stored) => stored.clone(),
                    None => {
                        let made = hash("nobody's password")?;
                        decoy.get_or_init(|| made).clone()
                    }
                },
            };
            let parsed = PasswordHash::new(&stored)
                .map_err(|error| ServiceError::internal("read a stored password hash", error.to_string()))?;
            Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.turn)
            .acquire_owned()
            .await
            .map_err(|error| ServiceError::internal("wait for a turn to hash a password", error))?;
        let work = move || {
            // A hash that has begun goes on when whoever asked has hung up, and so does its turn.
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| ServiceError::internal("run the hashing of a password", error))?
    }
}

/// Refuses passwords that are too easy or too long.
pub(crate) fn check_password(password: &str, email: &str) -> Checked<()> {
    let length = password.chars().count();
    if length < MIN_LENGTH {
        return Err(invalid(format!(
            "The password needs at least {MIN_LENGTH} characters; this one has {length}."
        ))
        .field("password"));
    }
    if length > MAX_LENGTH {
        return Err(
            invalid(format!("The password can have at most {MAX_LENGTH} characters.")).field("password")
        );
    }
    let mut letters = password.chars();
    let first = letters.next();
    if letters.all(|letter| Some(letter) == first) {
        return Err(invalid("The password is one character repeated. Choose another.").field("password"));
    }
    if password.to_lowercase() == email.to_lowercase() {
        return Err(invalid("The password is the e-mail address. Choose another.").field("password"));
    }
    Ok(())
}

fn hash(password: &str) -> Result<String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())
        .map_err(|error| ServiceError::internal("make a salt", error.to_string()))?;
    let hash = argon2()?
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| ServiceError::internal("hash a password", error.to_string()))?;
    Ok(hash.to_string())
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, 2, 1, None)
        .map_err(|error| ServiceError::internal("set up argon2", error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::time::Duration;

    #[tokio::test]
    async fn a_hash_verifies_its_own_password_and_no_other() {
        let passwords = Passwords::default();
        let stored = passwords.hash("correct horse battery".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse battery".into(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.verify("correct horse batterY".into(), Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_the_decoys_password() {
        let passwords = Passwords::default();
        assert!(!passwords.verify("nobody's password".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn whoever_hangs_up_gives_no_turn_to_another() {
        let passwords = Passwords::default();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        for _ in 0..CONCURRENT * 4 {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            let hash = passwords.in_turn(move || {
                most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                std::thread::sleep(Duration::from_millis(200));
                running.fetch_sub(1, SeqCst);
                Ok(())
            });
            let _hung_up = tokio::time::timeout(Duration::from_millis(10), hash).await;
        }
        assert_eq!(most.load(SeqCst), CONCURRENT);
    }

    #[test]
    fn easy_and_endless_passwords_are_refused_with_their_field() {
        for password in ["short", "aaaaaaaaaaaaaa", "ann@example.org", &"x".repeat(257)] {
            let problem = check_password(password, "Ann@example.org").unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("password"));
        }
        assert!(check_password("correct horse battery", "ann@example.org").is_ok());
    }
}
