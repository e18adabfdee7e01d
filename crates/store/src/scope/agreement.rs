//! The property that this room stands on: SQL and the domain's evaluator say the same of every person.

mod texts;

use super::lower::lower;
use super::sql::Sql;
use crate::{Reads, Store, StoreConfig, Tx};
use jiff::Timestamp;
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use purser_domain::{
    group::Group,
    ids::{AppId, GroupId, UserId},
    object::ObjectKind,
    scope::{
        Arity, Clause, ClauseGroup, CompiledFilter, MEMBER_OF, Operator, OperatorDefinition, ScopeMode,
        ScopingFilter, Verdict,
    },
    user::{User, UserAttributes},
    value::Value,
};
use sea_orm::ConnectionTrait;
use std::{cell::Cell, collections::HashSet};
use texts::{ODD, date_text, number_text, odd_text};
use uuid::Uuid;

/// Attributes that the random people have.
const TEXTS: [&str; 3] = ["department", "employeeId", "extensionAttribute1"];
const OTHERS: [&str; 4] = ["accountEnabled", "objectId", "manager", MEMBER_OF];
const GROUPS: u128 = 3;
const PATTERNS: [&str; 10] =
    ["^a", "[0-9]+$", r"\d", ".", "a|b", "(?i)sales", r"\.", "é", r"^(.).*\1$", "0{4}"];

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0193_c0de_0000_7000_8000_0000_0000_0000 | number)
}

#[derive(Debug, Clone)]
struct Person {
    user: User,
    groups: Vec<GroupId>,
}

impl Person {
    fn read(&self, name: &str) -> Option<Value> {
        if name != MEMBER_OF {
            return self.user.source_value(name);
        }
        let ids: Vec<Value> = self.groups.iter().map(|group| Value::text(group.to_string())).collect();
        (!ids.is_empty()).then_some(Value::List(ids))
    }
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let texts = vec(proptest::option::weighted(0.8, odd_text()), TEXTS.len());
    let person =
        (texts, any::<bool>(), proptest::option::of(0..3_u128), 0..8_u8, proptest::bool::weighted(0.1));
    vec(person, 1..12).prop_map(|people| {
        let number = 0..people.len() as u128;
        number.zip(people).map(|(number, person)| make_person(number, person)).collect()
    })
}

fn make_person(
    number: u128,
    (texts, account_enabled, manager, groups, deleted): (Vec<Option<String>>, bool, Option<u128>, u8, bool),
) -> Person {
    let mut attributes = UserAttributes {
        user_principal_name: Some(format!("person{number}@contoso.com")),
        display_name: Some("Person".to_owned()),
        ..UserAttributes::default()
    };
    for (name, text) in TEXTS.iter().zip(texts) {
        attributes.set(name, text).unwrap();
    }
    let user = User {
        id: UserId::from_uuid(id(100 + number)),
        account_enabled,
        manager: manager.map(|manager| UserId::from_uuid(id(100 + manager))),
        deleted_at: deleted.then_some(Timestamp::UNIX_EPOCH),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        generation: 1,
        attributes,
    };
    let is_member = |group: &u128| groups & (1 << group) != 0;
    Person {
        user,
        groups: (0..GROUPS).filter(is_member).map(|group| GroupId::from_uuid(id(group))).collect(),
    }
}

fn operands(operator: Operator) -> BoxedStrategy<Vec<String>> {
    let an_id = || prop_oneof![0..4_u128, 100..104_u128].prop_map(|number| id(number).to_string());
    match operator {
        Operator::RegexMatch | Operator::NotRegexMatch => {
            vec(select(&PATTERNS[..]).prop_map(str::to_owned), 1..3).boxed()
        }
        Operator::GreaterThan | Operator::GreaterThanOrEquals => {
            vec(prop_oneof![number_text(), date_text()], 1..3).boxed()
        }
        Operator::BitAnd | Operator::NotBitAnd => vec(number_text(), 1..3).boxed(),
        Operator::IsMemberOf => vec(an_id(), 1..3).boxed(),
        _ => prop_oneof![3 => vec(odd_text(), 1..4), 1 => vec(an_id(), 1..3)].boxed(),
    }
}

