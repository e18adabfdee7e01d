//! Proposed settings of a target profile, with what shows that they are right.

use crate::api::provisioning::profile::SaveProfile;
use crate::components::*;
use crate::pages::exchange::exchange_view;
use leptos::prelude::*;
use purser_contract::profile::{ExchangeView, ProposalView};

/// The proposals as a form: ticked ones are applied.
pub(super) fn proposals_form(application: &str, proposals: &[ProposalView]) -> AnyView {
    let open = proposals.iter().any(|proposal| !proposal.applied);
    let items = proposals.iter().map(item).collect_view();
    view! {
        <PostForm<SaveProfile> class="stack">
            <HiddenField name="form[application_id]" value=application.to_owned()/>
            <HiddenField name="form[generation]" value="0"/>
            <ul class="proposals">{items}</ul>
            {open.then(|| view! { <div class="button-row"><PrimaryButton label="Apply"/></div> })}
        </PostForm<SaveProfile>>
    }
    .into_any()
}

fn item(proposal: &ProposalView) -> AnyView {
    let name = proposal.setting.clone();
    let control = if proposal.applied {
        view! { <Badge tone=Tone::Good label="In the profile"/> }.into_any()
    } else {
        view! {
            <HiddenField name=format!("form[settings][{name}]") value=proposal.value.clone()/>
            <label class="check">
                <input type="checkbox" name="form[chosen][]" value=name.clone() checked=true/>
                <span>"Apply"</span>
            </label>
        }
        .into_any()
    };
    let change = if proposal.applied {
        view! { <code class="break">{proposal.value.clone()}</code> }.into_any()
    } else {
        view! {
            <code class="break">{proposal.current.clone()}</code>
            <span>" becomes "</span>
            <code class="break">{proposal.value.clone()}</code>
        }
        .into_any()
    };
    view! {
        <li class="proposal">
            <div class="proposal-head">
                <code class="proposal-name">{name}</code>
                {control}
            </div>
            <p>{change}</p>
            <p>{proposal.why.clone()}</p>
            {evidence(&proposal.evidence)}
        </li>
    }
    .into_any()
}

/// Requests with their answers, to open.
pub(super) fn evidence(exchanges: &[ExchangeView]) -> AnyView {
    if exchanges.is_empty() {
        return ().into_any();
    }
    let count = exchanges.len();
    let title = if count == 1 { "1 request".to_owned() } else { format!("{count} requests") };
    let shown = exchanges.iter().map(exchange_view);
    view! {
        <details class="inline-details">
            <summary>{format!("Evidence: {title}")}</summary>
            {shown.collect_view()}
        </details>
    }
    .into_any()
}
