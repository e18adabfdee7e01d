//! What a probe made, or may have made.
use purser_domain::object::ObjectKind;

/// What was made, or may have been.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// Objects with the mark, in the order in which they were made.
    pub(super) made: Vec<Made>,
    /// What was asked to be made.
    pub(super) sent: Vec<Sent>,
    /// Already the second attempt at cleaning up; there is no third one.
    pub(super) last: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) kind: ObjectKind,
    pub(super) id: String,
    pub(super) name: String,
    /// It was seen by its id.
    pub(super) shown: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) kind: ObjectKind,
    pub(super) name: String,
    /// The answer does not tell whether it was made; true when it tells that it was, and not where.
    pub(super) unsure: Option<bool>,
}
