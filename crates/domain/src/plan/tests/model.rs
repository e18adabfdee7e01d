//! Histories: a directory and its mappings change at random; each plan is carried out on a small target, and
//! planning again must find nothing left to do.
mod rows;
mod world;

use super::*;
use proptest::prelude::*;
use rows::{DISABLING, group_mappings, user_mappings};
use world::{Who, World};

/// What can happen between two cycles.
#[derive(Debug, Clone)]
enum Event {
    Attribute(usize, &'static str, Option<String>),
    Name(usize, String),
    Enabled(usize, bool),
    Deleted(usize, bool),
    Roles(usize, Vec<RoleId>),
    Manager(usize, Option<usize>),
    Gone(usize),
    Member(usize, usize, bool),
    Assigned(usize, bool),
    Filter(Option<String>),
    Remap(Box<(ObjectMapping, ObjectMapping)>),
}

fn events() -> impl Strategy<Value = Event> {
    let (person, team) = (0_usize..3, 0_usize..2);
    let names = proptest::sample::select(vec![
        "displayName",
        "givenName",
        "surname",
        "mail",
        "country",
        "mailNickname",
        "department",
        "jobTitle",
        "extensionAttribute1",
    ]);
    let text = proptest::option::weighted(0.7, "[aAb;\"' é]{0,3}");
    // Two people may have the same name, and guests and strangers one that is theirs elsewhere.
    let sign_in = proptest::sample::select(vec![
        "0@contoso.com",
        "1@contoso.com",
        "2@Contoso.com",
        "before@contoso.com",
        "kim_fabrikam.com#EXT#@contoso.com",
    ]);
    let roles = proptest::collection::vec(prop_oneof![Just(ROLE), Just(RoleId::DEFAULT_ACCESS)], 0..3);
    prop_oneof![
        6 => (person.clone(), names, text).prop_map(|(who, name, text)| Event::Attribute(who, name, text)),
        1 => (person.clone(), sign_in).prop_map(|(who, name)| Event::Name(who, name.to_owned())),
        1 => (person.clone(), any::<bool>()).prop_map(|(who, enabled)| Event::Enabled(who, enabled)),
        1 => (person.clone(), any::<bool>()).prop_map(|(who, deleted)| Event::Deleted(who, deleted)),
        4 => (person.clone(), roles).prop_map(|(who, roles)| Event::Roles(who, roles)),
        2 => (person.clone(), proptest::option::of(person.clone())).prop_map(|(who, boss)| Event::Manager(who, boss)),
        1 => person.clone().prop_map(Event::Gone),
        3 => (team.clone(), person, any::<bool>()).prop_map(|(team, who, is)| Event::Member(team, who, is)),
        1 => (team, any::<bool>()).prop_map(|(team, assigned)| Event::Assigned(team, assigned)),
        1 => proptest::option::of("[ab]").prop_map(Event::Filter),
        1 => (user_mappings(), group_mappings()).prop_map(|both| Event::Remap(Box::new(both))),
    ]
}

fn happen(world: &mut World, event: Event) {
    let edit = |world: &mut World, who: usize, change: &dyn Fn(&mut User)| {
        if let Some(user) = &mut world.people[who].user {
            change(user);
        }
    };
    match event {
        Event::Attribute(who, name, text) => {
            edit(world, who, &|user| user.attributes.set(name, text.clone()).unwrap());
        }
        Event::Name(who, name) => {
            edit(world, who, &|user| user.attributes.user_principal_name = Some(name.clone()));
        }
        Event::Enabled(who, enabled) => edit(world, who, &|user| user.account_enabled = enabled),
        Event::Deleted(who, deleted) => {
            edit(world, who, &|user| user.deleted_at = deleted.then_some(Timestamp::UNIX_EPOCH));
        }
        Event::Roles(who, roles) => world.people[who].roles = roles,
        Event::Manager(who, boss) => world.people[who].manager = boss.filter(|boss| *boss != who),
        Event::Gone(who) => {
            world.people[who].user = None;
            world
                .people
                .iter_mut()
                .filter(|person| person.manager == Some(who))
                .for_each(|person| person.manager = None);
            world.teams.iter_mut().for_each(|team| {
                team.members.remove(&who);
            });
        }
        Event::Member(team, who, true) if world.people[who].user.is_some() => {
            world.teams[team].members.insert(who);
        }
        Event::Member(team, who, _) => {
            world.teams[team].members.remove(&who);
        }
        Event::Assigned(team, assigned) => world.teams[team].assigned = assigned,
        Event::Filter(department) => world.filter = department,
        Event::Remap(both) => world.remap(both.0, both.1),
    }
}

/// Plans for everybody and carries it out; true when there was something to do.
fn run_cycle(world: &mut World) -> Result<bool, TestCaseError> {
    let mut acted = false;
    for who in world.everybody() {
        let action = world.plan(who);
        prop_assert_eq!(&action, &world.plan(who), "the plan is not deterministic");
        let owned: Vec<String> = world.links.values().map(|link| link.target_id.clone()).collect();
        let own = world.link(who).map(|link| link.target_id.clone());
        let adopted = match &action {
            Step::Decided(
                Decision::Note(Note::Link { target_id, .. })
                | Decision::Send(Write::Update { edit: Edit { target_id, .. }, adopt: true }),
            ) => {
                prop_assert!(!owned.contains(target_id), "adopts somebody else's account: {:?}", action);
                Some(target_id.clone())
            }
            _ => None,
        };
        let before = world.accounts.clone();
        let done = world.carry_out(who, action.clone());
        for (id, body) in &before {
            if Some(id) != own.as_ref() && Some(id) != adopted.as_ref() {
                prop_assert_eq!(Some(body), world.accounts.get(id), "touches a stranger: {:?}", action);
            }
        }
        let again = world.plan(who);
        prop_assert!(!world.carry_out(who, again.clone()), "{:?} planned again: {:?}", action, again);
        check_leaver(world, who)?;
        acted |= done;
    }
    Ok(acted)
}

/// Who is out of scope has no enabled account, wherever the mapping allows to disable it.
fn check_leaver(world: &World, who: Who) -> Result<(), TestCaseError> {
    let disables = world.users.attributes.iter().any(|row| row.source == expression(DISABLING));
    let (Who::Person(_), Some(link), true) = (who, world.link(who), world.users.actions.update && disables)
    else {
        return Ok(());
    };
    if !world.scope(who).in_scope {
        prop_assert_eq!(link.state, LinkState::Disabled);
    }
    let active = &world.accounts[&link.target_id]["active"];
    // An account that was linked and disabled under another mapping may say nothing.
    if link.exported.contains_key("active") {
        prop_assert_eq!(active == &json!(true), link.state == LinkState::Active, "{:?}", link);
    }
    Ok(())
}

/// What counts as exported is what the accounts hold.
fn check_exported(world: &World) -> Result<(), TestCaseError> {
    for link in world.links.values() {
        let body = &world.accounts[&link.target_id];
        for (path, value) in link.exported.iter().filter(|(path, _)| *path != "@seen") {
            let path: crate::path::TargetPath = path.parse().unwrap();
            let rule = TargetSchema::scim_user().rule(&path);
            let Some(found) = path.find(body) else {
                return Err(TestCaseError::fail(format!("{path} is not there: {body}")));
            };
            let agrees = match (value, found) {
                // The account may hold more than what is ours.
                (Value::Array(ours), Value::Array(all)) => {
                    ours.iter().all(|one| all.iter().any(|found| rule.agrees(one, found)))
                }
                _ => rule.agrees(value, found),
            };
            prop_assert!(agrees, "{}: {} is {}", path, value, found);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn planning_again_after_applying_finds_nothing_to_do(
        mappings in (user_mappings(), group_mappings()),
        history in proptest::collection::vec(proptest::collection::vec(events(), 1..4), 1..12),
        before in proptest::option::of((any::<bool>(), "[aA]{0,2}")),
    ) {
        let mut world = World::new(mappings.0, mappings.1);
        let stranger = json!({"userName": "stranger@contoso.com", "active": true, "title": "Theirs"});
        world.accounts.insert("stranger".to_owned(), stranger.clone());
        if let Some((active, country)) = before {
            let addresses = json!([{"type": "work", "country": country}]);
            let body = json!({"userName": "Before@contoso.com", "active": active, "addresses": addresses,
                "costCenter": "Theirs", "timezone": "CET"});
            world.accounts.insert("before".to_owned(), body);
            let team = json!({"displayName": "Team 1", "members": [{"value": "stranger"}]});
            world.accounts.insert("team".to_owned(), team);
        }
        for events in history {
            events.into_iter().for_each(|event| happen(&mut world, event));
            // Accounts first, then the references to them; after that nothing is left.
            run_cycle(&mut world)?;
            run_cycle(&mut world)?;
            prop_assert!(!run_cycle(&mut world)?, "a third cycle still found something to do");
            check_exported(&world)?;
            prop_assert_eq!(&world.accounts["stranger"], &stranger);
            // What the account had and no row maps stays, whoever it belongs to.
            if let Some(body) = world.accounts.get("before") {
                prop_assert_eq!(&body["costCenter"], &json!("Theirs"));
            }
            if let Some(body) = world.accounts.get("team") {
                let members = body["members"].as_array().unwrap();
                let stays = members.contains(&json!({"value": "stranger"}));
                prop_assert!(stays, "{}", body);
            }
        }
    }
}
