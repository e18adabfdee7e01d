//! What stands inside a component.
use leptos::children::ToChildren;
use leptos::prelude::*;

/// The inside of a component that renders once, on the server.
///
/// Leptos' own `Children` is a closure that may run later, so it must own all it shows. This one
/// runs at once, so pages can simply borrow what they render.
pub struct Body(pub(super) AnyView);

impl<F, V> ToChildren<F> for Body
where
    F: FnOnce() -> V,
    V: IntoView + 'static,
{
    fn to_children(inside: F) -> Self {
        Self(inside().into_any())
    }
}
