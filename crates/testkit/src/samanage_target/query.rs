//! Parameters of a query, read as forms are: a `+` is a space.
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What need not be escaped in a query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        Self(
            text.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// The parameter's value, unless it is empty.
    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a parameter that may come more than once, or that has several names.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, value)| key.strip_suffix("[]").unwrap_or(key) == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The same query for another page.
    pub(super) fn write_for_page(&self, page: usize, size: usize) -> String {
        let mut text = String::new();
        let encode = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        for (name, value) in self.0.iter().filter(|(name, _)| name != "page" && name != "per_page") {
            text.push_str(&format!("{}={}&", encode(name), encode(value)));
        }
        text + &format!("page={page}&per_page={size}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_space_unless_it_is_escaped() {
        let query = Query::parse("email=a+b%2Bc&role%5B%5D=1&role[]=2&page=3&name=");
        assert_eq!(query.find("email"), Some("a b+c"));
        assert_eq!(query.all("role").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(query.find("name"), None);
        assert_eq!(
            query.write_for_page(4, 9),
            "email=a%20b%2Bc&role%5B%5D=1&role%5B%5D=2&name=&page=4&per_page=9"
        );
    }
}
