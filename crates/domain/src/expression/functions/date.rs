//! Dates: reading, writing, reckoning.
use crate::expression::evaluate::{Answer, Call, answer, text};
use crate::expression::fault::Halt;
use crate::expression::function::{
    Function, Gives, PLAIN, Prepared, Type, example, example_of, optional, required,
};
use crate::expression::tree::{Kind, Node};
use crate::value::Value;
use purser_dotnet::calendar::{Interval, add, count_between, from_file_time, to_file_time};
use purser_dotnet::date_exact::{DateStyles, parse_exact};
use purser_dotnet::date_format::format_date;

const INTERVALS: &str = "Intervals are yyyy (years), m (months), ww (weeks), d (days), h (hours), n (minutes) and s (seconds), with regard to case.";

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "CDate",
        parameters: &[required("expression", Type::Date)],
        gives: Type::Date,
        sentence: "Reads a text as a date, in UTC.",
        remark: "It takes what .NET takes in the invariant culture, month before day; a text without an offset counts as UTC. It prints as M/d/yyyy h:mm:ss tt.",
        examples: &[
            example(
                "CDate([StatusHireDate])",
                r#"{"StatusHireDate": "2020-03-16-07:00"}"#,
                "3/16/2020 7:00:00 AM",
            ),
            example(r#"CDate("2021-06-30+08:00")"#, "{}", "6/29/2021 4:00:00 PM"),
            example_of(r#"CDate("2021-02-29")"#, "{}", Gives::Error),
        ],
        evaluate: |call| Ok(call.date(0)?.map(Value::DateTime).map(std::borrow::Cow::Owned)),
        ..PLAIN
    },
    Function {
        name: "DateAdd",
        parameters: &[
            required("interval", Type::Text),
            required("value", Type::Number),
            required("date", Type::Date),
        ],
        gives: Type::Date,
        sentence: "Adds so many intervals to a date; a negative value goes back.",
        remark: INTERVALS,
        examples: &[
            example(
                r#"DateAdd("d", 7, CDate([StatusHireDate]))"#,
                r#"{"StatusHireDate": "2012-03-16-07:00"}"#,
                "3/23/2012 7:00:00 AM",
            ),
            example(r#"DateAdd("m", 1, CDate("2021-01-31"))"#, "{}", "2/28/2021 12:00:00 AM"),
        ],
        evaluate: add_to_date,
        prepare: Some(check_interval),
        ..PLAIN
    },
    Function {
        name: "DateDiff",
        parameters: &[
            required("interval", Type::Text),
            required("first date", Type::Date),
            required("second date", Type::Date),
        ],
        gives: Type::Number,
        sentence: "Gives how many intervals lie between two dates; positive when the second is later.",
        remark: "Days, hours, minutes and seconds count the whole span, cut towards zero; years and months count the borders crossed, weeks the Sundays. Intervals are yyyy, m, ww, d, h, n and s.",
        examples: &[
            example(r#"DateDiff("d", CDate("2021-08-18+08:00"), CDate("2021-08-31+08:00"))"#, "{}", "13"),
            example(r#"DateDiff("yyyy", CDate("2021-12-31"), CDate("2022-01-01"))"#, "{}", "1"),
        ],
        evaluate: subtract_dates,
        prepare: Some(check_interval),
        ..PLAIN
    },
    Function {
        name: "DateFromNum",
        parameters: &[required("value", Type::Number)],
        gives: Type::Date,
        sentence: "Gives the date of a Windows file time: ticks of 100 nanoseconds since 1601 in UTC.",
        examples: &[example("DateFromNum(129699324000000000)", "{}", "1/1/2012 11:00:00 PM")],
        evaluate: |call| {
            let Some(ticks) = call.optional_integer(0)? else { return Ok(None) };
            answer(Value::DateTime(from_file_time(ticks).map_err(|error| call.fault(0, error.to_string()))?))
        },
        ..PLAIN
    },
    Function {
        name: "FormatDateTime",
        parameters: &[
            required("source", Type::Text),
            optional("date styles", Type::Text),
            required("input format", Type::Text),
            optional("output format", Type::Text),
        ],
        sentence: "Reads a date by one format and writes it by another.",
        remark: "Formats are those of .NET, such as yyyy-MM-dd. The styles can be left out altogether, so that three arguments are source, input format and output format. Styles are names of .NET's DateTimeStyles; without any, white space at both ends is allowed. An offset in the source is converted to UTC. A source that is a date already needs no reading.",
        examples: &[
            example(
                r#"FormatDateTime([extensionAttribute1], , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")"#,
                r#"{"extensionAttribute1": "20150123105347.1Z"}"#,
                "2015-01-23",
            ),
            example(r#"FormatDateTime("25.8.2021", "d.M.yyyy", "dddd")"#, "{}", "Wednesday"),
        ],
        evaluate: reformat,
        check: check_formats,
        ..PLAIN
    },
    Function {
        name: "Now",
        gives: Type::Date,
        sentence: "Gives the current date and time in UTC.",
        examples: &[example_of("Now()", "{}", Gives::Varies("7/2/2021 3:33:38 PM"))],
        evaluate: |call| answer(Value::DateTime(jiff::tz::Offset::UTC.to_datetime(call.context().now))),
        ..PLAIN
    },
    Function {
        name: "NumFromDate",
        parameters: &[required("value", Type::Date)],
        gives: Type::Number,
        sentence: "Gives the Windows file time of a date: ticks of 100 nanoseconds since 1601 in UTC.",
        remark: "Before 1601 there is none, and it fails.",
        examples: &[
            example(r#"NumFromDate("2012-01-01T23:00:00Z")"#, "{}", "129699324000000000"),
            example(r#"NumFromDate("1601-01-01")"#, "{}", "0"),
        ],
        evaluate: |call| {
            let Some(date) = call.date(0)? else { return Ok(None) };
            answer(Value::Integer(to_file_time(date).map_err(|error| call.fault(0, error.to_string()))?))
        },
        ..PLAIN
    },
];

/// An interval that is a literal is checked while parsing.
fn check_interval(arguments: &[Option<Node>]) -> Result<Option<Prepared>, (usize, String)> {
    if let Some(Some(Node { kind: Kind::Literal(code), .. })) = arguments.first() {
        Interval::parse(&code.to_display()).map_err(|error| (0, error.to_string()))?;
    }
    Ok(None)
}

fn read_interval(call: &Call<'_, '_>) -> Result<Interval, Halt> {
    Interval::parse(&call.text_or_empty(0)?).map_err(|error| call.fault(0, error.to_string()))
}

fn add_to_date<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let interval = read_interval(call)?;
    let (Some(amount), Some(date)) = (call.optional_integer(1)?, call.date(2)?) else { return Ok(None) };
    answer(Value::DateTime(add(date, interval, amount).map_err(|error| call.fault(1, error.to_string()))?))
}

fn subtract_dates<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let interval = read_interval(call)?;
    let (Some(from), Some(to)) = (call.date(1)?, call.date(2)?) else { return Ok(None) };
    answer(Value::Integer(count_between(interval, from, to)))
}

/// With four arguments the second is the styles, with three it is the input format.
fn check_formats(arguments: &[Option<Node>]) -> Result<(), &'static str> {
    let is_given = |at: usize| arguments.get(at).is_some_and(Option::is_some);
    if is_given(3) || (is_given(1) && is_given(2)) {
        Ok(())
    } else {
        Err("needs an input and an output format: FormatDateTime(source, , input format, output format).")
    }
}

fn reformat<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let Some(source) = call.single(0)?.filter(|value| !value.is_empty()) else { return Ok(None) };
    let (styles, input, output) = if call.is_given(3) { (Some(1), 2, 3) } else { (None, 1, 2) };
    let date = match source.as_ref() {
        Value::DateTime(date) => *date,
        other => {
            let names = match styles {
                Some(at) => call.text(at)?.filter(|names| !names.trim().is_empty()),
                None => None,
            };
            let styles = match names {
                Some(names) => DateStyles::parse(&names).map_err(|error| call.fault(1, error.to_string()))?,
                None => DateStyles::default(),
            };
            let format = call.text_or_empty(input)?;
            let date = parse_exact(&other.to_display(), &format, styles, call.today());
            date.map_err(|error| call.fault(0, error.to_string()))?
        }
    };
    let format = call.text_or_empty(output)?;
    text(format_date(date, &format).map_err(|error| call.fault(output, error.to_string()))?)
}
