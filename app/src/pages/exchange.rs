//! A request and its answer, as the probe's evidence and the provisioning log show them.

use leptos::prelude::*;
use purser_contract::profile::ExchangeView;

/// One of them, with the bodies as far as they are known.
pub(super) fn exchange_view(exchange: &ExchangeView) -> AnyView {
    view! {
        <div class="exchange">
            <p class="answer-detail">{format!("{}\n{}", exchange.request, exchange.answer)}</p>
            {body("Sent", &exchange.request_body)}
            {body("Answer", &exchange.response_body)}
        </div>
    }
    .into_any()
}

fn body(title: &'static str, text: &str) -> AnyView {
    (!text.is_empty())
        .then(|| {
            view! {
                <p class="quiet">{title}</p>
                <pre class="answer-detail">{text.to_owned()}</pre>
            }
        })
        .into_any()
}
