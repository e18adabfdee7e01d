//! Credential methods: how a request proves who we are.
//!
//! A gallery file declares the methods of its application ([`CredentialMethod`]), an administrator enters the fields,
//! and an [`Authorizer`] turns both into the headers of each request. When the target answers 401 it may have one more
//! try: with Digest where the server asks for it, with a refreshed token where the old one ended early.
//!
//! Invariants:
//! - Header values are marked sensitive; `Debug` shows no secret; [`Authorizer::secrets`] names everything that
//!   transcripts must blot out.
//! - A refresh token that a server handed out is stored before the access token that came with it is used.
//! - Tokens are asked for through the same kit as everything else that leaves.
//!
//! Deliberately absent: where secrets are stored (store), the consent page's routes (server).
//!
//! To add a method: 1. a word in [`CredentialKind`], 2. an arm in [`Authorizer::new`], 3. the fields it needs in the
//! gallery's validation, 4. a server in the testkit that insists on it.
mod basic;
mod credentials;
mod expiry;
pub mod oauth;
mod token_source;
mod wire;

use std::fmt;

use purser_domain::secret::Secret;
use reqwest::Method;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
    HeaderValue, TRANSFER_ENCODING, UPGRADE,
};
use url::Url;

use crate::error::Result;
use crate::gallery::{CredentialKind, CredentialMethod};
use crate::http::HttpKit;
use basic::Basic;
pub use credentials::{Credentials, HEADER_NAME, PASSWORD, SECRET_TOKEN, TokenVault, Tokens, USER_NAME};
use credentials::{header_value, misconfigured, required};
pub use expiry::read_expiry;
use token_source::TokenSource;

/// Proves to one target who we are.
pub(crate) enum Authorizer {
    /// Nothing.
    None,
    Token {
        header: HeaderName,
        value: HeaderValue,
        token: Secret,
    },
    Basic(Box<Basic>),
    OAuth(Box<TokenSource>),
}

impl Authorizer {
    /// From what the gallery file declares and the administrator entered. Sends nothing.
    pub(crate) fn new(method: &CredentialMethod, credentials: &Credentials, kit: &HttpKit) -> Result<Self> {
        Ok(match method.kind {
            CredentialKind::None => Self::None,
            CredentialKind::Bearer => match credentials.value(SECRET_TOKEN) {
                Some(token) => with_token(method, credentials, token)?,
                // Some targets, mostly on test machines, ask for nothing.
                None => Self::None,
            },
            CredentialKind::Basic => Self::Basic(Box::new(Basic::new(
                required(method, credentials, USER_NAME)?,
                required(method, credentials, PASSWORD)?,
            )?)),
            CredentialKind::ClientCredentials | CredentialKind::AuthorizationCode => {
                Self::OAuth(Box::new(TokenSource::new(method, credentials, kit)?))
            }
        })
    }

    /// The headers that this request carries.
    pub(crate) async fn headers(&self, method: &Method, url: &Url) -> Result<HeaderMap> {
        let mut headers = HeaderMap::with_capacity(1);
        match self {
            Self::None => {}
            Self::Token { header, value, .. } => {
                headers.insert(header.clone(), value.clone());
            }
            Self::Basic(basic) => {
                headers.insert(AUTHORIZATION, basic.header(method, url)?);
            }
            Self::OAuth(session) => {
                headers.insert(AUTHORIZATION, session.header().await?);
            }
        }
        Ok(headers)
    }

    /// Other headers to try once more with, after the answer 401 with these headers; `None` when there is nothing
    /// else to try. `sent`: what [`headers`](Self::headers) gave for the refused request.
    pub(crate) async fn challenged(
        &self,
        method: &Method,
        url: &Url,
        answer: &HeaderMap,
        sent: &HeaderMap,
    ) -> Result<Option<HeaderMap>> {
        let value = match self {
            Self::None | Self::Token { .. } => None,
            Self::Basic(basic) => basic.answer(method, url, answer, sent.get(AUTHORIZATION))?,
            Self::OAuth(session) => session.renew(sent.get(AUTHORIZATION)).await?,
        };
        Ok(value.map(|value| HeaderMap::from_iter([(AUTHORIZATION, value)])))
    }

    /// Everything that must not stand in a log.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::None => Vec::new(),
            Self::Token { token, .. } => vec![token.clone()],
            Self::Basic(basic) => basic.secrets(),
            Self::OAuth(session) => session.secrets(),
        }
    }
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "Authorizer(none)",
            Self::Token { .. } => "Authorizer(token)",
            Self::Basic(_) => "Authorizer(basic)",
            Self::OAuth(_) => "Authorizer(oauth)",
        })
    }
}

