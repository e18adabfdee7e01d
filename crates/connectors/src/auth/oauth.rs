//! OAuth 2.0 (RFC 6749): client credentials, and authorization code with PKCE (RFC 7636).
//!
//! The consent has two halves: [`begin_consent`] gives the address to which the administrator's browser goes, and
//! [`finish_consent`] exchanges the code that it comes back with. Between the two, `service` keeps `state` and
//! `verifier`, and compares the state.
use std::time::Duration;

use jiff::Timestamp;
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicRequestTokenError, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenResponse, TokenUrl,
};
use purser_domain::secret::Secret;
use url::Url;

use super::credentials::{Credentials, Tokens, misconfigured, required};
use super::wire::Wire;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::gallery::{CredentialKind, CredentialMethod};
use crate::http::HttpKit;

/// Key of the client's id.
pub const CLIENT_ID: &str = "Oauth2ClientId";
/// Key of the client's secret.
pub const CLIENT_SECRET: &str = "Oauth2ClientSecret";
/// Key of the address where tokens are handed out.
pub const TOKEN_URL: &str = "Oauth2TokenExchangeUri";
/// Key of the address where the administrator consents.
pub const AUTHORIZATION_URL: &str = "Oauth2AuthorizationUri";
/// Key of what is asked for, separated by spaces, where the gallery file names no scopes.
pub const SCOPES: &str = "Oauth2Scopes";

/// A consent that was begun.
#[derive(Debug, Clone)]
pub struct Consent {
    /// Where the administrator's browser goes.
    pub url: String,
    /// Comes back unchanged, or the answer is a forgery.
    pub state: Secret,
    /// Proves to the server that the code comes from where the consent began.
    pub verifier: Secret,
}

/// Begins a consent: sends nothing.
pub fn begin_consent(
    method: &CredentialMethod,
    credentials: &Credentials,
    redirect_uri: &str,
) -> Result<Consent> {
    let server = Server::new(method, credentials)?;
    let address = address(method, credentials, method.authorization_url.as_deref(), AUTHORIZATION_URL)?;
    let client = server
        .client
        .set_auth_uri(AuthUrl::from_url(address))
        .set_redirect_uri(parse_redirect(redirect_uri)?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(server.scopes)
        .set_pkce_challenge(challenge)
        .url();
    Ok(Consent {
        url: url.into(),
        state: Secret::new(state.into_secret()),
        verifier: Secret::new(verifier.into_secret()),
    })
}

/// Exchanges the code that a consent gave for tokens.
///
/// # Errors
/// [`ErrorKind::Auth`] when the server refuses the client, [`ErrorKind::Consent`] when it refuses the code; otherwise as for any
/// request.
pub async fn finish_consent(
    method: &CredentialMethod,
    credentials: &Credentials,
    kit: &HttpKit,
    code: &str,
    verifier: &Secret,
    redirect_uri: &str,
    now: Timestamp,
) -> Result<Tokens> {
    let server = Server::new(method, credentials)?;
    let redirect = parse_redirect(redirect_uri)?;
    let asked = Asked::Code { code, verifier, redirect: &redirect };
    Ok(server.ask(kit, &asked).await?.into_tokens(None, now))
}

/// What tokens are asked for with.
enum Asked<'a> {
    /// Nothing but the client.
    Client,
    Code {
        code: &'a str,
        verifier: &'a Secret,
        redirect: &'a RedirectUrl,
    },
    Refresh(&'a Secret),
}

/// An authorization server with us as its client.
#[derive(Debug, Clone)]
pub(super) struct Server {
    client: BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>,
    scopes: Vec<Scope>,
    host: String,
    client_secret: Secret,
    kind: CredentialKind,
}

/// What a server handed out.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    pub(super) lasts: Option<Duration>,
}

