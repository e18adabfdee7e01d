//! The page for people at `/`: the accounts as the application has them.
use std::fmt::Write as _;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::Value;

use super::answers::{error, not_allowed};
use super::path::Path;
use super::state::State;
use crate::connections::Answer;

/// Accounts shown, the newest ones.
const SHOWN: usize = 500;

pub(super) fn answer<B>(state: &State, request: &Request<B>) -> Answer {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/") => {
            let mut answer = Response::new(Full::new(Bytes::from(render(state))));
            let content_type = HeaderValue::from_static("text/html; charset=utf-8");
            answer.headers_mut().insert(CONTENT_TYPE, content_type);
            answer.headers_mut().insert(
                "content-security-policy",
                HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
            );
            answer
        }
        (method, "/") => not_allowed(method),
        _ => error(StatusCode::NOT_FOUND, "", "There is nothing here."),
    }
}

fn render(state: &State) -> String {
    let (total, newest) = {
        let accounts = state.accounts();
        (accounts.len(), accounts.bodies().rev().take(SHOWN).cloned().collect::<Vec<_>>())
    };
    let accounts: Vec<Value> = newest.iter().filter_map(|body| serde_json::from_slice(body).ok()).collect();
    let mut html = String::from(HEAD);
    let people = if total == 1 { "1 account".to_owned() } else { format!("{total} accounts") };
    put(&mut html, format_args!("<p class=\"sum\">{people}</p>"));
    if accounts.is_empty() {
        html.push_str("<p class=\"empty\">Nobody has an account here yet. Switch provisioning on and watch this page.</p>");
    } else {
        html.push_str("<div class=\"scroll\"><table><thead><tr>");
        for title in ["Name", "User name", "E-mail", "Title", "Department", "State"] {
            put(&mut html, format_args!("<th scope=\"col\">{title}</th>"));
        }
        html.push_str("</tr></thead><tbody>");
        accounts.iter().for_each(|account| render_row(&mut html, account));
        html.push_str("</tbody></table></div>");
        if total > SHOWN {
            put(&mut html, format_args!("<p class=\"sum\">The newest {SHOWN} are shown.</p>"));
        }
    }
    html.push_str("</main></body></html>");
    html
}

fn render_row(html: &mut String, account: &Value) {
    let active = !matches!(&account["active"], Value::Bool(false)) && account["active"] != "False";
    let (class, word) = if active { ("on", "Active") } else { ("off", "Disabled") };
    put(html, format_args!("<tr class=\"{class}\">"));
    for path in [
        "displayName",
        "userName",
        "emails[type eq \"work\"].value",
        "title",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    ] {
        let value =
            Path::parse(path).and_then(|path| path.values(account).first().and_then(|value| value.as_str()));
        put(html, format_args!("<td dir=\"auto\">{}</td>", escape(value.unwrap_or_default())));
    }
    put(html, format_args!("<td><span class=\"badge\">{word}</span></td></tr>"));
}

/// Writing to a text can't fail.
fn put(html: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = html.write_fmt(text);
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

const HEAD: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2"><title>Sample application</title><style>
:root { color-scheme: light dark; --ink: #242424; --soft: #616161; --line: #e0e0e0; --page: #faf9f8; --card: #fff;
  --on: #0b6a0b; --on-bg: #dff6dd; --off: #8a3707; --off-bg: #fdf0e6; --band: #0f6cbd; }
@media (prefers-color-scheme: dark) { :root { --ink: #f3f3f3; --soft: #b4b4b4; --line: #3d3d3d; --page: #1b1a19;
  --card: #252423; --on: #92d892; --on-bg: #173a17; --off: #f7b889; --off-bg: #47250d; --band: #115ea3; } }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 "Segoe UI", system-ui, sans-serif; color: var(--ink); background: var(--page); }
header { background: var(--band); color: #fff; padding: 12px 24px; font-size: 16px; font-weight: 600; }
header small { font-weight: 400; margin-left: 8px; }
main { max-width: 1200px; margin: 0 auto; padding: 16px 24px 48px; }
h1 { font-size: 20px; margin: 8px 0 0; } .sum { color: var(--soft); margin: 4px 0 16px; }
.empty { padding: 48px 16px; text-align: center; color: var(--soft); background: var(--card); border: 1px dashed var(--line); border-radius: 6px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; } th { font-weight: 600; color: var(--soft); }
th, td { text-align: start; padding: 8px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
.badge { padding: 1px 8px; border-radius: 10px; color: var(--on); background: var(--on-bg); }
.off td { color: var(--soft); } .off .badge { color: var(--off); background: var(--off-bg); }
</style></head><body><header>Sample application<small>not Purser: the application that Purser provisions</small></header>
<main><h1>Accounts</h1>"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_never_markup() {
        let mut html = String::new();
        let account = serde_json::json!({"displayName": "<script>alert('1')</script>&\"", "active": false});
        render_row(&mut html, &account);
        assert!(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"), "{html}");
        assert!(!html.contains("<script") && html.contains("Disabled"));
    }
}
