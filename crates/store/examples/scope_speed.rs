//! Prints what counting a scope costs: `cargo run --release -p purser-store --example scope_speed [PEOPLE]`.
//!
//! The directory is made in a temporary folder: 500,000 people unless told otherwise, some of them disabled or deleted,
//! each in one or two of twenty groups. A quarter of them is assigned directly, half of them through groups.
#![expect(clippy::print_stdout, reason = "printing figures is all it does")]

use anyhow::{Result, anyhow};
use purser_domain::{
    group::Group,
    ids::{AppId, AssignmentId, GroupId, RoleId, UserId},
    object::ObjectKind,
    scope::{Clause, ClauseGroup, MEMBER_OF, Operator, ScopeMode, ScopingFilter},
    user::{User, UserAttributes},
};
use purser_store::{
    AppRole, Application, Assignment, Clock, Principal, Store, StoreConfig, SystemClock, Tx, new_id,
};
use std::time::{Duration, Instant};

const GROUPS: usize = 20;
/// People a transaction holds.
const BATCH: usize = 10_000;
const ROUNDS: usize = 5;
/// Longer than a count takes.
const LONGEST: Duration = Duration::from_secs(600);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let people = std::env::args().nth(1).map_or(Ok(500_000), |number| number.parse())?;
    let folder = tempfile::tempdir()?;
    let database_url = format!("sqlite:{}?mode=rwc", folder.path().join("purser.db").display());
    let store = Store::open(&StoreConfig { database_url, master_key: [1; 32] }).await?;
    purser_migrations::migrate(store.connection()).await?;
    let start = Instant::now();
    let (app, group) = prepare(&store, people).await?;
    println!(
        "{people} people made in {:.1} s; best of {ROUNDS} and worst, in milliseconds:",
        start.elapsed().as_secs_f64()
    );

    let sales = clause("department", Operator::Equals, "Sales");
    let domain = clause("userPrincipalName", Operator::EndsWith, "7@contoso.com");
    let number = clause("employeeId", Operator::GreaterThan, "1200000");
    let hired = clause("extensionAttribute1", Operator::GreaterThanOrEquals, "2015-01-01");
    let regex = clause("userPrincipalName", Operator::RegexMatch, r".*[1357]\@contoso.com");
    let backtracking = clause("displayName", Operator::NotRegexMatch, r"^(?!Person Number 9)(\w+) \1");
    let member = clause(MEMBER_OF, Operator::IsMemberOf, &group.to_string());
    let odd_member = clause(MEMBER_OF, Operator::RegexMatch, "0$");
    let filters = [
        ("no filter", vec![]),
        ("EQUALS", vec![vec![sales.clone()]]),
        ("ENDS_WITH", vec![vec![domain.clone()]]),
        ("Greater_Than, number", vec![vec![number.clone()]]),
        ("Greater_Than, date", vec![vec![hired.clone()]]),
        ("IsMemberOf", vec![vec![member.clone()]]),
        (
            "all of these, OR",
            vec![vec![sales.clone()], vec![domain], vec![number], vec![hired], vec![member]],
        ),
        ("REGEX MATCH", vec![vec![regex.clone()]]),
        ("EQUALS and REGEX MATCH", vec![vec![sales, regex]]),
        ("NOT REGEX MATCH, back reference", vec![vec![backtracking]]),
        ("REGEX MATCH on memberOf", vec![vec![odd_member]]),
    ];
    for scope in [ScopeMode::All, ScopeMode::Assigned] {
        for (name, groups) in &filters {
            measure(&store, app, scope, name, groups).await?;
        }
    }
    Ok(())
}

async fn measure(
    store: &Store,
    app: AppId,
    scope: ScopeMode,
    name: &str,
    groups: &[Vec<Clause>],
) -> Result<()> {
    let group = |clauses: &Vec<Clause>| ClauseGroup { clauses: clauses.clone(), ..ClauseGroup::default() };
    let filter = ScopingFilter { groups: groups.iter().map(group).collect(), ..ScopingFilter::default() };
    let filter = filter.compile(ObjectKind::User).map_err(|problems| anyhow!("{problems:?}"))?;
    let mut times = Vec::with_capacity(ROUNDS);
    let mut counts = Default::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        counts = store.count_in_scope(app, scope, false, &filter, LONGEST).await?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let (best, worst) = (times[0], times[ROUNDS - 1]);
    println!(
        "  {:8} {name:32} {best:6.0} {worst:6.0}   {} of {}",
        scope.as_str(),
        counts.in_scope,
        counts.people
    );
    Ok(())
}

