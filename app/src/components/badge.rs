//! A state in one word, with a mark that doesn't rely on colour.
use super::icon::Icon;
use leptos::prelude::*;
use purser_domain::job::ProvisioningState;

/// What a state means for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Needs an administrator.
    Bad,
    /// Worth a look.
    Warn,
    /// Nothing to say.
    Calm,
    /// Going on.
    Info,
}

impl Tone {
    /// Class suffix in `style/`.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Calm => "calm",
            Self::Info => "info",
        }
    }

    /// The mark beside the words.
    pub(super) fn icon(self) -> icondata::Icon {
        match self {
            Self::Good => icondata::LuCircleCheck,
            Self::Bad => icondata::LuCircleX,
            Self::Warn => icondata::LuTriangleAlert,
            Self::Calm => icondata::LuCircleMinus,
            Self::Info => icondata::LuInfo,
        }
    }
}

/// A state.
#[component]
pub fn Badge(
    /// What it means.
    tone: Tone,
    /// The word.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <span class=format!("badge badge-{}", tone.class())>
            <Icon icon=tone.icon()/>
            {label}
        </span>
    }
}

/// How an application's provisioning stands, as a badge.
#[component]
pub fn ProvisioningBadge(
    /// How it stands.
    state: ProvisioningState,
) -> impl IntoView {
    let tone = match state {
        ProvisioningState::On => Tone::Good,
        ProvisioningState::Quarantine => Tone::Bad,
        ProvisioningState::Off | ProvisioningState::NotConfigured => Tone::Calm,
    };
    view! { <Badge tone label=state.as_str()/> }
}
