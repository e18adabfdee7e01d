//! What may be typed into a field under Admin Credentials.
use crate::error::invalid;
use purser_connectors::{CredentialField, CredentialKind, CredentialMethod, FieldFormat};
use purser_contract::problem::Problem;
use purser_domain::secret::Secret;
use url::{Host, Url};

/// Longest Tenant URL.
const MAX_URL: usize = 2_048;
/// Longest value of a field; some targets hand out signed tokens of several thousand characters.
const MAX_VALUE: usize = 16_384;

/// A Tenant URL, or nothing.
pub(crate) fn parse_tenant_url(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let refuse = |message: &str| {
        Err(invalid(message)
            .advice(
                "It is the address of the application's endpoint, for example https://api.example.com/scim.",
            )
            .field("tenant_url"))
    };
    if text.is_empty() {
        return Ok(String::new());
    }
    if text.len() > MAX_URL {
        return refuse(&format!("The Tenant URL can have at most {MAX_URL} characters."));
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse("The Tenant URL holds a space or a control character.");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse(&format!("\"{text}\" is not a URL."));
    };
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
        return refuse("The Tenant URL must begin with https:// (or http://) and name a host.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(
            "The Tenant URL holds a user name or password. Enter the credentials in their own fields instead.",
        );
    }
    Ok(text.to_owned())
}

/// The value of a field; `None` when nothing was entered.
pub(crate) fn parse_field(
    method: &CredentialMethod,
    field: &CredentialField,
    text: &str,
) -> Result<Option<Secret>, Problem> {
    let label = &field.label;
    // Spaces around a password may be part of it; a line break is not.
    let mut text = match (field.secret, field.format) {
        (true, FieldFormat::Text) => text.trim_matches(['\r', '\n']),
        _ => text.trim(),
    };
    // Copied out of a header more often than not.
    if method.kind == CredentialKind::Bearer
        && field.format == FieldFormat::Token
        && let Some((word, rest)) = text.split_once(' ')
        && word.eq_ignore_ascii_case(method.scheme.as_deref().unwrap_or("Bearer"))
    {
        text = rest.trim();
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    if text.len() > MAX_VALUE {
        return Err(invalid(format!("The {label} can have at most {MAX_VALUE} characters."))
            .field(field.key.as_str()));
    }
    match field.format {
        FieldFormat::Text if text.chars().any(char::is_control) => {
            return Err(invalid(format!("The {label} holds a line break or another control character."))
                .advice("Copy it again from the application, without anything around it.")
                .field(field.key.as_str()));
        }
        FieldFormat::Token if text.chars().any(|c| !c.is_ascii_graphic()) => {
            return Err(invalid(format!(
                "The {label} holds a space, a line break or a letter that no HTTP header can carry."
            ))
            .advice("Copy it again from the application, without anything around it.")
            .field(field.key.as_str()));
        }
        FieldFormat::Url => check_url(field, text)?,
        FieldFormat::Text | FieldFormat::Token => {}
    }
    Ok(Some(Secret::new(text)))
}

/// Secrets go to these addresses, so they are encrypted on their way, except within this machine.
fn check_url(field: &CredentialField, text: &str) -> Result<(), Problem> {
    let refuse = |what: &str| {
        Err(invalid(format!("The {} {what}.", field.label))
            .advice(
                "Copy it from the application's settings, for example https://login.example.com/oauth/token.",
            )
            .field(field.key.as_str()))
    };
    let Ok(url) = Url::parse(text) else { return refuse("is not a URL") };
    if url.host_str().is_none_or(str::is_empty) {
        return refuse("names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("holds a user name or password");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        _ => refuse("must begin with https://"),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether both addresses lead to the same scheme, host and port.
pub(crate) fn same_host(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tenant_urls_are_kept_as_typed_or_refused_in_words() {
        for good in [
            "https://x.example/scim",
            "http://127.0.0.1:8880/v2/",
            "https://x.example/scim?aadOptscim062020",
            "",
        ] {
            assert_eq!(parse_tenant_url(&format!(" {good} ")).unwrap(), good);
        }
        for bad in [
            "x.example/scim",
            "ftp://x.example",
            "https://",
            "https://ann:pw@x.example/",
            "https://x.example/a b",
        ] {
            let problem = parse_tenant_url(bad).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("tenant_url"), "{bad}");
        }
        assert!(parse_tenant_url(&format!("https://x.example/{}", "a".repeat(3_000))).is_err());
    }

    fn bearer() -> CredentialMethod {
        let method = json!({"id": "secretToken", "kind": "bearer", "label": "Secret Token"});
        serde_json::from_value(method).unwrap()
    }

    fn field(format: FieldFormat, secret: bool) -> CredentialField {
        let field = json!({"key": "Key", "label": "Secret Token", "secret": secret, "format": format});
        serde_json::from_value(field).unwrap()
    }

    fn parse(format: FieldFormat, secret: bool, text: &str) -> Result<Option<String>, Problem> {
        let value = parse_field(&bearer(), &field(format, secret), text)?;
        Ok(value.map(|value| value.expose().to_owned()))
    }

    #[test]
    fn tokens_lose_the_word_bearer_and_must_fit_a_header() {
        let token = |text: &str| parse(FieldFormat::Token, true, text);
        assert_eq!(token(" Bearer abc.def \n").unwrap().unwrap(), "abc.def");
        assert!(token("  ").unwrap().is_none());
        for bad in ["a b", "tökén", "a\u{7}b", &"x".repeat(20_000)] {
            assert_eq!(token(bad).unwrap_err().field.as_deref(), Some("Key"));
        }
    }

    #[test]
    fn passwords_keep_their_spaces_and_names_do_not() {
        assert_eq!(parse(FieldFormat::Text, true, " p w \r\n").unwrap().unwrap(), " p w ");
        assert_eq!(parse(FieldFormat::Text, false, " ann ").unwrap().unwrap(), "ann");
        assert!(parse(FieldFormat::Text, true, "a\nb").is_err());
        assert!(parse(FieldFormat::Text, true, "   ").unwrap().is_none());
    }

    #[test]
    fn addresses_that_secrets_go_to_are_encrypted_ones() {
        let url = |text: &str| parse(FieldFormat::Url, false, text);
        assert!(url("https://login.example/token").is_ok());
        assert!(url("http://127.0.0.1:9/token").is_ok() && url("http://[::1]/token").is_ok());
        for bad in
            ["http://login.example/token", "login.example", "https://a:b@login.example", "ftp://x.example"]
        {
            assert!(url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_are_compared_with_scheme_and_port() {
        assert!(same_host("https://x.example/a", "https://x.example:443/b"));
        assert!(!same_host("https://x.example/a", "http://x.example/a"));
        assert!(!same_host("https://x.example/a", "https://x.example.evil/a"));
        assert!(!same_host("https://x.example/a", ""));
    }
}
