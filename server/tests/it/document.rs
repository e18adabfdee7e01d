//! A page read as a browser reads it.

use std::collections::BTreeMap;

use scraper::{ElementRef, Html};

/// What a browser makes of a page.
pub(crate) struct Document {
    /// All text, in order.
    pub(crate) text: String,
    /// Its title.
    pub(crate) title: String,
    /// What each field holds, by its name.
    pub(crate) fields: BTreeMap<String, String>,
    /// Where its links lead.
    pub(crate) links: Vec<String>,
    /// Every element, with the names of its attributes.
    elements: Vec<(String, Vec<String>)>,
}

impl Document {
    pub(crate) fn read(html: &str) -> Self {
        let html = Html::parse_document(html);
        let mut read = Self {
            text: String::new(),
            title: String::new(),
            fields: BTreeMap::new(),
            links: Vec::new(),
            elements: Vec::new(),
        };
        for element in html.tree.nodes().filter_map(ElementRef::wrap) {
            read.take(element);
        }
        read.text = html.root_element().text().collect();
        read
    }

    fn take(&mut self, element: ElementRef) {
        let value = element.value();
        self.elements
            .push((value.name().to_owned(), value.attrs().map(|(name, _)| name.to_owned()).collect()));
        let text = || element.text().collect::<String>();
        match (value.name(), value.attr("name"), value.attr("href")) {
            // An icon may have a title as well.
            ("title", ..) if self.title.is_empty() => self.title = text(),
            ("textarea", Some(name), _) => drop(self.fields.insert(name.to_owned(), text())),
            ("input", Some(name), _) => {
                self.fields.insert(name.to_owned(), value.attr("value").unwrap_or_default().to_owned());
            }
            ("a", _, Some(href)) => self.links.push(href.to_owned()),
            _ => {}
        }
    }

    /// The first element that no page makes, or that has an attribute which no page gives it.
    pub(crate) fn intruder(&self) -> Option<&(String, Vec<String>)> {
        let plain =
            |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:".contains(&byte));
        self.elements.iter().find(|(element, attributes)| {
            element == "b"
                || !plain(element)
                || attributes.iter().any(|name| !plain(name) || name.contains("hostile"))
        })
    }
}
