//! Counting who is in scope: assignments, roles, disabled and deleted people, filters of every kind, and the bounds of
//! a count.

use crate::support::{Bench, now, person, user_role};
use anyhow::{Result, anyhow};
use purser_domain::{
    ids::{AssignmentId, RoleId, UserId},
    object::ObjectKind,
    scope::{
        Clause, ClauseGroup, CompiledFilter, Entitlement, FilterVerdict, MEMBER_OF, Operator, ScopeFacts,
        ScopeMode, ScopingFilter, decide_scope, filter_attributes,
    },
};
use purser_store::{Assignment, JobSpec, Principal, ScopeCounts, new_id};
use std::time::Duration;

/// Longer than any of these counts takes.
const LONG: Duration = Duration::from_secs(60);

fn clause(attribute: &str, operator: Operator, values: &[&str]) -> Clause {
    Clause {
        attribute: attribute.to_owned(),
        operator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        extra: serde_json::Map::new(),
    }
}

fn compile(groups: Vec<Vec<Clause>>) -> Result<CompiledFilter> {
    let groups =
        groups.into_iter().map(|clauses| ClauseGroup { clauses, ..ClauseGroup::default() }).collect();
    let filter = ScopingFilter { groups, ..ScopingFilter::default() };
    filter.compile(ObjectKind::User).map_err(|problems| anyhow!("{problems:?}"))
}

/// Forty people: every fifth is disabled, every seventh deleted, every third in a group that is assigned, every fourth
/// assigned directly, every eighth of them with Default Access only.
async fn fill(bench: &Bench) -> Result<(JobSpec, Vec<UserId>)> {
    let spec = bench.add_application("Promapp").await?;
    let mut ids = Vec::new();
    for number in 0..40 {
        let id = bench.user_id();
        let mut user = person(id, &format!("kim{number}@contoso.com"), &format!("Kim {number}"));
        user.account_enabled = number % 5 != 0;
        user.attributes.employee_id = Some(number.to_string());
        user.attributes.department = (number % 2 == 0).then(|| "Sales".to_owned());
        let tx = bench.store.begin().await?;
        tx.insert_user(&user).await?;
        if number % 7 == 0 {
            tx.soft_delete_user(id, now()).await?;
        }
        if number % 4 == 0 {
            let role = if number % 8 == 0 { RoleId::DEFAULT_ACCESS } else { user_role() };
            let assignment = AssignmentId::from_uuid(new_id(&bench.clock));
            let (app, principal) = (spec.application_id, Principal::User(id));
            tx.insert_assignment(&Assignment { id: assignment, app, principal, role, created_at: now() })
                .await?;
        }
        tx.commit().await?;
        ids.push(id);
    }
    let members: Vec<UserId> = ids.iter().copied().step_by(3).collect();
    let group = bench.add_group("Staff", &members).await?;
    bench.assign(spec.application_id, Principal::Group(group.id)).await?;
    bench.add_group("Nobody's", &ids[..10]).await?;
    Ok((spec, ids))
}

/// The same counts from the domain's decision about each person.
async fn count_one_by_one(
    bench: &Bench,
    spec: &JobSpec,
    scope: ScopeMode,
    default_access_counts: bool,
    filter: &CompiledFilter,
) -> Result<ScopeCounts> {
    let mut counts = ScopeCounts { complete: true, ..ScopeCounts::default() };
    let mut assigned = 0;
    for user in bench.store.page_users(None, 1000).await? {
        let entitlements = bench.store.find_entitlements(spec.application_id, &[user.id]).await?;
        let roles: &[Entitlement] = entitlements.get(&user.id).map_or(&[], |roles| roles);
        let passes = filter.passes(&|name| user.source_value(name)).map_err(|message| anyhow!(message))?;
        let facts = ScopeFacts {
            scope,
            default_access_counts,
            account_enabled: user.account_enabled,
            soft_deleted: user.deleted_at.is_some(),
            roles,
            filter: if passes { FilterVerdict::Passed } else { FilterVerdict::Failed(&[]) },
        };
        counts.people += u64::from(user.deleted_at.is_none());
        counts.in_scope += u64::from(decide_scope(&facts).in_scope);
        let assigned_alone = ScopeFacts { account_enabled: true, filter: FilterVerdict::Passed, ..facts };
        assigned += u64::from(decide_scope(&assigned_alone).in_scope);
    }
    counts.assigned = (scope == ScopeMode::Assigned).then_some(assigned);
    Ok(counts)
}

