//! A small directory, a small target, and a cycle between them.
use super::super::*;
use crate::group::Group;
use crate::ids::GroupId;
use std::collections::{BTreeMap, BTreeSet};

/// A person of the directory, who may be gone for good.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) user: Option<User>,
    pub(super) roles: Vec<RoleId>,
    pub(super) manager: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Team {
    pub(super) group: Group,
    pub(super) assigned: bool,
    pub(super) members: BTreeSet<usize>,
}

/// Whom a plan is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Person(usize),
    Team(usize),
}

pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) teams: Vec<Team>,
    pub(super) users: ObjectMapping,
    pub(super) groups: ObjectMapping,
    pub(super) compiled: (CompiledMapping, CompiledMapping),
    /// The department that the scoping filter lets through, if there is one.
    pub(super) filter: Option<String>,
    pub(super) accounts: BTreeMap<String, Value>,
    pub(super) links: BTreeMap<Uuid, Link>,
    created: u32,
}

pub(super) fn person_id(at: usize) -> Uuid {
    Uuid::from_u128(100 + at as u128)
}

fn team_id(at: usize) -> Uuid {
    Uuid::from_u128(200 + at as u128)
}

impl World {
    pub(super) fn new(users: ObjectMapping, groups: ObjectMapping) -> Self {
        let person = |at| Person {
            user: Some(User {
                id: UserId::from_uuid(person_id(at)),
                attributes: UserAttributes {
                    user_principal_name: Some(format!("{at}@contoso.com")),
                    ..UserAttributes::default()
                },
                ..kim()
            }),
            roles: Vec::new(),
            manager: None,
        };
        let team = |at| Team {
            group: Group {
                id: GroupId::from_uuid(team_id(at)),
                display_name: format!("Team {at}"),
                description: None,
                mail_nickname: None,
                generation: 1,
                created_at: Timestamp::UNIX_EPOCH,
                updated_at: Timestamp::UNIX_EPOCH,
            },
            assigned: true,
            members: BTreeSet::new(),
        };
        let compiled = compile_both(&users, &groups);
        Self {
            people: (0..3).map(person).collect(),
            teams: (0..2).map(team).collect(),
            users,
            groups,
            compiled,
            filter: None,
            accounts: BTreeMap::new(),
            links: BTreeMap::new(),
            created: 0,
        }
    }

    pub(super) fn remap(&mut self, users: ObjectMapping, groups: ObjectMapping) {
        self.compiled = compile_both(&users, &groups);
        (self.users, self.groups) = (users, groups);
    }

    pub(super) fn everybody(&self) -> Vec<Who> {
        (0..self.people.len()).map(Who::Person).chain((0..self.teams.len()).map(Who::Team)).collect()
    }

    pub(super) fn id_of(who: Who) -> Uuid {
        match who {
            Who::Person(at) => person_id(at),
            Who::Team(at) => team_id(at),
        }
    }

    pub(super) fn mapping(&self, who: Who) -> &CompiledMapping {
        match who {
            Who::Person(_) => &self.compiled.0,
            Who::Team(_) => &self.compiled.1,
        }
    }

    pub(super) fn link(&self, who: Who) -> Option<&Link> {
        self.links.get(&Self::id_of(who))
    }

    pub(super) fn scope(&self, who: Who) -> Scope {
        let entitled = |role: &RoleId| Entitlement { role: *role, via_group: None };
        match who {
            Who::Team(at) => {
                let roles = if self.teams[at].assigned { vec![entitled(&ROLE)] } else { vec![] };
                decide_scope(&ScopeFacts::of_group(ScopeMode::Assigned, false, &roles, FilterVerdict::Passed))
            }
            Who::Person(at) => {
                let person = &self.people[at];
                let user = person.user.as_ref();
                let department = user.and_then(|user| user.attributes.department.as_deref());
                let failed = self.filter.as_ref().filter(|wanted| department != Some(wanted.as_str()));
                let clauses: Vec<String> =
                    failed.iter().map(|wanted| format!("department EQUALS {wanted}")).collect();
                decide_scope(&ScopeFacts {
                    scope: ScopeMode::Assigned,
                    default_access_counts: false,
                    account_enabled: user.is_some_and(|user| user.account_enabled),
                    soft_deleted: user.is_none_or(|user| user.deleted_at.is_some()),
                    roles: &person.roles.iter().map(entitled).collect::<Vec<_>>(),
                    filter: match failed {
                        Some(_) => FilterVerdict::Failed(&clauses),
                        None => FilterVerdict::Passed,
                    },
                })
            }
        }
    }

    /// The plan, once every question is answered.
    pub(super) fn plan(&self, who: Who) -> Step {
        let mut observed = Observed::NotAsked;
        for _ in 0..4 {
            observed = match self.plan_once(who, &observed) {
                Step::Ask(Question::Match(queries)) => self.search(who, &queries),
                Step::Ask(Question::Choose(questions)) => {
                    Observed::Chosen(questions.iter().map(|question| self.choose(question)).collect())
                }
                Step::Ask(Question::Read { target_id }) => {
                    let body = self.accounts[&target_id].clone();
                    Observed::One(TargetObject { id: target_id, body })
                }
                action => return action,
            };
        }
        panic!("the plan asks again and again");
    }

