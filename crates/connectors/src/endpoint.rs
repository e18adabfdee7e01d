//! The way to one target: its site, and the proof of who we are.
//!
//! Invariants:
//! - Redirects are followed for GET, on the same scheme, host and port, and at most three times.
//! - A refused proof is tried once more with another one, where there is one.
use std::fmt;

use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};
use tracing::Instrument;
use url::Url;

use crate::auth::Authorizer;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::gallery::Template;
use crate::http::{Answer, Call, Failed, HttpKit, Prepared, Received, Site};
use crate::profile::Profile;
use crate::target::TargetConfig;

/// Redirects on the same host that a GET follows.
const MOST_REDIRECTS: usize = 3;

/// See the module.
pub(crate) struct Endpoint {
    site: Site,
    authorizer: Authorizer,
}

impl Endpoint {
    /// The way to this target, with its credentials, limits and headers. Sends nothing.
    pub(crate) fn open(
        template: &Template,
        target: &TargetConfig,
        profile: &Profile,
        kit: &HttpKit,
    ) -> Result<Self> {
        let method = template.method(&target.credentials.method).ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::Misconfigured,
                format!("The gallery file of {} declares no credential method.", template.name),
                "Correct the gallery file.",
            )
        })?;
        let authorizer = Authorizer::new(method, &target.credentials, kit)?;
        let site = kit.site(&target.tenant_url)?;
        let site = site.with_limits(&profile.common.limits).with_headers(profile.request_headers()?);
        Ok(Self::new(site, authorizer))
    }

    fn new(site: Site, authorizer: Authorizer) -> Self {
        site.blot_out(authorizer.secrets());
        Self { site, authorizer }
    }

    /// Sends `call` and reads the whole answer.
    ///
    /// # Errors
    /// When no complete answer came. Answers with an error status are answers.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer> {
        let mut prepared = self.site.prepare(call)?;
        let span = prepared.span.clone();
        let outcome = self.converse(&mut prepared).instrument(span).await;
        // Tokens may have been got meanwhile.
        self.site.blot_out(self.authorizer.secrets());
        self.site.conclude(prepared, outcome)
    }

    /// One question and its final answer: with redirects.
    async fn converse(&self, prepared: &mut Prepared) -> Result<Received, Failed> {
        self.site.vet().await?;
        let mut url = prepared.url.clone();
        let mut followed = 0;
        loop {
            let received = self.authorized(prepared, &url).await?;
            let next = if prepared.method == Method::GET { find_redirect(&url, &received) } else { None };
            match next {
                Some(next) if followed < MOST_REDIRECTS => url = next,
                _ => return Ok(received),
            }
            followed += 1;
        }
    }

    /// With credentials, and once more with others when the target asks for them.
    async fn authorized(&self, prepared: &mut Prepared, url: &Url) -> Result<Received, Failed> {
        let proof = self.authorizer.headers(&prepared.method, url).await.map_err(Failed::Refused)?;
        let received = self.site.exchange(prepared, url, &proof).await?;
        if received.0 != StatusCode::UNAUTHORIZED {
            return Ok(received);
        }
        let other = self.authorizer.challenged(&prepared.method, url, &received.1, &proof).await;
        match other.map_err(Failed::Refused)? {
            Some(other) => self.site.exchange(prepared, url, &other).await,
            None => Ok(received),
        }
    }

    /// Host name of the target.
    pub(crate) fn host(&self) -> &str {
        self.site.host()
    }

    /// The beginning of a body as text, without the credentials in case the target echoes them.
    pub(crate) fn excerpt(&self, body: &[u8]) -> String {
        self.site.excerpt(body)
    }

    /// `text` without the credentials.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.site.redact(text)
    }
}

/// Where an answer points to, if that is on the same host.
fn find_redirect(from: &Url, (status, headers, _): &Received) -> Option<Url> {
    let redirects = matches!(
        *status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = headers.get(LOCATION).filter(|_| redirects)?.to_str().ok()?;
    let next = from.join(location).ok()?;
    let same = next.scheme() == from.scheme()
        && next.host() == from.host()
        && next.port_or_known_default() == from.port_or_known_default()
        && next.username().is_empty()
        && next.password().is_none();
    same.then_some(next)
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("site", &self.site).field("authorizer", &self.authorizer).finish()
    }
}

#[cfg(test)]
mod tests;