fn with_token(method: &CredentialMethod, credentials: &Credentials, token: &Secret) -> Result<Authorizer> {
    let name = credentials.value(HEADER_NAME).map(Secret::expose).or(method.header.as_deref());
    let header = match name {
        None => AUTHORIZATION,
        Some(name) => HeaderName::try_from(name.trim()).map_err(|_| {
            misconfigured(
                format!("\"{name}\" can't be the name of a header."),
                "A header's name has letters, digits and hyphens only, for example X-Api-Key.",
            )
        })?,
    };
    if OURS.contains(&header) {
        return Err(misconfigured(
            format!("The header {header} can't carry a token."),
            "Enter the header that the application's documentation names, for example X-Api-Key.",
        ));
    }
    let scheme = method.scheme.as_deref().unwrap_or("Bearer");
    // What is copied from a page or an example often has more around it than the token.
    let mut text = token.expose().trim();
    if let Some((word, rest)) = text.split_once(' ')
        && word.eq_ignore_ascii_case(scheme)
    {
        text = rest.trim_start();
    }
    let token = Secret::new(text);
    let value = if scheme.is_empty() { text.to_owned() } else { format!("{scheme} {text}") };
    Ok(Authorizer::Token { header, value: header_value(value)?, token })
}

/// Headers that belong to the request itself.
const OURS: [HeaderName; 7] =
    [HOST, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, UPGRADE, ACCEPT];

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn method(text: &str) -> CredentialMethod {
        toml::from_str(text).unwrap()
    }

    fn credentials(pairs: &[(&str, &str)]) -> Credentials {
        let values = pairs.iter().map(|(key, value)| ((*key).to_owned(), Secret::new(*value))).collect();
        Credentials { values, ..Credentials::default() }
    }

    async fn sent(method_text: &str, pairs: &[(&str, &str)]) -> Result<HeaderMap> {
        let kit = HttpKit::new(crate::EgressPolicy::default()).unwrap();
        let authorizer = Authorizer::new(&method(method_text), &credentials(pairs), &kit)?;
        authorizer.headers(&Method::GET, &Url::parse("https://x.example/Users").unwrap()).await
    }

    #[tokio::test]
    async fn a_token_goes_into_the_header_that_is_declared_or_chosen() {
        let bearer = "id = \"t\"\nkind = \"bearer\"\nlabel = \"T\"\n";
        let headers = sent(bearer, &[(SECRET_TOKEN, "abc")]).await.unwrap();
        assert_eq!(headers[AUTHORIZATION], "Bearer abc");
        assert!(headers[AUTHORIZATION].is_sensitive());
        let own = format!("{bearer}header = \"X-Samanage-Authorization\"\n");
        let headers = sent(&own, &[(SECRET_TOKEN, "abc")]).await.unwrap();
        assert_eq!(headers["X-Samanage-Authorization"], "Bearer abc");
        let plain = format!("{bearer}scheme = \"\"\n");
        let headers = sent(&plain, &[(SECRET_TOKEN, "abc"), (HEADER_NAME, "x-api-key")]).await.unwrap();
        assert_eq!(headers["X-Api-Key"], "abc");
        assert!(!headers.contains_key(AUTHORIZATION));
    }

    #[tokio::test]
    async fn what_cannot_stand_in_a_header_is_refused_with_a_sentence_and_not_shown() {
        let bearer = "id = \"t\"\nkind = \"bearer\"\nlabel = \"T\"\n";
        let error = sent(bearer, &[(SECRET_TOKEN, "a\nb")]).await.unwrap_err();
        assert!(!format!("{error:?}").contains("a\\nb"), "{error:?}");
        for name in ["X Key", "Host", "content-length", "Transfer-Encoding"] {
            assert!(sent(bearer, &[(SECRET_TOKEN, "abc"), (HEADER_NAME, name)]).await.is_err(), "{name}");
        }
    }

    #[tokio::test]
    async fn what_was_copied_around_a_token_is_left_out() {
        let bearer = "id = \"t\"\nkind = \"bearer\"\nlabel = \"T\"\n";
        for text in [" abc\n", "Bearer abc", "bearer  abc"] {
            let headers = sent(bearer, &[(SECRET_TOKEN, text)]).await.unwrap();
            assert_eq!(headers[AUTHORIZATION], "Bearer abc", "{text}");
        }
    }

    #[tokio::test]
    async fn a_user_name_and_a_password_are_sent_as_basic_at_first() {
        let basic = "id = \"b\"\nkind = \"basic\"\nlabel = \"B\"\n";
        let headers = sent(basic, &[(USER_NAME, "Aladdin"), (PASSWORD, "open sesame")]).await.unwrap();
        assert_eq!(headers[AUTHORIZATION], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let error = sent(basic, &[(USER_NAME, "Aladdin")]).await.unwrap_err();
        assert_eq!(error.message(), "No Password is stored.");
    }
}
