//! Credential methods: does each have the fields that its kind works with?
use std::collections::BTreeSet;

use super::Finder;
use crate::gallery::template::{CredentialKind, CredentialMethod, Template};

pub(super) fn check(template: &Template, finder: &mut Finder<'_>) {
    if template.credential_methods.iter().all(|method| method.superseded) {
        finder.add(
            "credential_methods",
            "No credential method is offered to new applications. Add one without superseded; kind = \"none\" needs no fields.",
        );
    }
    let mut ids = BTreeSet::new();
    for (at, method) in template.credential_methods.iter().enumerate() {
        let place = format!("credential_methods[{at}]");
        finder.need(&format!("{place}.id"), &method.id);
        finder.need(&format!("{place}.label"), &method.label);
        if !ids.insert(method.id.as_str()) {
            finder.add(&format!("{place}.id"), format!("Two credential methods have the id {}.", method.id));
        }
        check_method(method, &place, finder);
    }
}

fn check_method(method: &CredentialMethod, place: &str, finder: &mut Finder<'_>) {
    let kind = kind_word(method.kind);
    for (key, secret) in needed(method) {
        match method.fields.iter().position(|field| field.key == key) {
            None => finder.add(
                place,
                format!("A credential method of the kind {kind} needs a field with the key {key}. Add [[credential_methods.fields]] for it."),
            ),
            Some(at) if secret && !method.fields.get(at).is_some_and(|field| field.secret) => finder.add(
                &format!("{place}.fields[{at}]"),
                format!("The field {key} holds a secret: add secret = true, or everybody who may read could see it."),
            ),
            Some(_) => {}
        }
    }
    let oauth = matches!(method.kind, CredentialKind::ClientCredentials | CredentialKind::AuthorizationCode);
    for (name, given, right, kinds) in [
        ("header", method.header.is_some(), method.kind == CredentialKind::Bearer, "bearer"),
        ("scheme", method.scheme.is_some(), method.kind == CredentialKind::Bearer, "bearer"),
        ("token_url", method.token_url.is_some(), oauth, "clientCredentials or authorizationCode"),
        ("scopes", !method.scopes.is_empty(), oauth, "clientCredentials or authorizationCode"),
        (
            "authorization_url",
            method.authorization_url.is_some(),
            method.kind == CredentialKind::AuthorizationCode,
            "authorizationCode",
        ),
        ("fields", !method.fields.is_empty(), method.kind != CredentialKind::None, "another kind"),
    ] {
        if given && !right {
            finder.add(
                &format!("{place}.{name}"),
                format!("{name} means nothing for the kind {kind}; it is for {kinds}. Remove it, or change the kind."),
            );
        }
    }
    for (name, address) in
        [("token_url", &method.token_url), ("authorization_url", &method.authorization_url)]
    {
        if let Some(address) = address {
            finder.https(&format!("{place}.{name}"), address);
        }
    }
    if method.lifetime_days == Some(0) {
        finder.add(
            &format!("{place}.lifetime_days"),
            "lifetime_days must be at least 1. Leave it out when the vendor names no end.",
        );
    }
    check_fields(method, place, finder);
}

fn check_fields(method: &CredentialMethod, place: &str, finder: &mut Finder<'_>) {
    let mut keys = BTreeSet::new();
    for (at, field) in method.fields.iter().enumerate() {
        let place = format!("{place}.fields[{at}]");
        finder.need(&format!("{place}.label"), &field.label);
        if !keys.insert(field.key.as_str()) {
            finder.add(&format!("{place}.key"), format!("Two fields have the key {}.", field.key));
        }
        if field.secret && field.default.is_some() {
            finder.add(
                &format!("{place}.default"),
                "A secret can't have a default value: gallery files are no place for secrets.",
            );
        }
    }
}

/// The fields that a method works with, and whether they are secret.
fn needed(method: &CredentialMethod) -> Vec<(&'static str, bool)> {
    let mut keys = match method.kind {
        CredentialKind::None => Vec::new(),
        CredentialKind::Bearer => vec![("SecretToken", true)],
        CredentialKind::Basic => vec![("UserName", false), ("Password", true)],
        CredentialKind::ClientCredentials | CredentialKind::AuthorizationCode => {
            vec![("Oauth2ClientId", false), ("Oauth2ClientSecret", true)]
        }
    };
    let oauth = matches!(method.kind, CredentialKind::ClientCredentials | CredentialKind::AuthorizationCode);
    if oauth && method.token_url.is_none() {
        keys.push(("Oauth2TokenExchangeUri", false));
    }
    if method.kind == CredentialKind::AuthorizationCode && method.authorization_url.is_none() {
        keys.push(("Oauth2AuthorizationUri", false));
    }
    keys
}

const fn kind_word(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Bearer => "bearer",
        CredentialKind::Basic => "basic",
        CredentialKind::ClientCredentials => "clientCredentials",
        CredentialKind::AuthorizationCode => "authorizationCode",
        CredentialKind::None => "none",
    }
}
