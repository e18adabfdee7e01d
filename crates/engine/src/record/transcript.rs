//! The requests of a row, cut to a size that a hundred thousand rows can have.
use purser_connectors::Exchange;
use purser_domain::log::LogExchange;

/// So many requests a row keeps.
const EXCHANGES: usize = 20;
/// So many bytes of a body, or of a path.
const BODY: usize = 4 * 1024;

/// The requests as a row keeps them: of very many the first and the last.
pub(super) fn transcribe<'a>(said: impl Iterator<Item = &'a Exchange>, count: usize) -> Vec<LogExchange> {
    let beginning = EXCHANGES / 2;
    let left_out = beginning..beginning + count.saturating_sub(EXCHANGES);
    let kept = said.enumerate().filter(|(at, _)| !left_out.contains(at));
    kept.map(|(_, exchange)| keep(exchange)).collect()
}

fn keep(exchange: &Exchange) -> LogExchange {
    let writes = exchange.method != "GET";
    let refused = exchange.status.is_none_or(|status| status >= 400);
    let body = |kept: bool, body: &Option<String>| body.as_deref().filter(|_| kept).map(cut);
    LogExchange {
        method: exchange.method.to_owned(),
        path: cut(&exchange.path),
        status: exchange.status,
        duration_ms: u32::try_from(exchange.duration.as_millis()).unwrap_or(u32::MAX),
        request: body(writes, &exchange.request_body),
        response: body(refused, &exchange.response_body),
    }
}

fn cut(text: &str) -> String {
    if text.len() <= BODY {
        return text.to_owned();
    }
    let mut end = BODY;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}
