//! Who is assigned to an application: the list, and Add Assignment.

mod add;
mod list;
mod picker;

pub use add::AddAssignmentPage;
pub use list::AssignmentsPage;
