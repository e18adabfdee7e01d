//! What should not wait about an application's credentials.
use crate::components::{InfoBar, Tone};
use leptos::prelude::*;
use purser_contract::credentials::{CredentialsView, ExpiryView};

/// What ends soon, and a consent that is missing: above the sections, since they may be closed.
pub(super) fn banners(credentials: &CredentialsView) -> AnyView {
    let ends = credentials.expiry.iter().map(expiry_bar).collect_view();
    let consent = credentials.consent.iter().filter(|consent| !consent.given);
    let consent = consent.map(|consent| {
        view! {
            <InfoBar tone=Tone::Warn>
                <p>{consent.message.clone()}</p>
            </InfoBar>
        }
    });
    view! {
        {ends}
        {consent.collect_view()}
    }
    .into_any()
}

fn expiry_bar(expiry: &ExpiryView) -> AnyView {
    let tone = if expiry.stage <= 1 { Tone::Bad } else { Tone::Warn };
    view! {
        <InfoBar tone=tone>
            <p>{expiry.message.clone()}</p>
        </InfoBar>
    }
    .into_any()
}
