//! Histories: people change, come and go at random; each plan is carried out on a small target, and
//! planning again must find nothing left to do.
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What can happen to one person between two cycles.
#[derive(Debug, Clone)]
enum Event {
    Attribute(&'static str, Option<String>),
    Enabled(bool),
    Deleted(bool),
    Roles(Vec<RoleId>),
    Manager(Option<String>),
    Update(bool),
    Gone,
}

fn events() -> impl Strategy<Value = Event> {
    let names = prop_oneof![
        Just("displayName"),
        Just("givenName"),
        Just("surname"),
        Just("mail"),
        Just("country"),
        Just("userPrincipalName"),
        Just("mobile"),
        Just("department"),
    ];
    let text = proptest::option::weighted(0.7, "[aA\"' é]{0,3}");
    prop_oneof![
        4 => (names, text).prop_map(|(name, text)| Event::Attribute(name, text)),
        1 => any::<bool>().prop_map(Event::Enabled),
        1 => any::<bool>().prop_map(Event::Deleted),
        2 => proptest::collection::vec(prop_oneof![Just(ROLE), Just(RoleId::DEFAULT_ACCESS)], 0..3)
            .prop_map(Event::Roles),
        1 => proptest::option::of("[ab]").prop_map(Event::Manager),
        1 => proptest::bool::weighted(0.8).prop_map(Event::Update),
        1 => Just(Event::Gone),
    ]
}

/// A target that holds accounts, and the link to the one that is ours.
#[derive(Default)]
struct Target {
    accounts: BTreeMap<String, Value>,
    created: u32,
    link: Option<Link>,
}

impl Target {
    fn search(&self, queries: &[MatchQuery]) -> Observed {
        for query in queries {
            let fits = |body: &Value| {
                query.path.find(body).is_some_and(|found| {
                    crate::target_schema::TargetRule::of(&query.path).matches(&query.value, found)
                })
            };
            let hits: Vec<_> = self.accounts.iter().filter(|(_, body)| fits(body)).collect();
            match hits[..] {
                [] => {}
                [(id, body)] => return Observed::One(TargetObject { id: id.clone(), body: body.clone() }),
                _ => return Observed::Several(u32::try_from(hits.len()).unwrap()),
            }
        }
        Observed::None
    }

    fn change(&mut self, target_id: &str, changes: &[Change]) {
        let body = self.accounts.get_mut(target_id).unwrap();
        for change in changes {
            change.path.write(body, change.new.clone().unwrap_or(Value::Null));
        }
    }

    fn adopt(&mut self, user: &User, target_id: String, exported: Map<String, Value>) {
        self.link = Some(Link { target_id, origin: Origin::Adopted, ..link_to(user, exported) });
    }

    /// Carries out an action; false when there was nothing to do.
    fn carry_out(&mut self, user: &User, action: Action) -> bool {
        match action {
            Action::Match(_) => panic!("searched already"),
            Action::Skip(_) | Action::Refuse(_) => return false,
            Action::Create(write) => {
                self.created += 1;
                let target_id = format!("t{}", self.created);
                self.accounts.insert(target_id.clone(), write.body());
                self.link = Some(Link { target_id, ..link_to(user, write.exported()) });
            }
            Action::Update { target_id, changes, exported_after, adopt, .. } => {
                self.change(&target_id, &changes);
                if adopt {
                    self.adopt(user, target_id, exported_after);
                } else {
                    let link = self.link.as_mut().unwrap();
                    (link.exported, link.state, link.cause) = (exported_after, LinkState::Active, None);
                }
            }
            Action::Disable { target_id, changes, exported_after, cause } => {
                self.change(&target_id, &changes);
                let link = self.link.as_mut().unwrap();
                (link.exported, link.state, link.cause) = (exported_after, LinkState::Disabled, Some(cause));
            }
            Action::Link { target_id, exported_after } => self.adopt(user, target_id, exported_after),
            Action::Delete { target_id } => {
                self.accounts.remove(&target_id).unwrap();
                self.link = None;
            }
        }
        true
    }
}

/// Plans like a cycle does: searches the target where the plan asks for it.
fn plan_with(target: &Target, mapping: &CompiledMapping, subject: Subject<'_>) -> Action {
    match plan_user(mapping, subject, target.link.as_ref(), &Observed::NotAsked) {
        Action::Match(queries) => {
            let observed = target.search(&queries);
            plan_user(mapping, subject, target.link.as_ref(), &observed)
        }
        action => action,
    }
}

proptest! {
    #[test]
    fn planning_again_after_applying_finds_nothing_to_do(
        history in proptest::collection::vec(events(), 1..24),
        account in proptest::option::of(("(?i)kim@contoso\\.com", "[aA]{0,2}", any::<bool>())),
    ) {
        let mappings = [compile(|mapping| mapping.actions.update = false), compile(|_| {})];
        let (mut user, mut roles, mut manager, mut update) = (kim(), vec![], None, true);
        let mut target = Target::default();
        let stranger = json!({"userName": "stranger@contoso.com", "active": true});
        target.accounts.insert("stranger".to_owned(), stranger.clone());
        if let Some((name, country, active)) = account {
            let addresses = json!([{"type": "work", "country": country}]);
            let body = json!({"userName": name, "active": active, "addresses": addresses, "title": "Theirs"});
            target.accounts.insert("before".to_owned(), body);
        }
        for event in history {
            match event {
                Event::Attribute(name, text) => user.attributes.set(name, text).unwrap(),
                Event::Enabled(enabled) => user.account_enabled = enabled,
                Event::Deleted(deleted) => user.deleted_at = deleted.then_some(Timestamp::UNIX_EPOCH),
                Event::Roles(new) => roles = new,
                Event::Manager(new) => manager = new,
                Event::Update(ticked) => update = ticked,
                Event::Gone => {
                    if let Some(link) = &target.link {
                        let action = plan_deprovision(link, ObjectActions::default());
                        let kept = matches!(action, Action::Skip(_));
                        target.carry_out(&user, action);
                        if kept {
                            target.link = None;
                        }
                    }
                    continue;
                }
            }
            let mapping = &mappings[usize::from(update)];
            let scope = scope_of(&user, &roles);
            let subject = Subject { user: &user, scope: &scope, manager_target: manager.as_deref() };
            let action = plan_with(&target, mapping, subject);
            prop_assert_eq!(&action, &plan_with(&target, mapping, subject), "the plan is not deterministic");
            target.carry_out(&user, action);
            let again = plan_with(&target, mapping, subject);
            prop_assert!(!target.carry_out(&user, again.clone()), "planned again: {:?}", again);
            if let (true, true, Some(link)) = (scope.in_scope, update, &target.link) {
                let body = &target.accounts[&link.target_id];
                for (path, value) in &link.exported {
                    let path: crate::path::TargetPath = path.parse().unwrap();
                    let rule = crate::target_schema::TargetRule::of(&path);
                    let found = path.read(body);
                    prop_assert!(found.as_ref().is_some_and(|found| rule.agrees(value, found)), "{}: {:?}", path, found);
                }
                prop_assert_eq!(body["active"].clone(), json!(true));
            }
            prop_assert_eq!(&target.accounts["stranger"], &stranger);
            if target.link.as_ref().is_some_and(|link| link.target_id == "before") {
                prop_assert_eq!(&target.accounts["before"]["title"], &json!("Theirs"));
            }
        }
    }
}