fn clause(attribute: &str, operator: Operator, value: &str) -> Clause {
    Clause {
        attribute: attribute.to_owned(),
        operator,
        values: vec![value.to_owned()],
        extra: serde_json::Map::new(),
    }
}

async fn prepare(store: &Store, people: usize) -> Result<(AppId, GroupId)> {
    let now = SystemClock.now();
    let app = AppId::from_uuid(new_id(&SystemClock));
    let role = RoleId::from_uuid(new_id(&SystemClock));
    let tx = store.begin().await?;
    tx.insert_application(&Application {
        id: app,
        client_id: app.as_uuid(),
        template_id: "scim".to_owned(),
        display_name: "Speed".to_owned(),
        notes: String::new(),
        generation: 1,
        created_at: now,
        updated_at: now,
    })
    .await?;
    tx.insert_role(&AppRole {
        id: role,
        app,
        display_name: "User".to_owned(),
        description: String::new(),
        value: None,
        enabled: true,
    })
    .await?;
    let mut groups = Vec::with_capacity(GROUPS);
    for number in 0..GROUPS {
        groups.push(insert_group(&tx, number).await?);
    }
    for group in &groups[..GROUPS / 4] {
        assign(&tx, app, role, Principal::Group(*group)).await?;
    }
    tx.commit().await?;
    for first in (0..people).step_by(BATCH) {
        let tx = store.begin().await?;
        let mut members = vec![Vec::new(); GROUPS];
        for number in first..people.min(first + BATCH) {
            let id = insert_person(&tx, number).await?;
            members[number % 10].push(id);
            if number % 3 == 0 {
                members[10 + number % 10].push(id);
            }
            if number % 4 == 0 {
                assign(&tx, app, role, Principal::User(id)).await?;
            }
        }
        for (group, members) in groups.iter().zip(&members) {
            tx.add_members(*group, members, now).await?;
        }
        tx.commit().await?;
    }
    Ok((app, groups[7]))
}

async fn assign(tx: &Tx, app: AppId, role: RoleId, principal: Principal) -> Result<()> {
    let id = AssignmentId::from_uuid(new_id(&SystemClock));
    tx.insert_assignment(&Assignment { id, app, principal, role, created_at: SystemClock.now() }).await?;
    Ok(())
}

async fn insert_group(tx: &Tx, number: usize) -> Result<GroupId> {
    let group = Group {
        id: GroupId::from_uuid(new_id(&SystemClock)),
        display_name: format!("Group {number}"),
        description: None,
        mail_nickname: None,
        generation: 1,
        created_at: SystemClock.now(),
        updated_at: SystemClock.now(),
    };
    tx.insert_group(&group).await?;
    Ok(group.id)
}

async fn insert_person(tx: &Tx, number: usize) -> Result<UserId> {
    let now = SystemClock.now();
    let departments = ["Engineering", "Sales", "Marketing", "Finance", "Legal"];
    let mail = format!("person{number}@contoso.com");
    let user = User {
        id: UserId::from_uuid(new_id(&SystemClock)),
        account_enabled: !number.is_multiple_of(50),
        manager: None,
        deleted_at: (number % 100 == 1).then_some(now),
        created_at: now,
        updated_at: now,
        generation: 1,
        attributes: UserAttributes {
            user_principal_name: Some(mail.clone()),
            display_name: Some(format!("Person Number {number}")),
            given_name: Some("Person".to_owned()),
            surname: Some(format!("Number {number}")),
            mail: Some(mail),
            mail_nickname: Some(format!("person{number}")),
            job_title: Some("Senior Engineer".to_owned()),
            department: Some(departments[number % departments.len()].to_owned()),
            company_name: Some("Contoso".to_owned()),
            employee_id: Some((1_000_000 + number).to_string()),
            street_address: Some("1 Main Street".to_owned()),
            postal_code: Some("1011 AB".to_owned()),
            city: Some("Amsterdam".to_owned()),
            country: Some("Netherlands".to_owned()),
            extension_attribute1: Some(format!("{}-{:02}-15", 2000 + number % 26, 1 + number % 12)),
            ..UserAttributes::default()
        },
    };
    tx.insert_user(&user).await?;
    Ok(user.id)
}
