//! Somebody whose attributes are filled in as in a real directory, and whose account has them all.
use jiff::Timestamp;
use purser_domain::expression::Context;
use purser_domain::ids::{JobId, LinkId, RoleId, UserId};
use purser_domain::mapping::{CompiledMapping, Reference, References, Source, Subject, default_user_mapping};
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Decision, Link, LinkState, Observed, Origin, Step, Write, plan_object};
use purser_domain::scope::{Entitlement, FilterVerdict, Scope, ScopeFacts, ScopeMode, decide_scope};
use purser_domain::target_schema::TargetSchema;
use purser_domain::user::{User, UserAttributes};
use uuid::Uuid;

/// Everything that the rules look at.
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) scope: Scope,
    pub(crate) mapping: CompiledMapping,
    /// What was exported is what the rules say now.
    pub(crate) link: Link,
    context: Context<'static>,
}

impl Person {
    /// As the plan wants to see the person.
    pub(crate) fn subject(&self) -> Subject<'_> {
        let manager = Reference { source: Uuid::from_u128(8), account: Some("manager-account") };
        Subject {
            source: Source::User(&self.user),
            scope: &self.scope,
            references: References { manager: Some(manager), members: &[] },
            roles: &[],
            context: &self.context,
        }
    }
}

/// A person under the default mapping, provisioned and unchanged since.
pub(crate) fn person() -> Person {
    let user = user();
    let roles = [Entitlement { role: RoleId::from_uuid(Uuid::max()), via_group: None }];
    let scope = decide_scope(&ScopeFacts {
        scope: ScopeMode::Assigned,
        default_access_counts: false,
        account_enabled: user.account_enabled,
        soft_deleted: false,
        roles: &roles,
        filter: FilterVerdict::Passed,
    });
    let Ok(mapping) = CompiledMapping::compile(&default_user_mapping(), TargetSchema::scim_user()) else {
        panic!("the default mapping compiles")
    };
    let link = Link {
        id: LinkId::from_uuid(Uuid::from_u128(1)),
        job: JobId::from_uuid(Uuid::from_u128(2)),
        kind: ObjectKind::User,
        source: user.id.as_uuid(),
        target_id: "2819c223-7f76-453a-919d-413861904646".to_owned(),
        state: LinkState::Active,
        origin: Origin::Created,
        exported: serde_json::Map::new(),
        cause: None,
        display_name: user.name(),
    };
    let context = Context::at(Timestamp::UNIX_EPOCH);
    let mut person = Person { user, scope, mapping, link, context };
    let Step::Decided(Decision::Send(Write::Create(write))) =
        plan_object(&person.mapping, person.subject(), None, &Observed::None)
    else {
        panic!("somebody new gets an account")
    };
    person.link.exported = write.exported();
    person
}

fn user() -> User {
    let text = |text: &str| Some(text.to_owned());
    User {
        id: UserId::from_uuid(Uuid::from_u128(7)),
        account_enabled: true,
        manager: Some(UserId::from_uuid(Uuid::from_u128(8))),
        deleted_at: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        generation: 1,
        attributes: UserAttributes {
            user_principal_name: text("zoe.angstrom@contoso.com"),
            display_name: text("Zoë Ångström"),
            given_name: text("Zoë"),
            surname: text("Ångström"),
            mail: text("zoe.angstrom@contoso.com"),
            mail_nickname: text("zoe.angstrom"),
            job_title: text("Principal Engineer"),
            department: text("Research and Development"),
            company_name: text("Contoso"),
            employee_id: text("1042177"),
            preferred_language: text("en-US"),
            street_address: text("1 Harbour Street"),
            city: text("Sydney"),
            state: text("NSW"),
            postal_code: text("2000"),
            country: text("Australia"),
            telephone_number: text("+61 2 5550 1234"),
            mobile: text("+61 (4) 5550-5678"),
            ..UserAttributes::default()
        },
    }
}
