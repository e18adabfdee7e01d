//! scratch
#![allow(missing_docs, clippy::all, clippy::print_stdout, clippy::allow_attributes_without_reason, clippy::allow_attributes, clippy::disallowed_methods)]
#[path = "../tests/it/support.rs"]
#[allow(dead_code)]
mod support;
use support::*;
use purser_connectors::*;
use serde_json::{json, Value};
use purser_domain::plan::Change;
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = std::env::args().nth(1).unwrap();
    let token = std::env::args().nth(2).unwrap();
    let c = open(&kit()?, Profile::default(), &url, &token)?;
    println!("check {:?}", c.check().await?);
    let bad = open(&kit()?, Profile::default(), &url, "wrong")?;
    println!("bad token {:?}", bad.check().await.err());
    let name = format!("o'brien+\"zoë\"{}@example.com", std::process::id());
    let fix = |vs: Vec<(String, Value)>, mark: &str| -> Vec<(String, Value)> { vs.into_iter().map(|(p, v)| {
        let v = if p.starts_with("emails") { json!(format!("{mark}@example.com")) } else if p == "preferredLanguage" { json!("en-US") } else { v };
        (p, v) }).collect() };
    let one = fix(everything(&name, "one"), "one"); let two = fix(everything(&name, "two"), "two");
    println!("find {:?}", c.find(&query("userName", &name)?).await?.value.len());
    let made = c.create(&write(&one)?).await?;
    println!("made {} {:?}", made.value.id, made.exchange.status);
    let id = made.value.id;
    let check = |body: &Value, vs: &[(String, Value)], what: &str| {
        for (p, _) in &one { let want = vs.iter().find(|(q, _)| q == p).map(|(_, v)| v.clone());
            let got = path(p).unwrap().read(body);
            let rule = purser_domain::target_schema::TargetRule::of(&path(p).unwrap());
            let same = match (&want, &got) { (Some(w), Some(g)) => rule.agrees(w, g), (None, None) => true, _ => false };
            if !same { println!("  {what}: {p}: want {want:?} got {got:?}"); } }
    };
    let steps = |old: Option<&[(String, Value)]>, new: Option<&[(String, Value)]>| -> Vec<Change> {
        (0..one.len()).filter(|i| !["userName","active"].contains(&one[*i].0.as_str())).map(|i| change(&one[i].0, old.map(|o| o[i].1.clone()), new.map(|n| n[i].1.clone())).unwrap()).collect() };
    let body = c.read(&id).await?.value.unwrap().body; check(&body, &one, "created");
    println!("find {:?}", c.find(&query("userName", &name.to_uppercase())?).await?.value.len());
    println!("dup {:?}", c.create(&slim(&name)?).await.err().map(|e| e.kind().clone()));
    for (o, n, what) in [(Some(&one), Some(&two), "replaced"), (Some(&two), None, "cleared"), (None, Some(&one), "filled")] {
        match c.update(&id, &steps(o.map(|v| &v[..]), n.map(|v| &v[..]))).await { Ok(r) => println!("{what} {:?}", r.exchange.status), Err(e) => println!("{what} FAILED {e:?}") }
        let body = c.read(&id).await?.value.unwrap().body; check(&body, n.map_or(&one[..2], |v| &v[..]), what);
    }
    // each attribute alone
    for i in 2..one.len() {
        for (o, n, what) in [(Some(&one), None, "clear1"), (None, Some(&two), "add1"), (Some(&two), Some(&one), "replace1"), (Some(&one), None, "clear1b"), (Some(&one), None, "clear-gone"), (Some(&one), Some(&two), "replace-gone"), (Some(&two), Some(&one), "back")] {
            let ch = change(&one[i].0, o.map(|o| o[i].1.clone()), n.map(|n| n[i].1.clone()))?;
            if let Err(e) = c.update(&id, &[ch]).await { println!("{} {what} FAILED {e:?}", one[i].0); }
            let body = c.read(&id).await?.value.unwrap().body;
            let mut want: Vec<_> = one.clone(); want.remove(i); if let Some(n) = n { want.push(n[i].clone()); }
            check(&body, &want, what);
        }
    }
    c.update(&id, &[change("active", Some(json!(true)), Some(json!(false)))?]).await?;
    println!("{}", c.read(&id).await?.value.unwrap().body);
    println!("mail {:?}", c.find(&query("emails[type eq \"work\"].value", "one@example.com")?).await.map(|r| r.value.len()));
    println!("ext {:?}", c.find(&query("externalId", one[18].1.as_str().unwrap())?).await.map(|r| r.value.len()));
    println!("del {:?} {:?}", c.delete(&id).await?.value, c.delete(&id).await?.value);
    println!("gone {:?}", c.update(&id, &[change("title", None, Some(json!("x")))?]).await.err().map(|e| e.kind().clone()));
    Ok(())
}
