//! Encryption of secrets at rest: XChaCha20-Poly1305 under the master key, with a random nonce each time.
//!
//! The application's id and the secret's name are authenticated along, so that a ciphertext moved to another row does
//! not decrypt.

use chacha20poly1305::{
    AeadCore, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, OsRng, Payload},
};
use purser_domain::ids::{AppId, JobId};

const NONCE_LENGTH: usize = 24;
/// What sets the nonces of seeds apart from the random ones of secrets.
const SEED_LABEL: &[u8; 8] = b"job-seed";

/// Encrypts and decrypts under one key.
pub(crate) struct Cipher {
    inner: XChaCha20Poly1305,
}

/// What is stored of a secret.
pub(crate) struct Sealed {
    pub(crate) nonce: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

impl Cipher {
    pub(crate) fn new(master_key: &[u8; 32]) -> Self {
        Self { inner: XChaCha20Poly1305::new(master_key.into()) }
    }

    /// `None` when the text is too long to encrypt.
    pub(crate) fn seal(&self, app: AppId, name: &str, plain: &str) -> Option<Sealed> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let aad = associated(app, name);
        let ciphertext = self.inner.encrypt(&nonce, Payload { msg: plain.as_bytes(), aad: &aad }).ok()?;
        Some(Sealed { nonce: nonce.to_vec(), ciphertext })
    }

    /// `None` when key, application, name or bytes are not those that it was sealed with.
    pub(crate) fn open(&self, app: AppId, name: &str, sealed: &Sealed) -> Option<String> {
        if sealed.nonce.len() != NONCE_LENGTH {
            return None;
        }
        let aad = associated(app, name);
        let payload = Payload { msg: &sealed.ciphertext, aad: &aad };
        let plain = self.inner.decrypt(XNonce::from_slice(&sealed.nonce), payload).ok()?;
        String::from_utf8(plain).ok()
    }

    /// 32 bytes that only the holder of the master key can know, the same each time for one job: the key stream of a
    /// nonce that belongs to the job. They are never used to encrypt anything.
    ///
    /// `None` never happens for a text this short; the cipher's signature allows for it.
    pub(crate) fn derive_seed(&self, job: JobId) -> Option<[u8; 32]> {
        let nonce = [job.as_uuid().as_bytes().as_slice(), SEED_LABEL].concat();
        let stream = self.inner.encrypt(XNonce::from_slice(&nonce), [0_u8; 32].as_slice()).ok()?;
        stream.first_chunk().copied()
    }
}

fn associated(app: AppId, name: &str) -> Vec<u8> {
    [app.as_uuid().as_bytes().as_slice(), name.as_bytes()].concat()
}
