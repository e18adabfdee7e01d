//! HTTP Digest, RFC 7616 with MD5, which is what the service had in 2010.
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use md5::{Digest as _, Md5};

pub(super) const REALM: &str = "Application";

/// The nonces that were given out, each with its largest count so far.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    given: Mutex<HashMap<String, u32>>,
}

/// What a client that proves itself sent.
#[derive(Debug)]
pub(super) struct Proof {
    parts: HashMap<String, String>,
}

impl Nonces {
    /// The challenge for a request without a good proof. `stale` says that the proof was right, but its nonce old.
    pub(super) fn challenge(&self, stale: bool) -> String {
        let mut given = self.given();
        // Texts in quotes may have what separates outside of them.
        let nonce = format!("bm9uY2U=,{}", given.len() + 1);
        given.insert(nonce.clone(), 0);
        let stale = if stale { ", stale=true" } else { "" };
        format!(
            "Digest realm=\"{REALM}\", qop=\"auth\", algorithm=MD5, nonce=\"{nonce}\", opaque=\"b3BhcXVl\"{stale}"
        )
    }

    /// Whether the proof's nonce is ours, not used up, and counted on. RFC 7616 3.4: the count is hexadecimal.
    pub(super) fn accept(&self, proof: &Proof, uses: Option<u32>) -> bool {
        let mut given = self.given();
        let Some(last) = given.get_mut(proof.part("nonce")) else { return false };
        let count = if proof.part("qop").is_empty() {
            *last + 1
        } else {
            u32::from_str_radix(proof.part("nc"), 16).unwrap_or(0)
        };
        if count <= *last || uses.is_some_and(|uses| count > uses) {
            return false;
        }
        *last = count;
        true
    }

    fn given(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Proof {
    /// Reads what follows `Digest` in the header.
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = HashMap::new();
        let mut rest = text.trim();
        while let Some((name, tail)) = rest.split_once('=') {
            let (value, tail) = match tail.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => tail.split_at(tail.find(',').unwrap_or(tail.len())),
            };
            parts.insert(name.trim().to_lowercase(), value.trim().to_owned());
            rest = tail.trim_start().trim_start_matches(',').trim_start();
        }
        Self { parts }
    }

    pub(super) fn part(&self, name: &str) -> &str {
        self.parts.get(name).map_or("", String::as_str)
    }

    /// Whether this is what somebody sends who knows the password and asks for this.
    pub(super) fn proves(&self, realm: &str, password: &str, method: &str, target: &str) -> bool {
        let part = |name| self.part(name);
        let who = md5(&format!("{}:{realm}:{password}", part("username")));
        let what = md5(&format!("{method}:{target}"));
        let whole = match part("qop") {
            "" => md5(&format!("{who}:{}:{what}", part("nonce"))),
            qop => md5(&format!("{who}:{}:{}:{}:{qop}:{what}", part("nonce"), part("nc"), part("cnonce"))),
        };
        part("uri") == target && part("realm") == realm && whole.eq_ignore_ascii_case(part("response"))
    }
}

fn md5(text: &str) -> String {
    Md5::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_2617_is_proof() {
        let text = r#"username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
            uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b",
            response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
        let proof = Proof::parse(text);
        let prove = |password, method, target| proof.proves("testrealm@host.com", password, method, target);
        assert!(prove("Circle Of Life", "GET", "/dir/index.html"));
        assert!(!prove("Circle of life!", "GET", "/dir/index.html"));
        assert!(!prove("Circle Of Life", "PUT", "/dir/index.html"));
        assert!(!prove("Circle Of Life", "GET", "/dir/other.html"));
    }

    #[test]
    fn a_nonce_is_counted_on_and_used_up() {
        let nonces = Nonces::default();
        let challenge = nonces.challenge(false);
        assert!(challenge.contains("nonce=\"bm9uY2U=,1\""), "{challenge}");
        let proof = |count| Proof::parse(&format!("nonce=\"bm9uY2U=,1\", qop=auth, nc={count}"));
        assert!(nonces.accept(&proof("00000001"), Some(10)));
        assert!(!nonces.accept(&proof("00000001"), Some(10)), "sent again by somebody who listened");
        assert!(nonces.accept(&proof("0000000a"), Some(10)));
        assert!(!nonces.accept(&proof("0000000b"), Some(10)), "used up");
        assert!(!nonces.accept(&Proof::parse("nonce=other, nc=00000001"), None));
    }
}
