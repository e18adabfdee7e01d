//! A request to a target and its answer, for people.
use purser_connectors::Exchange;
use purser_contract::profile::ExchangeView;

/// In one line.
pub(crate) fn describe(exchange: &Exchange) -> String {
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}"));
    format!(
        "Request: {} {}, {status} after {} ms",
        exchange.method,
        exchange.path,
        exchange.duration.as_millis()
    )
}

/// With its bodies.
pub(crate) fn view_exchange(exchange: &Exchange) -> ExchangeView {
    let told = describe(exchange);
    let (_, answer) = told.split_once(", ").unwrap_or_default();
    ExchangeView {
        request: format!("{} {}", exchange.method, exchange.path),
        answer: answer.to_owned(),
        request_body: exchange.request_body.clone().unwrap_or_default(),
        response_body: exchange.response_body.clone().unwrap_or_default(),
    }
}
