//! The parts that pages and islands both show, so they compile on both sides: everything here reaches the browser.
mod count;
mod cure;
mod progress;
mod time;

pub use count::{counted, grouped};
pub use cure::cure_link;
pub use progress::Progress;
pub use time::TimeStamp;
