//! OData's query options, and pages of answers.
//!
//! A path says which options it understands; any other `$option` is refused with a sentence, so that no
//! client believes in a filter that was not applied.

use std::collections::HashSet;

use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
    response::{IntoResponse, Response},
};
use purser_contract::page::{ListForm, PageView};
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

use super::filter::Filter;
use crate::public_address::public_address;
use crate::{fault::Fault, state::ServerState};

/// Most rows of one page; the use-cases' own bound.
pub(super) const MAX_PAGE: u32 = 200;
/// Most rows that a client may ask for with `$top`, as in Graph; what is over a page comes by nextLink.
const MAX_TOP: u32 = 999;
/// Rows of a page when the client doesn't say.
const DEFAULT_PAGE: u32 = 100;

/// The query of a list or an object.
#[derive(Debug, Default)]
pub(super) struct Query {
    /// `$filter`
    pub(super) filter: Option<Filter>,
    /// `$search`, without its quotes and property.
    pub(super) search: String,
    /// `$top`, bounded.
    pub(super) size: u32,
    /// `$count=true`
    pub(super) count: bool,
    /// `$orderby`, as the property and whether it descends.
    pub(super) order: Option<(String, bool)>,
    /// `$skiptoken`
    pub(super) after: String,
    /// `$select`; everything when empty.
    select: Vec<String>,
    /// The address asked for, with which the next page is asked for.
    base: String,
    path: String,
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Refuses `$filter`, `$search` and `$orderby` as far as they are not among `understood`.
    pub(super) fn allow(&self, understood: &[&str]) -> Result<(), Fault> {
        let given = [
            ("$filter", self.filter.is_some()),
            ("$search", !self.search.is_empty()),
            ("$orderby", self.order.is_some()),
        ];
        for (name, given) in given {
            if given && !understood.contains(&name) {
                return Err(unsupported(format!(
                    "The query option {name} is not supported on {}.",
                    self.path
                )));
            }
        }
        Ok(())
    }

    /// Refuses any order but the one that the list has anyway.
    pub(super) fn allow_order(&self, property: &str, descending: bool) -> Result<(), Fault> {
        match &self.order {
            None => Ok(()),
            Some((asked, direction)) if asked == property && *direction == descending => Ok(()),
            Some((asked, _)) => Err(unsupported(format!(
                "{} can't be ordered by {asked}; the order is $orderby={property}{}.",
                self.path,
                if descending { " desc" } else { "" }
            ))),
        }
    }

    /// Search, cursor and size, as the portal's own lists take them.
    pub(super) fn list_form(&self) -> ListForm {
        ListForm { search: self.search.clone(), after: self.after.clone(), size: self.size }
    }

    /// The start of the addresses of this API, for example `https://purser.example.com/v1.0`.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// One page as a collection. `context` is what stands behind `$metadata#`.
    pub(super) fn collection<T>(
        &self,
        context: &str,
        page: PageView<T>,
        shape: impl Fn(T) -> Value,
    ) -> Response {
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), json!(format!("{}/$metadata#{context}", self.base)));
        if let (true, Some(total)) = (self.count, page.total) {
            body.insert("@odata.count".to_owned(), json!(total));
        }
        if let Some(next) = &page.next {
            body.insert("@odata.nextLink".to_owned(), json!(self.next_link(next)));
        }
        let items: Vec<Value> = page.items.into_iter().map(|item| self.selected(shape(item))).collect();
        body.insert("value".to_owned(), Value::Array(items));
        axum::Json(Value::Object(body)).into_response()
    }

    /// A list that is short enough to be one page.
    pub(super) fn whole<T>(&self, context: &str, items: Vec<T>, shape: impl Fn(T) -> Value) -> Response {
        let total = u64::try_from(items.len()).ok();
        self.collection(context, PageView { items, next: None, total }, shape)
    }

    /// One object.
    pub(super) fn entity(&self, context: &str, object: Value) -> Value {
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), json!(format!("{}/$metadata#{context}/$entity", self.base)));
        if let Value::Object(properties) = self.selected(object) {
            body.extend(properties);
        }
        Value::Object(body)
    }

    fn selected(&self, object: Value) -> Value {
        match object {
            Value::Object(mut properties) if !self.select.is_empty() => {
                properties.retain(|name, _| name == "id" || self.select.iter().any(|wanted| wanted == name));
                Value::Object(properties)
            }
            other => other,
        }
    }

    fn next_link(&self, token: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.pairs.iter().filter(|(name, _)| name != "$skiptoken") {
            query.append_pair(name, value);
        }
        query.append_pair("$skiptoken", token);
        format!("{}{}?{}", self.base, self.path, query.finish())
    }

    fn parse(uri: &Uri, base: String) -> Result<Self, Fault> {
        let path = uri.path().to_owned();
        let path = path.strip_prefix("/v1.0").map(str::to_owned).unwrap_or(path);
        let mut query = Self { base, path, size: DEFAULT_PAGE, ..Self::default() };
        let mut seen = HashSet::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            // OData lets the dollar be left out.
            let name = match name.as_ref() {
                "filter" | "search" | "top" | "count" | "orderby" | "select" | "skiptoken" => {
                    format!("${name}")
                }
                _ => name.into_owned(),
            };
            if name.starts_with('$') {
                if !seen.insert(name.clone()) {
                    return Err(Fault::bad_request(format!("The query option {name} is given twice.")));
                }
                query.read(&name, &value)?;
            }
            query.pairs.push((name, value.into_owned()));
        }
        Ok(query)
    }

    fn read(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        match name {
            "$filter" => {
                let filter = Filter::parse(value).map_err(|error| {
                    Fault::new(axum::http::StatusCode::BAD_REQUEST, "BadRequest", error.to_string())
                })?;
                self.filter = Some(filter);
            }
            "$search" => self.search = search_text(value)?,
            "$top" => {
                let top =
                    value.parse::<u32>().ok().filter(|top| (1..=MAX_TOP).contains(top)).ok_or_else(|| {
                        Fault::bad_request(format!(
                            "Invalid page size specified: '{}'. Must be between 1 and {MAX_TOP} inclusive.",
                            value.chars().take(20).collect::<String>()
                        ))
                    })?;
                self.size = top.min(MAX_PAGE);
            }
            "$count" => {
                self.count = match value {
                    "true" => true,
                    "false" => false,
                    _ => return Err(Fault::bad_request("The query option $count must be true or false.")),
                };
            }
            "$orderby" => {
                let mut words = value.split_whitespace();
                let property = words.next().unwrap_or_default().to_owned();
                let descending = match words.next() {
                    None | Some("asc") => false,
                    Some("desc") => true,
                    Some(_) => {
                        return Err(Fault::bad_request(
                            "The query option $orderby is not a property with asc or desc.",
                        ));
                    }
                };
                if property.is_empty() || property.contains(',') || words.next().is_some() {
                    return Err(Fault::bad_request(
                        "The query option $orderby must name exactly one property.",
                    ));
                }
                self.order = Some((property, descending));
            }
            "$select" => {
                self.select = value
                    .split(',')
                    .map(|part| part.trim().to_owned())
                    .filter(|part| !part.is_empty())
                    .collect();
                if self.select.is_empty() {
                    return Err(Fault::bad_request("The query option $select names no property."));
                }
            }
            "$skiptoken" => self.after = value.to_owned(),
            // The format is always JSON.
            "$format" if value.eq_ignore_ascii_case("json") || value.starts_with("application/json") => {}
            _ => {
                let shown: String = name.chars().take(40).collect();
                return Err(unsupported(format!(
                    "The query option {shown} is not supported on {}.",
                    self.path
                )));
            }
        }
        Ok(())
    }
}

