//! The parts that pages and islands both show, so they compile on both sides: everything here reaches the browser.
mod count;
mod progress;
mod time;

pub use count::grouped;
pub use progress::Progress;
pub use time::TimeStamp;
