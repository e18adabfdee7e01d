//! Provisioning log: what its pages read. Nothing writes to it from the portal.

use crate::context::{caller, portal, refused};
use purser_contract::log::{LogForm, LogRowView, LogView};
use purser_contract::page::PageView;
use purser_contract::problem::Problem;

/// A page of the log, newest first.
pub async fn list_logs(form: LogForm) -> Result<PageView<LogRowView>, Problem> {
    portal()?.list_logs(&caller()?, form).await.map_err(refused)
}

/// One row in full.
pub async fn load_log(id: &str) -> Result<LogView, Problem> {
    portal()?.load_log(&caller()?, id).await.map_err(refused)
}