fn clause() -> impl Strategy<Value = Clause> {
    select(Operator::ALL).prop_flat_map(|operator| {
        let attribute = match operator {
            Operator::IsMemberOf => select(vec![MEMBER_OF]),
            _ => select([&TEXTS[..], &TEXTS, &OTHERS].concat()),
        };
        (attribute, operands(operator)).prop_map(move |(attribute, values)| Clause {
            attribute: attribute.to_owned(),
            operator,
            values,
            extra: serde_json::Map::new(),
        })
    })
}

/// A filter of the clauses that are valid.
fn filter() -> impl Strategy<Value = ScopingFilter> {
    let group = vec(clause(), 1..4).prop_map(|mut clauses| {
        clauses.retain(|clause| of_groups(vec![vec![clause.clone()]]).compile(ObjectKind::User).is_ok());
        clauses
    });
    vec(group, 0..4).prop_map(|mut groups| {
        groups.retain(|clauses| !clauses.is_empty());
        of_groups(groups)
    })
}

fn of_groups(groups: Vec<Vec<Clause>>) -> ScopingFilter {
    let group = |clauses| ClauseGroup { name: String::new(), clauses, extra: serde_json::Map::new() };
    ScopingFilter { groups: groups.into_iter().map(group).collect(), extra: serde_json::Map::new() }
}

async fn open() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let database_url = format!("sqlite:{}?mode=rwc", folder.path().join("purser.db").display());
    let store = Store::open(&StoreConfig { database_url, master_key: [7; 32] }).await.unwrap();
    purser_migrations::migrate(store.connection()).await.unwrap();
    (store, folder)
}

