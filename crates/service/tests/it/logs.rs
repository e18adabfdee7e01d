use crate::fixture::{Fixture, admin, refused};
use purser_contract::log::LogForm;
use purser_contract::problem::ProblemKind;

#[tokio::test]
async fn an_empty_log_is_an_empty_page_and_unknown_words_are_told() {
    let fixture = Fixture::new().await;
    let page = fixture.portal.list_logs(&admin(), LogForm::default()).await.unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
    let form = LogForm {
        status: "Failure".into(),
        action: "create".into(),
        identity: "ann".into(),
        ..LogForm::default()
    };
    fixture.portal.list_logs(&admin(), form).await.unwrap();
    let wrong =
        fixture.portal.list_logs(&admin(), LogForm { status: "great".into(), ..LogForm::default() }).await;
    assert_eq!(refused(wrong, ProblemKind::Invalid).field.as_deref(), Some("status"));
    refused(fixture.portal.load_log(&admin(), "nonsense").await, ProblemKind::NotFound);
}