impl Server {
    pub(super) fn new(method: &CredentialMethod, credentials: &Credentials) -> Result<Self> {
        let token_url = address(method, credentials, method.token_url.as_deref(), TOKEN_URL)?;
        let host = token_url.host_str().unwrap_or_default().to_owned();
        let id = required(method, credentials, CLIENT_ID)?.expose().trim().to_owned();
        let client_secret = credentials.value(CLIENT_SECRET).cloned().unwrap_or_else(|| Secret::new(""));
        let mut client = BasicClient::new(ClientId::new(id)).set_token_uri(TokenUrl::from_url(token_url));
        if !client_secret.is_empty() {
            client = client.set_client_secret(ClientSecret::new(client_secret.expose().to_owned()));
        }
        let own =
            credentials.value(SCOPES).map(|scopes| scopes.expose().split_whitespace().map(str::to_owned));
        let scopes = match own {
            Some(scopes) => scopes.map(Scope::new).collect(),
            None => method.scopes.iter().cloned().map(Scope::new).collect(),
        };
        Ok(Self { client, scopes, host, client_secret, kind: method.kind })
    }

    /// Tells one client of one server from another.
    pub(super) fn identity(&self) -> String {
        format!("{} {}", self.client.client_id().as_str(), self.client.token_uri().as_str())
    }

    /// Asks for tokens on our own behalf.
    pub(super) async fn grant(&self, kit: &HttpKit) -> Result<Granted> {
        self.ask(kit, &Asked::Client).await
    }

    /// Asks for new tokens with the refresh token.
    pub(super) async fn refresh(&self, kit: &HttpKit, refresh: &Secret) -> Result<Granted> {
        self.ask(kit, &Asked::Refresh(refresh)).await
    }

    /// RFC 6749, 2.3.1: every server takes the client's secret in the header. Some don't know that, and are asked once
    /// more with the secret in the body. They refuse the client before they look at anything else, so that a code or a
    /// refresh token, which is good once, is not used up by the first attempt.
    async fn ask(&self, kit: &HttpKit, asked: &Asked<'_>) -> Result<Granted> {
        let mut outcome = self.ask_as(kit, asked, AuthType::BasicAuth).await;
        if !self.client_secret.is_empty() && outcome.as_ref().is_err_and(refuses_client) {
            outcome = self.ask_as(kit, asked, AuthType::RequestBody).await;
        }
        outcome.map(|granted| Granted::from(&granted)).map_err(|error| self.explain(error))
    }

    async fn ask_as(
        &self,
        kit: &HttpKit,
        asked: &Asked<'_>,
        auth_type: AuthType,
    ) -> Result<BasicTokenResponse, BasicRequestTokenError<ConnectorError>> {
        let client = self.client.clone().set_auth_type(auth_type);
        let wire = |secrets| Wire { kit: kit.clone(), secrets };
        match asked {
            Asked::Client => {
                let request = client.exchange_client_credentials().add_scopes(self.scopes.iter().cloned());
                request.request_async(&wire(self.secrets([]))).await
            }
            Asked::Code { code, verifier, redirect } => {
                let http = wire(self.secrets([(*verifier).clone(), Secret::new(*code)]));
                let verifier = PkceCodeVerifier::new(verifier.expose().to_owned());
                let request = client
                    .exchange_code(AuthorizationCode::new((*code).to_owned()))
                    .set_pkce_verifier(verifier)
                    .set_redirect_uri(std::borrow::Cow::Borrowed(*redirect));
                request.request_async(&http).await
            }
            Asked::Refresh(refresh) => {
                let token = RefreshToken::new(refresh.expose().to_owned());
                let request = client.exchange_refresh_token(&token);
                request.request_async(&wire(self.secrets([(*refresh).clone()]))).await
            }
        }
    }

    pub(super) fn secrets<const N: usize>(&self, more: [Secret; N]) -> Vec<Secret> {
        std::iter::once(self.client_secret.clone()).chain(more).filter(|secret| !secret.is_empty()).collect()
    }