#[tokio::test]
async fn the_counts_are_those_of_the_decision_about_each_person() -> Result<()> {
    let bench = Bench::new().await?;
    let (spec, _) = fill(&bench).await?;
    let filters = [
        compile(vec![])?,
        compile(vec![vec![clause("department", Operator::Equals, &["Sales"])]])?,
        compile(vec![vec![clause("userPrincipalName", Operator::RegexMatch, &["[1-3]@"])]])?,
        compile(vec![vec![
            clause("department", Operator::IsNull, &[]),
            clause("displayName", Operator::NotRegexMatch, &["3"]),
        ]])?,
        compile(vec![
            vec![clause("employeeId", Operator::GreaterThan, &["30"])],
            vec![clause("displayName", Operator::RegexMatch, &["^Kim 1"])],
        ])?,
    ];
    for filter in &filters {
        for (scope, default_access_counts) in
            [(ScopeMode::All, false), (ScopeMode::Assigned, false), (ScopeMode::Assigned, true)]
        {
            let expected = count_one_by_one(&bench, &spec, scope, default_access_counts, filter).await?;
            let app = spec.application_id;
            let counted = bench.store.count_in_scope(app, scope, default_access_counts, filter, LONG).await?;
            assert_eq!(counted, expected, "{scope} {default_access_counts} {filter:?}");
            assert!(counted.in_scope > 0 && counted.in_scope < counted.people);
        }
    }
    Ok(())
}

#[tokio::test]
async fn membership_is_direct_membership() -> Result<()> {
    let bench = Bench::new().await?;
    let (spec, ids) = fill(&bench).await?;
    let group = bench.add_group("Three", &[ids[1], ids[2], ids[5]]).await?.id.to_string();
    let app = spec.application_id;
    for (clause, expected) in [
        // The one of the three who is disabled never counts.
        (clause(MEMBER_OF, Operator::IsMemberOf, &[&group]), 2),
        (clause(MEMBER_OF, Operator::RegexMatch, &[&format!("^{group}$")]), 2),
        (clause(MEMBER_OF, Operator::IsMemberOf, &[&ids[0].to_string()]), 0),
    ] {
        let filter = compile(vec![vec![clause]])?;
        let counts = bench.store.count_in_scope(app, ScopeMode::All, false, &filter, LONG).await?;
        assert_eq!(counts.in_scope, expected, "{filter:?}");
    }
    Ok(())
}

#[tokio::test]
async fn more_people_than_a_page_are_all_counted() -> Result<()> {
    let bench = Bench::new().await?;
    let spec = bench.add_application("Promapp").await?;
    let tx = bench.store.begin().await?;
    for number in 0..2500 {
        tx.insert_user(&person(bench.user_id(), &format!("kim{number}@contoso.com"), "Kim")).await?;
    }
    tx.commit().await?;
    let filter = compile(vec![vec![clause("userPrincipalName", Operator::RegexMatch, &["[02468]@"])]])?;
    let counts =
        bench.store.count_in_scope(spec.application_id, ScopeMode::All, false, &filter, LONG).await?;
    assert_eq!((counts.people, counts.in_scope), (2500, 1250));
    Ok(())
}

#[tokio::test]
async fn counting_is_given_up_when_patterns_decide_nothing_and_says_so() -> Result<()> {
    let bench = Bench::new().await?;
    let spec = bench.add_application("Promapp").await?;
    let tx = bench.store.begin().await?;
    for number in 0..60 {
        // Too long a text to search, which costs the test nothing.
        let name = if number < 55 { "x".repeat(70_000) } else { "Kim".to_owned() };
        tx.insert_user(&person(bench.user_id(), &format!("kim{number}@contoso.com"), &name)).await?;
    }
    tx.commit().await?;
    let slow = || clause("displayName", Operator::NotRegexMatch, &["y"]);
    let app = spec.application_id;
    let few = clause("userPrincipalName", Operator::Includes, &["kim5"]);
    let counts = bench
        .store
        .count_in_scope(app, ScopeMode::All, false, &compile(vec![vec![few, slow()]])?, LONG)
        .await?;
    assert_eq!((counts.in_scope, counts.undecidable, counts.complete), (5, 6, true));
    let counts =
        bench.store.count_in_scope(app, ScopeMode::All, false, &compile(vec![vec![slow()]])?, LONG).await?;
    assert_eq!((counts.undecidable, counts.complete), (21, false));
    assert_eq!(counts.people, counts.in_scope + counts.undecidable, "about those who were looked at");
    Ok(())
}

#[tokio::test]
async fn counting_that_takes_too_long_is_given_up_and_says_so() -> Result<()> {
    let bench = Bench::new().await?;
    let (spec, _) = fill(&bench).await?;
    let (app, filter) = (spec.application_id, compile(vec![])?);
    let counts = bench.store.count_in_scope(app, ScopeMode::Assigned, false, &filter, Duration::ZERO).await?;
    assert_eq!(counts, ScopeCounts { assigned: Some(0), ..ScopeCounts::default() });
    Ok(())
}

#[tokio::test]
async fn every_attribute_that_a_filter_can_read_can_be_counted_by() -> Result<()> {
    let bench = Bench::new().await?;
    let (spec, _) = fill(&bench).await?;
    for attribute in filter_attributes(ObjectKind::User) {
        let filter = compile(vec![vec![clause(attribute, Operator::IsNotNull, &[])]])?;
        let expected = count_one_by_one(&bench, &spec, ScopeMode::All, false, &filter).await?;
        let counted =
            bench.store.count_in_scope(spec.application_id, ScopeMode::All, false, &filter, LONG).await?;
        if attribute != MEMBER_OF {
            assert_eq!(counted, expected, "{attribute}");
        }
        assert_eq!(counted.people, expected.people);
    }
    Ok(())
}
