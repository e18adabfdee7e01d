//! Dates.
use super::super::{Context, Expression, Fails, Is, Null, Value, Vector};
use crate::expression::Outcome;

const HIRED: &str = r#"{"StatusHireDate": "2012-03-16-07:00", "now": "8/25/2021 5:41:18 PM", "empty": ""}"#;

pub(super) const VECTORS: &[Vector] = &[
    (r#"CDate([StatusHireDate])"#, r#"{"StatusHireDate": "2020-03-16-07:00"}"#, Is("3/16/2020 7:00:00 AM")),
    (r#"CDate("2021-06-30+08:00")"#, "{}", Is("6/29/2021 4:00:00 PM")),
    (r#"CDate("2021-06-30")"#, "{}", Is("6/30/2021 12:00:00 AM")),
    (r#"CDate("2021-12-31T23:30:00-01:00")"#, "{}", Is("1/1/2022 12:30:00 AM")),
    (r#"CDate("2024-02-29T12:00:00Z")"#, "{}", Is("2/29/2024 12:00:00 PM")),
    (r#"CDate("16 March 2021")"#, "{}", Is("3/16/2021 12:00:00 AM")),
    (r#"CDate("Tue, 16 Mar 2021 10:00:00 GMT")"#, "{}", Is("3/16/2021 10:00:00 AM")),
    (r#"CDate("8/25/49")"#, "{}", Is("8/25/2049 12:00:00 AM")),
    (r#"CDate("8/25/50")"#, "{}", Is("8/25/1950 12:00:00 AM")),
    (r#"CDate("2021-02-29")"#, "{}", Fails("no such day")),
    (r#"CDate("25/8/2021")"#, "{}", Fails("no such day")),
    (r#"CDate("soon")"#, "{}", Fails("is no date")),
    (r#"CDate("0001-01-01+01:00")"#, "{}", Fails("years 1 to 9999")),
    ("CDate([missing])", "{}", Null),
    ("CDate([empty])", HIRED, Null),
    (r#"CDate(CDate("2021-06-30+08:00"))"#, "{}", Is("6/29/2021 4:00:00 PM")),
    (r#"DateAdd("d", 7, CDate([StatusHireDate]))"#, HIRED, Is("3/23/2012 7:00:00 AM")),
    (r#"DateAdd("d", -10, CDate([StatusHireDate]))"#, HIRED, Is("3/6/2012 7:00:00 AM")),
    (r#"DateAdd("ww", 2, CDate([StatusHireDate]))"#, HIRED, Is("3/30/2012 7:00:00 AM")),
    (r#"DateAdd("m", 10, CDate([StatusHireDate]))"#, HIRED, Is("1/16/2013 7:00:00 AM")),
    (r#"DateAdd("yyyy", 2, CDate([StatusHireDate]))"#, HIRED, Is("3/16/2014 7:00:00 AM")),
    (r#"DateAdd("h", -8, CDate([StatusHireDate]))"#, HIRED, Is("3/15/2012 11:00:00 PM")),
    (r#"DateAdd("n", 1, CDate("2021-12-31T23:59:30"))"#, "{}", Is("1/1/2022 12:00:30 AM")),
    (r#"DateAdd("s", "90", "2021-12-31T23:59:30")"#, "{}", Is("1/1/2022 12:01:00 AM")),
    (r#"DateAdd("m", 1, CDate("2024-01-31"))"#, "{}", Is("2/29/2024 12:00:00 AM")),
    (r#"DateAdd("yyyy", 1, CDate("2024-02-29"))"#, "{}", Is("2/28/2025 12:00:00 AM")),
    (r#"DateAdd("yyyy", 8000, CDate("2024-02-29"))"#, "{}", Fails("years 1 to 9999")),
    (r#"DateAdd("d", 9223372036854775807, CDate("2024-02-29"))"#, "{}", Fails("years 1 to 9999")),
    (r#"DateAdd([interval], 1, CDate("2024-02-29"))"#, r#"{"interval": "M"}"#, Fails("is no interval")),
    (r#"DateAdd("d", [word], CDate("2024-02-29"))"#, r#"{"word": "x"}"#, Fails("whole number")),
    (r#"DateAdd("d", 1, [missing])"#, "{}", Null),
    (r#"DateAdd("d", [missing], CDate("2024-02-29"))"#, "{}", Null),
    (r#"DateDiff("d", CDate("2021-08-18+08:00"), CDate("2021-08-31+08:00"))"#, "{}", Is("13")),
    (r#"DateDiff("d", CDate([now]), CDate([StatusHireDate]))"#, HIRED, Is("-3449")),
    (r#"DateDiff("ww", CDate([now]), CDate([StatusHireDate]))"#, HIRED, Is("-493")),
    (r#"DateDiff("m", CDate([now]), CDate([StatusHireDate]))"#, HIRED, Is("-113")),
    (r#"DateDiff("yyyy", CDate([now]), CDate([StatusHireDate]))"#, HIRED, Is("-9")),
    (r#"DateDiff("d", CDate("2021-08-31+08:00"), CDate("2021-08-31+08:00"))"#, "{}", Is("0")),
    (r#"DateDiff("h", CDate("2021-08-24"), CDate("2021-08-25"))"#, "{}", Is("24")),
    (r#"DateDiff("n", CDate("2021-08-24"), CDate("2021-08-25"))"#, "{}", Is("1440")),
    (r#"DateDiff("s", CDate("2021-08-24"), CDate("2021-08-25"))"#, "{}", Is("86400")),
    (r#"DateDiff("d", "2021-08-24T23:59:59", "2021-08-25")"#, "{}", Is("0")),
    (r#"DateDiff("yyyy", "2020-12-31T23:59:59", "2021-01-01")"#, "{}", Is("1")),
    (r#"DateDiff("ww", "2021-01-02", "2021-01-03")"#, "{}", Is("1")),
    (r#"DateDiff("d", "2024-02-28", "2024-03-01")"#, "{}", Is("2")),
    (r#"DateDiff("d", [missing], "2024-03-01")"#, "{}", Null),
    (r#"DateDiff("d", "2024-03-01", [empty])"#, HIRED, Null),
    ("DateFromNum(129699324000000000)", "{}", Is("1/1/2012 11:00:00 PM")),
    (r#"DateFromNum("0")"#, "{}", Is("1/1/1601 12:00:00 AM")),
    ("DateFromNum(2650467743999999999)", "{}", Is("12/31/9999 11:59:59 PM")),
    ("DateFromNum(-1)", "{}", Fails("can't be negative")),
    ("DateFromNum(2650467744000000000)", "{}", Fails("years 1 to 9999")),
    ("DateFromNum([missing])", "{}", Null),
    (
        r#"FormatDateTime([extensionAttribute1], , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")"#,
        r#"{"extensionAttribute1": "20150123105347.1Z"}"#,
        Is("2015-01-23"),
    ),
    (
        r#"FormatDateTime([extensionAttribute1], "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")"#,
        r#"{"extensionAttribute1": "20150123105347.1Z"}"#,
        Is("2015-01-23"),
    ),
    (
        r#"FormatDateTime("25.8.2021", "d.M.yyyy", "dddd, d MMMM yyyy", )"#,
        "{}",
        Is("Wednesday, 25 August 2021"),
    ),
    (
        r#"FormatDateTime("2021-08-25 23:30 -0200", , "yyyy-MM-dd HH:mm zzz", "yyyy-MM-dd HH:mm zzz K")"#,
        "{}",
        Is("2021-08-26 01:30 +00:00 Z"),
    ),
    (r#"FormatDateTime(" 2021-08-25 ", , "yyyy-MM-dd", "d")"#, "{}", Is("08/25/2021")),
    (r#"FormatDateTime(" 2021-08-25", "None", "yyyy-MM-dd", "d")"#, "{}", Fails("was expected")),
    (
        r#"FormatDateTime("2021 - 08 - 25", "AllowInnerWhite, AssumeUniversal", "yyyy-MM-dd", "o")"#,
        "{}",
        Is("2021-08-25T00:00:00.0000000Z"),
    ),
    (r#"FormatDateTime("2021-08-25", "Sloppy", "yyyy-MM-dd", "o")"#, "{}", Fails("is no date style")),
    (r#"FormatDateTime("2021-08-25", , "dd/MM/yyyy", "o")"#, "{}", Fails("is no date")),
    (r#"FormatDateTime("2021-08-25", , "yyyy-MM-dd", "q")"#, "{}", Fails("is no date format")),
    (r#"FormatDateTime("29/02/2023", , "dd/MM/yyyy", "o")"#, "{}", Fails("no such day")),
    (
        r#"FormatDateTime(CDate("2021-06-30+08:00"), , "any", "yyyy-MM-ddTHH:mm:ssZ")"#,
        "{}",
        Is("2021-06-29T16:00:00Z"),
    ),
    (r#"FormatDateTime([missing], , "yyyy", "yy")"#, "{}", Null),
    (r#"FormatDateTime([empty], , "yyyy", "yy")"#, HIRED, Null),
    ("Now()", "{}", Is("6/15/2026 10:20:30 AM")),
    (r#"DateDiff("h", Now(), "2026-06-16")"#, "{}", Is("13")),
    (r#"NumFromDate("2012-01-01T23:00:00Z")"#, "{}", Is("129699324000000000")),
    (r#"NumFromDate(DateFromNum(129699324000000001))"#, "{}", Is("129699324000000001")),
    (r#"NumFromDate("1970-01-01")"#, "{}", Is("116444736000000000")),
    (r#"NumFromDate("1601-01-01")"#, "{}", Is("0")),
    (r#"NumFromDate("1600-12-31")"#, "{}", Fails("before 1601")),
    ("NumFromDate([missing])", "{}", Null),
    (
        r#"NumFromDate(Join("",FormatDateTime([endDate], ,"M/d/yyyy hh:mm:ss tt","yyyy-MM-dd")," 23:59:59-08:00"))"#,
        r#"{"endDate": "12/31/2021 05:41:18 PM"}"#,
        Is("132854975990000000"),
    ),
];

#[test]
fn a_file_time_is_the_unix_time_moved_and_scaled() {
    // The end of 2021 at -08:00 is 2022-01-01T07:59:59Z: 18,993 days after 1970-01-01, and 28,799 seconds.
    let unix: i64 = 18_993 * 86_400 + 28_799;
    assert_eq!((unix + 11_644_473_600) * 10_000_000, 132_854_975_990_000_000);
}

#[test]
fn now_is_what_the_context_says() {
    let now: jiff::Timestamp = "2021-08-25T17:41:18Z".parse().unwrap();
    let evaluate = |text: &str, source: &dyn Fn(&str) -> Option<Value>| {
        let outcome = Expression::parse(text).unwrap().evaluate(source, &Context::at(now)).unwrap();
        let Outcome::Value(value) = outcome else { panic!("{text} gives {outcome:?}") };
        value.to_display().into_owned()
    };
    assert_eq!(evaluate("Now()", &|_| None), "8/25/2021 5:41:18 PM");
    assert_eq!(evaluate(r#"CDate("10:30")"#, &|_| None), "8/25/2021 10:30:00 AM");
    assert_eq!(evaluate(r#"FormatDateTime("03/07", , "dd/MM", "yyyy-MM-dd")"#, &|_| None), "2021-07-03");
    let switch = r#"Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([StatusHireDate])) > 5, "False", "True"), "0", "False")"#;
    for (active, hired, expected) in [
        ("1", "2021-09-04T17:41:18Z", "False"),
        ("1", "2021-08-30", "True"),
        ("1", "2020-01-01", "True"),
        ("0", "2020-01-01", "False"),
    ] {
        let source = |name: &str| Some(Value::text(if name == "Active" { active } else { hired }));
        assert_eq!(evaluate(switch, &source), expected, "{active} {hired}");
    }
}

#[test]
fn an_interval_that_is_none_is_found_while_parsing() {
    let error = Expression::parse(r#"DateAdd("M", 1, [hired])"#).unwrap_err();
    assert_eq!((error.line, error.column), (1, 9), "{error}");
    assert!(error.message.contains("\"M\" is no interval"), "{error}");
    for text in
        [r#"FormatDateTime([a], "yyyy")"#, r#"FormatDateTime([a], , "yyyy", )"#, r#"FormatDateTime([a])"#]
    {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}
