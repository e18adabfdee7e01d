//! How long the rules take for one person. `cargo xtask bench rules` runs this.
//!
//! A cycle over 500,000 people asks these questions 500,000 times. Two of the answers have a bar that was
//! set beforehand ([`BARS`]): behind divan's table stands whether they are under it, and the run fails
//! when one is missed by far.
#![expect(clippy::print_stdout, reason = "figures are what a benchmark is for")]
#![expect(clippy::panic, reason = "a benchmark that measures nothing must not look like one that did")]

mod people;

use divan::{Bencher, black_box};
use jiff::Timestamp;
use people::{Person, person};
use purser_domain::expression::{Context, Expression};
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Decision, Note, Observed, SkipCode, Step, plan_object};
use purser_domain::scope::{Clause, ClauseGroup, Operator, ScopingFilter};
use purser_domain::value::Value;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What must not take longer than so long.
struct Bar {
    what: &'static str,
    limit: Duration,
    round: fn(&Person),
}

const BARS: [Bar; 2] = [
    Bar {
        what: "evaluating the default user mapping for one person",
        limit: Duration::from_micros(10),
        round: evaluate,
    },
    Bar { what: "planning an unchanged person", limit: Duration::from_micros(3), round: plan },
];

/// A slow or busy machine misses a bar by a little; more than this is a regression.
const BY_FAR: u32 = 3;

/// Expressions as mappings have them, from the plainest to the busiest.
const EXPRESSIONS: [&str; 5] = [
    r#"Join(" ", [givenName], [surname])"#,
    r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#,
    r#"Replace([mail], "@contoso.com", , , "@example.com", , )"#,
    r#"Replace([mobile], , "[()\\s-]+", , "", , )"#,
    r#"ToLower(Join("@", NormalizeDiacritics(StripSpaces(Join(".", [givenName], [surname]))), "contoso.com"))"#,
];

fn main() -> ExitCode {
    divan::main();
    // `cargo test --benches` only asks whether everything runs; it measures nothing, nor do we.
    if std::env::args().any(|argument| argument == "--test") {
        return ExitCode::SUCCESS;
    }
    println!();
    let person = person();
    let mut missed = false;
    for bar in BARS {
        let took = time(|| (bar.round)(&person));
        let verdict = if took < bar.limit { "under" } else { "OVER" };
        println!("{}: {took:.2?}, {verdict} the bar of {:?}", bar.what, bar.limit);
        missed |= took > bar.limit * BY_FAR;
    }
    if missed {
        println!("A bar is missed more than {BY_FAR} times over.");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The median of many short runs, so that a busy moment of the machine does not count.
fn time(round: impl Fn()) -> Duration {
    const RUNS: usize = 201;
    const ROUNDS: u32 = 1_000;
    let mut runs: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            (0..ROUNDS).for_each(|_| round());
            start.elapsed() / ROUNDS
        })
        .collect();
    runs.sort_unstable();
    runs.get(RUNS / 2).copied().unwrap_or_default()
}

fn evaluate(person: &Person) {
    let desired = person.mapping.evaluate(person.subject());
    assert!(black_box(desired).is_ok(), "the default mapping can be evaluated");
}

fn plan(person: &Person) {
    let action = plan_object(&person.mapping, person.subject(), Some(&person.link), &Observed::NotAsked);
    let Step::Decided(Decision::Note(Note::Skip(skip))) = black_box(action) else {
        panic!("somebody unchanged needs nothing")
    };
    assert_eq!(skip.code, SkipCode::RedundantExport);
}

#[divan::bench]
fn evaluating_the_default_mapping(bencher: Bencher<'_, '_>) {
    let person = person();
    bencher.bench_local(|| evaluate(black_box(&person)));
}

#[divan::bench]
fn planning_an_unchanged_person(bencher: Bencher<'_, '_>) {
    let person = person();
    bencher.bench_local(|| plan(black_box(&person)));
}

#[divan::bench(args = EXPRESSIONS)]
fn parsing_an_expression(text: &str) -> Expression {
    parse(black_box(text))
}

#[divan::bench(args = EXPRESSIONS)]
fn evaluating_an_expression(bencher: Bencher<'_, '_>, text: &str) {
    let (person, expression, context) = (person(), parse(text), Context::at(Timestamp::UNIX_EPOCH));
    let read = |name: &str| match name {
        "IsSoftDeleted" => Some(Value::Boolean(false)),
        name => person.user.source_value(name),
    };
    bencher.bench_local(|| black_box(&expression).evaluate(&read, &context));
}

/// One group of four clauses, and a pattern in another.
#[divan::bench]
fn asking_a_scoping_filter(bencher: Bencher<'_, '_>) {
    let clause = |attribute: &str, operator, value: &str| Clause {
        attribute: attribute.to_owned(),
        operator,
        values: Some(value).filter(|value| !value.is_empty()).map(str::to_owned).into_iter().collect(),
        extra: serde_json::Map::new(),
    };
    let group = |clauses| ClauseGroup { clauses, ..ClauseGroup::default() };
    let filter = ScopingFilter {
        groups: vec![
            group(vec![
                clause("state", Operator::Equals, "NSW"),
                clause("employeeId", Operator::GreaterThan, "1000000"),
                clause("jobTitle", Operator::IsNotNull, ""),
                clause("department", Operator::Equals, "Engineering"),
            ]),
            group(vec![clause("userPrincipalName", Operator::RegexMatch, r".*\@contoso\.com")]),
        ],
        ..ScopingFilter::default()
    };
    let Ok(filter) = filter.compile(ObjectKind::User) else { panic!("the filter compiles") };
    let person = person();
    bencher.bench_local(|| black_box(&filter).passes(&|name| person.user.source_value(name)));
}

/// A pattern that takes exponential time where nothing bounds it.
#[divan::bench]
fn stopping_a_catastrophic_pattern(bencher: Bencher<'_, '_>) {
    let expression = parse(r#"Replace([text], , "(([a-z])+.)+[A-Z]([a-z])+$(?=x)", , "x", , )"#);
    let read = |_: &str| Some(Value::text("a".repeat(60)));
    let context = Context::at(Timestamp::UNIX_EPOCH);
    bencher.bench_local(|| black_box(&expression).evaluate(&read, &context));
}

fn parse(text: &str) -> Expression {
    match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => panic!("{text}: {error}"),
    }
}