/// The people in a transaction that nobody commits.
async fn fill(store: &Store, people: &[Person]) -> Tx {
    let tx = store.begin().await.unwrap();
    for person in people {
        tx.insert_user(&person.user).await.unwrap();
    }
    for number in 0..GROUPS {
        let group = GroupId::from_uuid(id(number));
        let row = Group {
            id: group,
            display_name: "Group".to_owned(),
            description: None,
            mail_nickname: None,
            generation: 1,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        tx.insert_group(&row).await.unwrap();
        let members = people.iter().filter(|person| person.groups.contains(&group));
        let members: Vec<UserId> = members.map(|person| person.user.id).collect();
        tx.add_members(group, &members, Timestamp::UNIX_EPOCH).await.unwrap();
    }
    tx
}

async fn select_ids(reads: &Reads, condition: Sql) -> HashSet<UserId> {
    let sql = Sql::fill("SELECT id FROM users WHERE {}", [condition]);
    let rows = reads.db().query_all_raw(sql.into_statement()).await.unwrap();
    rows.iter().map(|row| UserId::from_uuid(row.try_get_by_index(0).unwrap())).collect()
}

async fn compare(reads: &Reads, people: &[Person], filter: &CompiledFilter) -> Result<bool, TestCaseError> {
    let lowered = lower(filter);
    let exact = lowered.exact;
    let found = select_ids(reads, lowered.condition).await;
    let mut in_scope = 0;
    for person in people {
        let user = &person.user;
        let verdict = filter.evaluate(&|name| person.read(name));
        let passes = verdict == Verdict::Passed;
        if exact {
            prop_assert_eq!(found.contains(&user.id), passes, "{:?} {:?}", person, verdict);
        } else {
            prop_assert!(found.contains(&user.id) || !passes, "narrowed too far: {:?}", person);
        }
        in_scope += u64::from(passes && user.account_enabled && user.deleted_at.is_none());
    }
    let nobody = AppId::from_uuid(Uuid::nil());
    let counts = reads.count_in_scope(nobody, ScopeMode::All, false, filter).await.unwrap();
    prop_assert_eq!(counts.in_scope, in_scope);
    prop_assert_eq!(counts.undecidable, 0);
    Ok(exact)
}

#[test]
fn sql_and_the_evaluator_say_the_same_of_every_person() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (store, _folder) = runtime.block_on(open());
    let (exact, narrowed) = (Cell::new(0), Cell::new(0));
    let config = Config { failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(people(), vec(filter(), 1..12)), |(people, filters)| {
        runtime.block_on(async {
            let tx = fill(&store, &people).await;
            for filter in &filters {
                let compiled = filter.compile(ObjectKind::User).unwrap();
                let counter = if compare(&tx, &people, &compiled).await? { &exact } else { &narrowed };
                counter.set(counter.get() + 1);
            }
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(exact.get() > 200 && narrowed.get() > 50, "{exact:?} {narrowed:?}");
}

/// What SQL and the evaluator say of the texts, one by one, when they are compared with the first of all dates.
async fn dates_told_apart(store: &Store, texts: &[String]) -> Vec<String> {
    let clause = Clause {
        attribute: "department".to_owned(),
        operator: Operator::GreaterThanOrEquals,
        values: vec!["0000-01-01".to_owned()],
        extra: serde_json::Map::new(),
    };
    let filter = of_groups(vec![vec![clause]]).compile(ObjectKind::User).unwrap();
    let condition = lower(&filter).condition;
    let mut sql = Sql::text("SELECT value, coalesce(");
    sql.push(condition);
    sql.push_text(", FALSE) FROM (SELECT value, value AS department FROM json_each(");
    sql.push_value(serde_json::to_string(texts).unwrap());
    sql.push_text(")) AS users");
    let rows = store.db().query_all_raw(sql.into_statement()).await.unwrap();
    assert_eq!(rows.len(), texts.len());
    let answers = rows.iter().map(|row| row.try_get_many_by_index::<(String, bool)>().unwrap());
    let wrong = answers.filter(|(text, answer)| {
        filter.evaluate(&|_| Some(Value::text(text.as_str())))
            != if *answer { Verdict::Passed } else { failed() }
    });
    wrong.map(|(text, _)| text).collect()
}

fn failed() -> Verdict {
    Verdict::Failed { clauses: vec!["department Greater_Than_OR_EQUALS 0000-01-01".to_owned()] }
}

#[tokio::test]
async fn sql_knows_the_calendar_and_the_clock() {
    let (store, _folder) = open().await;
    let mut texts = Vec::new();
    for year in [0, 1, 4, 100, 400, 1900, 2000, 2023, 2024, 9999] {
        for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
            texts.push(format!("{year:04}-{month:02}-{day:02}"));
        }
    }
    for (hour, minute) in (0..=30).flat_map(|hour| (0..=61).map(move |minute| (hour, minute))) {
        texts.push(format!("2024-02-29T{hour:02}:{minute:02}:00"));
        texts.push(format!("2024-02-29T{hour:02}:00:{minute:02}Z"));
    }
    assert_eq!(dates_told_apart(&store, &texts).await, [""; 0]);
}

#[test]
fn every_operator_says_the_same_of_every_odd_text() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let (store, _folder) = open().await;
        let texts = ODD.iter().map(|text| vec![Some((*text).to_owned()), None, None]);
        let numbers = 0..ODD.len() as u128;
        let people: Vec<Person> = numbers
            .zip(texts)
            .map(|(number, texts)| make_person(number, (texts, true, None, 0, false)))
            .collect();
        let tx = fill(&store, &people).await;
        for operator in Operator::ALL {
            let unary = OperatorDefinition::find(*operator).unwrap().arity == Arity::Unary;
            let mut compared = 0;
            for operand in if unary { &ODD[..1] } else { ODD } {
                let clause = Clause {
                    attribute: "department".to_owned(),
                    operator: *operator,
                    values: vec![(*operand).to_owned()],
                    extra: serde_json::Map::new(),
                };
                if let Ok(filter) = of_groups(vec![vec![clause]]).compile(ObjectKind::User) {
                    compare(&tx, &people, &filter).await.unwrap();
                    compared += 1;
                }
            }
            assert!(compared > 0 || *operator == Operator::IsMemberOf, "{operator}");
        }
    });
}
