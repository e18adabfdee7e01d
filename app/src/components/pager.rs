//! Going through a list by key.
use super::icon::Icon;
use crate::context::url;
use leptos::prelude::*;

/// First and next page, and how many there are.
///
/// There is no "previous": a list that goes by key has no page numbers, and the browser's own way
/// back is exact.
#[component]
pub fn Pager(
    /// Path of the list.
    #[prop(into)]
    path: String,
    /// The list's other query values (search, filters).
    #[prop(optional)]
    query: Vec<(&'static str, String)>,
    /// Cursor of this page; empty on the first.
    #[prop(into)]
    after: String,
    /// Cursor of the next page.
    next: Option<String>,
) -> impl IntoView {
    let link = |after: &str| {
        let mut values: Vec<(&str, &str)> =
            query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        values.push(("after", after));
        url(&path, &values)
    };
    let first = (!after.is_empty()).then(|| {
        view! {
            <a class="button" href=link("") rel="first">
                <Icon icon=icondata::LuChevronsLeft/>
                "First"
            </a>
        }
    });
    let next = next.map(|next| {
        view! {
            <a class="button" href=link(&next) rel="next">
                "Next"
                <Icon icon=icondata::LuChevronRight/>
            </a>
        }
    });
    (first.is_some() || next.is_some())
        .then(|| view! { <nav class="pager" aria-label="Pages">{first}{next}</nav> })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(after: &str, next: Option<&str>) -> String {
        let next = next.map(str::to_owned);
        Owner::new().with(|| {
            view! { <Pager path="/users" query=vec![("search", "a&b".to_owned())] after=after next=next/> }.to_html()
        })
    }

    #[test]
    fn the_next_page_keeps_the_search() {
        let html = render("", Some("k2"));
        assert!(html.contains("/users?search=a%26b&amp;after=k2"), "{html}");
        assert!(!html.contains("First"), "{html}");
    }

    #[test]
    fn the_last_page_leads_to_the_first() {
        let html = render("k9", None);
        assert!(html.contains(r#"href="/users?search=a%26b""#), "{html}");
        assert!(!html.contains("Next"), "{html}");
    }

    #[test]
    fn a_list_of_one_page_has_no_pager() {
        assert!(!render("", None).contains("<nav"));
    }
}
