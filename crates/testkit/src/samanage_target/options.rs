//! What kind of Samanage to be.
//!
//! The defaults are the live service as far as its facts are known. Where they aren't, or where its own
//! specification says something else, there is an option.
use std::time::Duration;

use super::token;

/// What kind of Samanage to be. The default is the live service of today, with token authentication only.
#[derive(Debug, Clone)]
pub struct SamanageOptions {
    /// The token of the administrator who is there from the start.
    pub token: String,
    /// That administrator's e-mail address, which is his user name with [`basic`](Self::basic) and
    /// [`digest`](Self::digest).
    pub username: String,
    /// That administrator's password.
    pub password: String,
    /// `X-Samanage-Authorization: Bearer TOKEN` is accepted.
    pub bearer: bool,
    /// HTTP Basic is accepted, and asked for.
    pub basic: bool,
    /// HTTP Digest is accepted, and asked for.
    pub digest: bool,
    /// Requests that a nonce of Digest is good for; the next one is told that it is stale. `None` is no limit.
    pub nonce_uses: Option<u32>,
    /// Versions in `Accept: application/vnd.samanage.vVERSION+json` that are served; others get 406.
    pub versions: Vec<&'static str>,
    /// Whether records are in a wrapper.
    pub wrapping: Wrapping,
    /// Ids are texts in answers, as in the examples of the specification.
    pub text_ids: bool,
    /// Creating answers 201 instead of 200.
    pub created: bool,
    /// How a 422 says what is wrong.
    pub complaints: ComplaintStyle,
    /// What happens to custom fields that are written in the shape in which they are read.
    pub misshapen: Misshapen,
    /// Bodies that don't say that they are JSON get 415. Otherwise they are not looked at, which makes a write one
    /// without its wrapper: 400.
    pub strict_media: bool,
    /// Records on a page when the client does not say.
    pub page: usize,
    /// Most records on a page, whatever the client asks for.
    pub max_page: usize,
    /// Groups of a list have their `memberships`, and not only a group that is asked for alone.
    pub memberships_in_lists: bool,
    /// How a membership says whose it is.
    pub members: MemberStyle,
    /// Calls that one user may make in [`window`](Self::window): 1,000 with the plan Advanced, 1,500 with Premier.
    /// `None` is no limit.
    pub calls: Option<u32>,
    /// How long the calls are counted together: a minute.
    pub window: Duration,
    /// A 429 has `Retry-After`, in seconds.
    pub retry_after: bool,
    /// All answers have `X-Ratelimit-Remaining` and `X-Ratelimit-Reset`.
    pub rate_headers: Option<ResetStyle>,
    /// Name of the role that new users get if the request has none.
    pub default_role: Option<String>,
}

/// Whether records are in a wrapper, as in `{"user": {…}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// No, as the live service does.
    Bare,
    /// Yes, also in lists, as the specification says.
    Wrapped,
    /// Records with even ids are, others are not.
    Mixed,
}

/// How a 422 says what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplaintStyle {
    /// `{"email": ["can't be blank"]}`
    ByField,
    /// `{"errors": ["Email can't be blank"]}`
    List,
    /// `{"error": "Email can't be blank"}`
    Sentence,
}

/// What happens to custom fields that are written as an array, and not as `{"custom_fields_value": […]}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misshapen {
    /// 500, and nothing is done.
    ServerError,
    /// 200; all the rest is done.
    Ignored,
}

/// How a membership says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberStyle {
    /// `{"id": 9, "user_id": 3}`
    Id,
    /// `{"id": 9, "user": {"id": 3, "name": …, "email": …}}`
    Record,
}

/// What `X-Ratelimit-Reset` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetStyle {
    /// Seconds from now.
    Seconds,
    /// Seconds since 1970.
    Epoch,
}

impl Default for SamanageOptions {
    fn default() -> Self {
        Self {
            token: token::write(super::store::ADMIN, 0),
            username: "admin@example.com".to_owned(),
            password: "pa55word".to_owned(),
            bearer: true,
            basic: false,
            digest: false,
            nonce_uses: None,
            versions: vec!["2.1"],
            wrapping: Wrapping::Bare,
            text_ids: false,
            created: false,
            complaints: ComplaintStyle::ByField,
            misshapen: Misshapen::ServerError,
            strict_media: false,
            page: 50,
            max_page: 100,
            memberships_in_lists: false,
            members: MemberStyle::Id,
            calls: Some(1_000),
            window: Duration::from_secs(60),
            retry_after: true,
            rate_headers: None,
            default_role: Some("Requester".to_owned()),
        }
    }
}
