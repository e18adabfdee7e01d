//! Light or dark, as chosen in the header bar; without a choice the browser's preference decides.
use crate::context;

/// Name of the cookie that keeps the choice.
pub(crate) const COOKIE: &str = "theme";

/// The choice made earlier: `light` or `dark`.
pub(crate) fn chosen() -> Option<&'static str> {
    parse(&context::cookie(COOKIE)?)
}

/// Reads a choice from outside; anything else than the two themes is no choice.
pub(crate) fn parse(text: &str) -> Option<&'static str> {
    match text {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}
