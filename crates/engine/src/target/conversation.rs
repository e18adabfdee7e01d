//! What was said for one request, as far as logs may show it.
use purser_connectors::{Exchange, Reply};

/// All that was said for a reply; `hidden` when logs must not show what it was about.
pub(crate) fn conversation<T>(reply: Reply<T>, hidden: bool) -> (T, Vec<Exchange>) {
    let mut exchanges = reply.earlier;
    exchanges.push(reply.exchange);
    if hidden {
        exchanges.iter_mut().for_each(hide_query);
    }
    (reply.value, exchanges)
}

/// A question about a value that logs must not show is kept without what was asked.
pub(crate) fn hide_query(exchange: &mut Exchange) {
    exchange.request_body = None;
    exchange.response_body = None;
    if let Some(end) = exchange.path.find('?') {
        exchange.path.truncate(end);
        exchange.path.push_str("?[Redact]");
    }
}

/// What a log keeps of the requests for a write: no bodies where these hold a value that logs must not show.
pub(crate) fn shown(mut exchanges: Vec<Exchange>, hides: bool) -> Vec<Exchange> {
    if hides {
        for exchange in &mut exchanges {
            exchange.request_body = None;
            exchange.response_body = None;
        }
    }
    exchanges
}