    fn plan_once(&self, who: Who, observed: &Observed) -> Step {
        let (mapping, link) = (self.mapping(who), self.link(who));
        let refer = |at: usize| Reference {
            source: person_id(at),
            account: self.links.get(&person_id(at)).map(|link| link.target_id.as_str()),
        };
        let scope = self.scope(who);
        let mut context = Context::at(Timestamp::UNIX_EPOCH);
        context.seed[..16].copy_from_slice(Self::id_of(who).as_bytes());
        let (source, members, manager) = match who {
            Who::Team(at) => {
                let team = &self.teams[at];
                (Source::Group(&team.group), team.members.iter().map(|at| refer(*at)).collect(), None)
            }
            Who::Person(at) => match (&self.people[at].user, link) {
                (Some(user), _) => (Source::User(user), Vec::new(), self.people[at].manager.map(refer)),
                (None, Some(link)) => return deprovision(mapping, link),
                (None, None) => {
                    return skip(SkipCode::NotEffectivelyEntitled, [SkipReason::NotAssigned]).into();
                }
            },
        };
        let references = References { manager, members: &members };
        let subject = Subject { source, scope: &scope, references, roles: &[], context: &context };
        plan_object(mapping, subject, link, observed)
    }

    fn search(&self, who: Who, queries: &[MatchQuery]) -> Observed {
        let schema = match who {
            Who::Person(_) => TargetSchema::scim_user(),
            Who::Team(_) => TargetSchema::scim_group(),
        };
        for query in queries {
            let rule = schema.rule(&query.path);
            let fits =
                |body: &Value| query.path.find(body).is_some_and(|found| rule.matches(&query.value, found));
            let hits: Vec<_> = self.accounts.iter().filter(|(_, body)| fits(body)).collect();
            match hits[..] {
                [] => {}
                [(id, body)] => {
                    return match self.links.values().find(|link| link.target_id == *id) {
                        Some(other) => {
                            Observed::Taken { target_id: id.clone(), other: other.display_name.clone() }
                        }
                        None => account(id, body.clone()),
                    };
                }
                _ => return Observed::Several(u32::try_from(hits.len()).unwrap()),
            }
        }
        Observed::None
    }

    fn choose(&self, question: &UniqueQuestion) -> Choice {
        let taken =
            |value: &Value| self.accounts.values().any(|body| question.path.find(body) == Some(value));
        let value = question.candidates.iter().find(|candidate| !taken(candidate)).cloned();
        Choice { path: question.path.clone(), value }
    }

    /// Carries out an action; false when there was nothing to do.
    pub(super) fn carry_out(&mut self, who: Who, action: Step) -> bool {
        let id = Self::id_of(who);
        let fresh = |target_id, exported| Link { source: id, target_id, ..link_to(&kim(), exported) };
        let Step::Decided(decision) = &action else { panic!("asked already") };
        match decision {
            Decision::Note(Note::Skip(skip)) => {
                if skip.reasons.contains(&SkipReason::NoLongerManaged) {
                    self.links.remove(&id);
                }
                return false;
            }
            Decision::Note(Note::Refuse(_)) => return false,
            Decision::Send(Write::Create(write)) => {
                self.created += 1;
                let target_id = format!("t{}", self.created);
                self.accounts.insert(target_id.clone(), write.body());
                self.links.insert(id, fresh(target_id, write.exported()));
            }
            Decision::Note(Note::Link { target_id, exported_after }) => {
                self.links.insert(id, fresh(target_id.clone(), exported_after.clone()));
            }
            Decision::Send(Write::Update { edit, adopt }) => {
                self.change(edit);
                let link = match adopt {
                    true => fresh(edit.target_id.clone(), edit.exported_after.clone()),
                    false => linked(&self.links[&id], &action),
                };
                self.links.insert(id, link);
            }
            Decision::Send(Write::Disable { edit, .. }) => {
                self.change(edit);
                self.links.insert(id, linked(&self.links[&id], &action));
            }
            Decision::Note(Note::Remember { .. }) => {
                self.links.insert(id, linked(&self.links[&id], &action));
            }
            Decision::Send(Write::Delete { target_id }) => {
                self.accounts.remove(target_id).unwrap();
                self.links.remove(&id).unwrap();
            }
        }
        true
    }

    fn change(&mut self, edit: &Edit) {
        assert!(!edit.changes.is_empty(), "a write that changes nothing");
        let body = self.accounts.get_mut(&edit.target_id).unwrap();
        for change in &edit.changes {
            let after = change.apply(change.path.find(body));
            change.path.write(body, after.unwrap_or(Value::Null));
        }
    }
}

fn compile_both(users: &ObjectMapping, groups: &ObjectMapping) -> (CompiledMapping, CompiledMapping) {
    let users = CompiledMapping::compile(users, TargetSchema::scim_user()).unwrap();
    (users, CompiledMapping::compile(groups, TargetSchema::scim_group()).unwrap())
}