    fn explain(&self, error: BasicRequestTokenError<ConnectorError>) -> ConnectorError {
        let host = &self.host;
        let complaint = match error {
            // Asking for a token makes nothing, so an answer that got lost is no reason for doubt.
            BasicRequestTokenError::Request(error) if *error.kind() == ErrorKind::Ambiguous => {
                return error.with_kind(ErrorKind::Transient { retry_after: None });
            }
            BasicRequestTokenError::Request(error) => return error,
            BasicRequestTokenError::ServerResponse(complaint) => complaint,
            BasicRequestTokenError::Parse(..) | BasicRequestTokenError::Other(_) => {
                return misconfigured(
                    format!("{host} answered the request for a token with something that is no token."),
                    "Check the token exchange URL: it must be the application's OAuth 2.0 token endpoint.",
                );
            }
        };
        let said = complaint.error_description().map(|text| format!(": {text}")).unwrap_or_default();
        let code = complaint.error();
        if *code == BasicErrorResponseType::InvalidGrant && self.kind == CredentialKind::AuthorizationCode {
            return ConnectorError::new(
                ErrorKind::Consent,
                format!("{host} does not accept the consent any more ({code}{said})."),
                "Press Authorize under Admin Credentials and consent again with an administrator's account.",
            );
        }
        let (message, advice) = match code {
            BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient => (
                format!("{host} does not accept the client ({code}{said})."),
                "Check Client ID and Client Secret, and that the client may use this way to sign in.",
            ),
            BasicErrorResponseType::InvalidScope => (
                format!("{host} does not grant what was asked for ({code}{said})."),
                "Give the client the application's permissions for user provisioning.",
            ),
            _ => (
                format!("{host} gave no token ({code}{said})."),
                "Check the Admin Credentials, and the client's settings in the application.",
            ),
        };
        ConnectorError::new(ErrorKind::Auth, message, advice)
    }
}

/// The server refuses the client itself, or does not find it in the request.
fn refuses_client(error: &BasicRequestTokenError<ConnectorError>) -> bool {
    let BasicRequestTokenError::ServerResponse(complaint) = error else { return false };
    matches!(
        complaint.error(),
        BasicErrorResponseType::InvalidClient
            | BasicErrorResponseType::UnauthorizedClient
            | BasicErrorResponseType::InvalidRequest
    )
}

impl Granted {
    fn from(response: &BasicTokenResponse) -> Self {
        Self {
            access: Secret::new(response.access_token().secret().as_str()),
            refresh: response.refresh_token().map(|token| Secret::new(token.secret().as_str())),
            lasts: response.expires_in(),
        }
    }

    /// As they are kept; a server that gives no new refresh token goes on taking the old one.
    pub(super) fn into_tokens(self, old_refresh: Option<Secret>, now: Timestamp) -> Tokens {
        let lasts = self.lasts.and_then(|lasts| jiff::SignedDuration::try_from(lasts).ok());
        Tokens {
            access: self.access,
            refresh: self.refresh.or(old_refresh),
            expires_at: lasts.and_then(|lasts| now.checked_add(lasts).ok()),
        }
    }
}

/// The address that the file names, or the administrator entered.
fn address(
    method: &CredentialMethod,
    credentials: &Credentials,
    declared: Option<&str>,
    key: &str,
) -> Result<Url> {
    let text = match declared {
        Some(declared) => declared,
        None => required(method, credentials, key)?.expose().trim(),
    };
    let label = if key == TOKEN_URL { "token exchange URL" } else { "authorization URL" };
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    url.ok_or_else(|| {
        misconfigured(
            format!("The {label} is no address that begins with https://."),
            "Copy it from the application's OAuth 2.0 settings.",
        )
    })
}

fn parse_redirect(text: &str) -> Result<RedirectUrl> {
    RedirectUrl::new(text.to_owned()).map_err(|_| {
        misconfigured(
            "Purser's own address, to which the consent page leads back, is no URL.".to_owned(),
            "Set the public address of Purser in its configuration.",
        )
    })
}
