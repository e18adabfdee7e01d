//! The audit log: what its page reads.
use crate::context::{caller, portal, refused};
use purser_contract::audit::AuditRowView;
use purser_contract::page::{ListForm, PageView};
use purser_contract::problem::Problem;

/// A page of the audit log, newest first.
pub async fn list_audit(form: ListForm) -> Result<PageView<AuditRowView>, Problem> {
    portal()?.list_audit(&caller()?, form).await.map_err(refused)
}
