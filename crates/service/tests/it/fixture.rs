//! A portal on a fresh database, with a clock that stands still and an engine that does not run.
use jiff::{SignedDuration, Timestamp};
use purser_connectors::{EgressPolicy, Gallery, HttpKit};
use purser_contract::application::{ApplicationView, CreateApplicationForm};
use purser_contract::audit::AuditRowView;
use purser_contract::directory::{GroupForm, GroupView, UserForm, UserView};
use purser_contract::page::ListForm;
use purser_contract::problem::{Problem, ProblemKind};
use purser_domain::ids::{AdminId, TokenId};
use purser_engine::{Engine, EngineDeps, EngineSettings};
use purser_service::{Caller, ImportTask, Portal, PortalDeps, Result};
use purser_store::{ChangeKind, ManualClock, Store, StoreConfig, TaskQueue};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

pub(crate) struct Fixture {
    pub(crate) portal: Portal,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    _folder: tempfile::TempDir,
}

/// The gallery's generic SCIM application.
pub(crate) const SCIM: &str = "SCIM application";

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::with_egress(EgressPolicy::default()).await
    }

    /// May reach targets of the test on this machine.
    pub(crate) async fn on_loopback() -> Self {
        let allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        Self::with_egress(EgressPolicy { allowed_networks, ..EgressPolicy::default() }).await
    }

    pub(crate) async fn with_egress(policy: EgressPolicy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = format!("sqlite:{}?mode=rwc", folder.path().join("purser.db").display());
        let store = Store::open(&StoreConfig { database_url, master_key: [7; 32] }).await.unwrap();
        purser_migrations::migrate(store.connection()).await.unwrap();
        let clock = Arc::new(ManualClock::new("2026-03-01T08:00:00Z".parse::<Timestamp>().unwrap()));
        let kit = HttpKit::new(policy).unwrap();
        let gallery = Arc::new(Gallery::load().unwrap());
        let engine = Engine::new(EngineDeps {
            store: store.clone(),
            clock: clock.clone(),
            kit: kit.clone(),
            gallery: Arc::clone(&gallery),
            settings: EngineSettings::default(),
        });
        let imports: TaskQueue<ImportTask> = TaskQueue::new(&store, "imports");
        imports.setup().await.unwrap();
        let deps = PortalDeps {
            store: store.clone(),
            engine,
            imports,
            kit,
            gallery,
            clock: clock.clone(),
            default_domain: Some("contoso.com".to_owned()),
        };
        Self { portal: Portal::new(deps), store, clock, _folder: folder }
    }

    pub(crate) async fn add_user(&self, upn: &str, name: &str) -> UserView {
        self.portal.save_user(&admin(), user_form(upn, name)).await.unwrap()
    }

    pub(crate) async fn add_group(&self, name: &str) -> GroupView {
        let form = GroupForm { display_name: name.into(), ..GroupForm::default() };
        self.portal.save_group(&admin(), form).await.unwrap()
    }

    pub(crate) async fn add_application(&self, name: &str) -> ApplicationView {
        self.add_application_of(SCIM, name).await
    }

    /// An application from this gallery app.
    pub(crate) async fn add_application_of(&self, template: &str, name: &str) -> ApplicationView {
        let templates = self.portal.list_templates(&admin(), "").unwrap();
        let template = templates.iter().find(|found| found.display_name == template).unwrap();
        let form = CreateApplicationForm { template_id: template.id.clone(), display_name: name.into() };
        self.portal.create_application(&admin(), form).await.unwrap()
    }

    /// The id of an application's role.
    pub(crate) async fn role(&self, app: &ApplicationView, name: &str) -> String {
        let roles = self.portal.list_roles(&admin(), &app.id).await.unwrap();
        roles.into_iter().find(|role| role.display_name == name).unwrap().id
    }

    /// The change feed after `seq` as this application's job reads it, as far as people are concerned: who, for whom, why.
    pub(crate) async fn changes(&self, app: &ApplicationView, seq: i64) -> Vec<(String, bool, ChangeKind)> {
        let rows = self.store.list_changes(seq, app.id.parse().unwrap(), 1_000).await.unwrap();
        let people = rows.into_iter().filter_map(|row| Some((row.object.user()?, row)));
        people.map(|(user, row)| (user.to_string(), row.app.is_some(), row.kind)).collect()
    }

    /// What the feed says of groups after `seq` to this application's job, in order.
    pub(crate) async fn group_changes(&self, app: &ApplicationView, seq: i64) -> Vec<ChangeKind> {
        let rows = self.store.list_changes(seq, app.id.parse().unwrap(), 1_000).await.unwrap();
        rows.into_iter().filter(|row| row.object.group().is_some()).map(|row| row.kind).collect()
    }

    pub(crate) async fn last_seq(&self) -> i64 {
        self.store.last_change_seq().await.unwrap()
    }

    /// The newest audit entries in full.
    pub(crate) async fn audit_rows(&self) -> Vec<AuditRowView> {
        let form = ListForm { size: 200, ..ListForm::default() };
        self.portal.list_audit(&admin(), form).await.unwrap().items
    }

    /// So many days go by, each with its chores.
    pub(crate) async fn pass_days(&self, days: u32) {
        for _ in 0..days {
            self.clock.advance(SignedDuration::from_hours(24));
            self.portal.keep_house().await.unwrap();
        }
    }

    /// The newest audit entries: activity and target.
    pub(crate) async fn audit(&self, count: u32) -> Vec<(String, String)> {
        let form = ListForm { size: count, ..ListForm::default() };
        let page = self.portal.list_audit(&admin(), form).await.unwrap();
        page.items.into_iter().map(|row| (row.activity, row.target)).collect()
    }
}

pub(crate) fn admin() -> Caller {
    Caller::Administrator { id: AdminId::from_uuid(Uuid::nil()), name: "Ada".into() }
}

pub(crate) fn token() -> Caller {
    Caller::Token { id: TokenId::from_uuid(Uuid::nil()), name: "script".into() }
}

pub(crate) fn user_form(upn: &str, name: &str) -> UserForm {
    let attributes = [("userPrincipalName", upn), ("displayName", name)];
    UserForm {
        attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        account_enabled: Some("true".into()),
        ..UserForm::default()
    }
}

/// Fields of a form, by name.
pub(crate) fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The form that a page shows for this user.
pub(crate) fn form_of(view: &UserView) -> UserForm {
    UserForm {
        id: view.id.clone(),
        generation: view.generation,
        attributes: view.attributes.clone(),
        account_enabled: view.account_enabled.then(|| "true".into()),
        manager: view.manager_id.clone().unwrap_or_default(),
    }
}

/// The problem of a refused use-case, which must be of this kind.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>, kind: ProblemKind) -> Problem {
    let problem = result.unwrap_err().problem();
    assert_eq!(problem.kind, kind, "{problem}");
    problem
}