/// The query of a path that understands neither `$filter` nor `$search` nor `$orderby`.
#[derive(Debug)]
pub(super) struct Plain(pub(super) Query);

impl FromRequestParts<ServerState> for Plain {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Fault> {
        let query = Query::from_request_parts(parts, state).await?;
        query.allow(&[])?;
        Ok(Self(query))
    }
}

impl FromRequestParts<ServerState> for Query {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Fault> {
        // Inside the nested router the path has lost its prefix; links need the whole one.
        let uri = parts
            .extensions
            .get::<axum::extract::OriginalUri>()
            .map_or_else(|| parts.uri.clone(), |original| original.0.clone());
        Self::parse(&uri, base_of(parts, state.public_url.as_ref(), state.behind_tls))
    }
}

/// 400 for what is well-formed but can't be answered.
pub(super) fn unsupported(message: String) -> Fault {
    Fault::new(axum::http::StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
}

/// 400 for a condition that a path can't answer.
pub(super) fn unsupported_condition(condition: &Filter, understood: &str) -> Fault {
    unsupported(format!("The filter {condition} can't be answered here. What can be: {understood}"))
}

fn base_of(parts: &Parts, public_url: Option<&Url>, behind_tls: bool) -> String {
    format!("{}/v1.0", public_address(&parts.headers, &parts.uri, public_url, behind_tls))
}

/// `"displayName:anna"` as Graph has it, or just words.
fn search_text(value: &str) -> Result<String, Fault> {
    let inner = value.trim();
    let inner = inner.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(inner);
    let text = match inner.split_once(':') {
        Some(("displayName" | "mail" | "userPrincipalName" | "description", text)) => text,
        Some((property, _)) if !property.contains(' ') => {
            return Err(unsupported(format!("The property {property} can't be searched; displayName can.")));
        }
        _ => inner,
    };
    if text.trim().is_empty() || text.contains('"') {
        return Err(Fault::bad_request("The query option $search must be \"displayName:words\"."));
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Query, Fault> {
        let uri = format!("/v1.0/users?{query}").parse::<Uri>().unwrap();
        Query::parse(&uri, "https://host/v1.0".to_owned())
    }

    #[test]
    fn options_are_read() {
        let query = parse(
            "$top=5&$filter=a%20eq%20'b'&$count=true&$orderby=displayName%20asc&$search=%22displayName:an%22&$select=id,mail",
        );
        let query = query.unwrap();
        assert_eq!((query.size, query.count, query.search.as_str()), (5, true, "an"));
        assert_eq!(query.order, Some(("displayName".to_owned(), false)));
        assert_eq!(query.filter.unwrap().to_string(), "a eq 'b'");
        assert_eq!(query.select, ["id", "mail"]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for query in [
            "$top=0",
            "$top=1000",
            "$top=99999999999999999999",
            "$top=-1",
            "$top=x",
            "$skip=5",
            "$expand=manager",
            "$count=yes",
            "$orderby=a,b",
            "$orderby=",
            "$filter=",
            "$filter=a",
            "$top=1&$top=2",
            "$select=,",
            "$search=%22%22",
            "$search=%22age:5%22",
            "$whatever=1",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_next_link_is_absolute_and_keeps_the_other_options() {
        let query = parse("$top=2&$filter=a%20eq%20'b%26c'&$skiptoken=old").unwrap();
        assert_eq!(
            query.next_link("n&w"),
            "https://host/v1.0/users?%24top=2&%24filter=a+eq+%27b%26c%27&%24skiptoken=n%26w"
        );
    }

    #[test]
    fn select_keeps_the_id_and_what_was_named() {
        let query = parse("$select=mail").unwrap();
        assert_eq!(query.selected(json!({"id": 1, "mail": 2, "city": 3})), json!({"id": 1, "mail": 2}));
    }
}
