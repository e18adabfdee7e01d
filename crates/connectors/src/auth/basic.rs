//! User name and password: HTTP Basic (RFC 7617), and Digest (RFC 7616) from the moment a server asks for it.
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use digest_auth::{AuthContext, HttpMethod, WwwAuthenticateHeader};
use purser_domain::secret::Secret;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use url::{Position, Url};

use super::credentials::{header_value, misconfigured};
use crate::error::Result;

/// See the module.
pub(crate) struct Basic {
    user: Secret,
    password: Secret,
    /// What Basic sends: user name and password in base64.
    pair: Secret,
    header: HeaderValue,
    /// The server's challenge, once it asked for Digest; it counts the requests that used its nonce.
    challenge: Mutex<Option<WwwAuthenticateHeader>>,
}

impl Basic {
    pub(super) fn new(user: &Secret, password: &Secret) -> Result<Self> {
        if user.expose().contains(':') {
            return Err(misconfigured(
                "The Admin Username holds a colon.".to_owned(),
                "HTTP can't tell it from the password then; use an account without one.",
            ));
        }
        let pair = STANDARD.encode(format!("{}:{}", user.expose(), password.expose()));
        Ok(Self {
            user: user.clone(),
            password: password.clone(),
            header: header_value(format!("Basic {pair}"))?,
            pair: Secret::new(pair),
            challenge: Mutex::default(),
        })
    }

    /// What a request carries: Digest when the server asked for it before.
    pub(super) fn header(&self, method: &Method, url: &Url) -> Result<HeaderValue> {
        let mut challenge = self.challenge.lock().unwrap_or_else(PoisonError::into_inner);
        match challenge.as_mut() {
            Some(challenge) => self.respond(challenge, method, url),
            None => Ok(self.header.clone()),
        }
    }

    /// What answers a 401 that asks for Digest: with the first nonce, or a new one in place of a stale one. A server
    /// that refuses its own fresh nonce refuses the password, and the caller asks only once. `sent`: the proof that was
    /// refused. It decides, and not what is known by now: of ten requests at a time all are asked for Digest.
    pub(super) fn answer(
        &self,
        method: &Method,
        url: &Url,
        answer: &HeaderMap,
        sent: Option<&HeaderValue>,
    ) -> Result<Option<HeaderValue>> {
        let wanted = answer
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .filter_map(find_digest)
            .filter_map(|text| digest_auth::parse(text).ok())
            .next();
        let Some(mut wanted) = wanted else { return Ok(None) };
        let sent = sent.and_then(|sent| sent.to_str().ok()).filter(|sent| sent.starts_with("Digest "));
        let used = sent.is_some_and(|sent| sent.contains(&format!("nonce=\"{}\"", wanted.nonce)));
        if used && !wanted.stale {
            return Ok(None);
        }
        let mut challenge = self.challenge.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(had) = challenge.as_mut()
            && had.nonce == wanted.nonce
            && !wanted.stale
        {
            // Its count goes on: a server takes the same count twice for a replay.
            return self.respond(had, method, url).map(Some);
        }
        let value = self.respond(&mut wanted, method, url)?;
        *challenge = Some(wanted);
        Ok(Some(value))
    }

    pub(super) fn secrets(&self) -> Vec<Secret> {
        vec![self.password.clone(), self.pair.clone()]
    }

    fn respond(
        &self,
        challenge: &mut WwwAuthenticateHeader,
        method: &Method,
        url: &Url,
    ) -> Result<HeaderValue> {
        let place = &url[Position::BeforePath..Position::AfterQuery];
        let context = AuthContext::new_with_method(
            self.user.expose(),
            self.password.expose(),
            place,
            None::<&[u8]>,
            HttpMethod::from(method.as_str()),
        );
        let response = challenge.respond(&context).map_err(|error| {
            misconfigured(
                format!("The application asks for a kind of sign-in that can't be answered: {error}."),
                "Use a token instead of a user name and password, if the application offers one.",
            )
        })?;
        header_value(response.to_header_string())
    }
}

/// The Digest challenge in a header that may hold several.
fn find_digest(text: &str) -> Option<&str> {
    let at = text.to_ascii_lowercase().find("digest ")?;
    text.get(at..)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str =
        r#"Digest realm="api", qop="auth", algorithm=SHA-256, nonce="7ypf", opaque="FQhe""#;

    fn asked(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(WWW_AUTHENTICATE, HeaderValue::from_static(text))])
    }

    #[test]
    fn digest_is_used_once_the_server_asks_and_its_nonce_is_counted() {
        let basic = Basic::new(&Secret::new("ann"), &Secret::new("pw")).unwrap();
        let url = Url::parse("https://x.example/users.json?per_page=1").unwrap();
        let first = basic.answer(&Method::GET, &url, &asked(CHALLENGE), None).unwrap().unwrap();
        let first = first.to_str().unwrap();
        assert!(first.starts_with("Digest username=\"ann\""), "{first}");
        assert!(first.contains("uri=\"/users.json?per_page=1\"") && first.contains("nc=00000001"), "{first}");
        let second = basic.header(&Method::GET, &url).unwrap();
        assert!(second.to_str().unwrap().contains("nc=00000002"));
    }

    #[test]
    fn the_same_challenge_again_means_that_the_password_is_wrong() {
        let basic = Basic::new(&Secret::new("ann"), &Secret::new("pw")).unwrap();
        let url = Url::parse("https://x.example/").unwrap();
        let answer =
            |text, sent: Option<&HeaderValue>| basic.answer(&Method::GET, &url, &asked(text), sent).unwrap();
        let first = answer(CHALLENGE, Some(&basic.header)).unwrap();
        assert!(answer(CHALLENGE, Some(&first)).is_none());
        assert!(answer("Basic realm=\"api\"", None).is_none());
    }

    #[test]
    fn requests_at_the_same_time_are_all_answered_and_each_counts() {
        let basic = Basic::new(&Secret::new("ann"), &Secret::new("pw")).unwrap();
        let url = Url::parse("https://x.example/").unwrap();
        // All went out with Basic, and the server gives all the same nonce.
        for count in ["nc=00000001", "nc=00000002", "nc=00000003"] {
            let value =
                basic.answer(&Method::GET, &url, &asked(CHALLENGE), Some(&basic.header)).unwrap().unwrap();
            assert!(value.to_str().unwrap().contains(count), "{value:?}");
        }
    }

    #[test]
    fn a_digest_challenge_beside_others_is_found() {
        assert!(
            find_digest("Basic realm=\"x\", Digest realm=\"x\", nonce=\"n\"").unwrap().starts_with("Digest")
        );
        assert!(find_digest("Bearer").is_none());
    }
}
