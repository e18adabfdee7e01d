//! The people of the sample organisation: made up, the same in every run, and named as people are named in many
//! places, so that the demo also shows what happens to accents, apostrophes and other scripts.
use std::collections::HashSet;

use serde_json::{Value, json};

use crate::organisation::{DEPARTMENTS, Department};

/// How many there are.
const COUNT: usize = 300;
/// Domain of their user names.
const DOMAIN: &str = "harbourline.example";

/// A person.
pub(crate) struct Person {
    pub(crate) user_name: String,
    given_name: &'static str,
    surname: &'static str,
    language: &'static str,
    title: &'static str,
    pub(crate) department: &'static Department,
    pub(crate) contractor: bool,
    /// Position of the manager in the list; always before this person.
    pub(crate) manager: Option<usize>,
    number: usize,
}

/// Name, how it is written in a user name, and the language of the person.
const GIVEN_NAMES: &[(&str, &str, &str)] = &[
    ("Zoë", "zoe", "nl-NL"),
    ("Björn", "bjorn", "sv-SE"),
    ("Chloé", "chloe", "fr-FR"),
    ("Siobhán", "siobhan", "en-IE"),
    ("Юлия", "yuliya", "uk-UA"),
    ("José María", "josemaria", "es-ES"),
    ("Amina", "amina", "en-GB"),
    ("陽菜", "hina", "ja-JP"),
    ("Łukasz", "lukasz", "pl-PL"),
    ("Oluwaseun", "oluwaseun", "en-GB"),
    ("Jean-Luc", "jeanluc", "fr-FR"),
    ("Nguyệt", "nguyet", "vi-VN"),
    ("Μαρία", "maria", "el-GR"),
    ("Jürgen", "jurgen", "de-DE"),
    ("محمد", "mohammed", "ar-EG"),
    ("Ana Sofia", "anasofia", "pt-PT"),
    ("Þóra", "thora", "is-IS"),
    ("Priya", "priya", "en-IN"),
    ("Ömer", "omer", "tr-TR"),
    ("伟", "wei", "zh-CN"),
    ("Niamh", "niamh", "en-IE"),
    ("Mateo", "mateo", "es-ES"),
    ("Ingrid", "ingrid", "nb-NO"),
    ("נועה", "noa", "he-IL"),
    ("Tomáš", "tomas", "cs-CZ"),
    ("Aroha", "aroha", "en-NZ"),
    ("Françoise", "francoise", "fr-FR"),
    ("Kwame", "kwame", "en-GB"),
    ("지우", "jiwoo", "ko-KR"),
];

/// Surname, and how it is written in a user name.
const SURNAMES: &[(&str, &str)] = &[
    ("O'Brien", "obrien"),
    ("Müller-Lüdenscheidt", "muller"),
    ("D'Angelo", "dangelo"),
    ("García Márquez", "garcia"),
    ("Åkesson", "akesson"),
    ("Kowalczyk", "kowalczyk"),
    ("van der Berg", "vanderberg"),
    ("Nguyễn", "nguyen"),
    ("Okafor", "okafor"),
    ("Sørensen", "sorensen"),
    ("Yılmaz", "yilmaz"),
    ("Παπαδόπουλος", "papadopoulos"),
    ("Dvořák", "dvorak"),
    ("佐藤", "sato"),
    ("Шевченко", "shevchenko"),
    ("McAllister", "mcallister"),
    ("Ben-David", "bendavid"),
    ("Iyer", "iyer"),
    ("الحسن", "alhassan"),
    ("Groß", "gross"),
    ("Núñez", "nunez"),
    ("Jónsdóttir", "jonsdottir"),
    ("王", "wang"),
    ("Smith", "smith"),
    ("N'Diaye", "ndiaye"),
    ("Brontë", "bronte"),
    ("Szabó", "szabo"),
    ("Tanaka", "tanaka"),
    ("Mac Giolla", "macgiolla"),
    ("Costa e Silva", "costa"),
    ("김", "kim"),
];

/// All of them: the head of the company, the heads of the departments, and everybody else.
pub(crate) fn everybody() -> Vec<Person> {
    let mut taken = HashSet::new();
    (0..COUNT).map(|number| person(number, &mut taken)).collect()
}

fn person(number: usize, taken: &mut HashSet<String>) -> Person {
    // The lengths of the lists have no common divisor, so that a pair comes again only after all others.
    let (given_name, given_ascii, language) = GIVEN_NAMES[number % GIVEN_NAMES.len()];
    let (surname, surname_ascii) = SURNAMES[number % SURNAMES.len()];
    let mut user_name = format!("{given_ascii}.{surname_ascii}@{DOMAIN}");
    if !taken.insert(user_name.clone()) {
        user_name = format!("{given_ascii}.{surname_ascii}{number}@{DOMAIN}");
        taken.insert(user_name.clone());
    }
    let heads = DEPARTMENTS.len();
    let department_at = if number == 0 { 0 } else { (number - 1) % heads };
    let department = &DEPARTMENTS[department_at];
    let contractor = number > heads && number % 15 == 7;
    let (title, manager) = match number {
        0 => ("Managing Director", None),
        number if number <= heads => (department.head, Some(0)),
        number => (department.titles[(number / heads) % department.titles.len()], Some(department_at + 1)),
    };
    Person { user_name, given_name, surname, language, title, department, contractor, manager, number }
}

impl Person {
    /// The person as a user of the Graph API.
    pub(crate) fn to_graph(&self) -> Value {
        let office = self.department.office;
        let nickname = self.user_name.split('@').next().unwrap_or_default();
        let mut user = json!({
            "accountEnabled": true,
            "userPrincipalName": self.user_name,
            "displayName": format!("{} {}", self.given_name, self.surname),
            "givenName": self.given_name,
            "surname": self.surname,
            "mail": self.user_name,
            "mailNickname": nickname,
            "jobTitle": self.title,
            "department": self.department.name,
            "companyName": if self.contractor { "Tidewater Services" } else { "Harbour Line" },
            "employeeId": format!("H{:05}", 10_000 + self.number),
            "employeeType": if self.contractor { "Contractor" } else { "Employee" },
            "preferredLanguage": self.language,
            "usageLocation": office.country_code,
            "officeLocation": office.name,
            "streetAddress": office.street,
            "city": office.city,
            "state": office.state,
            "postalCode": office.postal_code,
            "country": office.country,
            "businessPhones": [format!("{} {:03}", office.phone, self.number)],
        });
        // Not everybody has a mobile telephone, and hardly anybody a fax machine.
        if !self.number.is_multiple_of(3) {
            user["mobilePhone"] = json!(format!("+49 170 555 {:04}", self.number));
        }
        if self.number.is_multiple_of(40) {
            user["faxNumber"] = json!(format!("{} {:03} 9", office.phone, self.number));
        }
        user
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_hundred_people_with_user_names_of_their_own() {
        let people = everybody();
        let names: HashSet<_> = people.iter().map(|person| person.user_name.to_lowercase()).collect();
        assert_eq!(names.len(), 300);
        assert!(names.iter().all(|name| name.is_ascii() && !name.contains(' ')));
    }

    #[test]
    fn managers_come_before_those_who_report_to_them() {
        for (at, person) in everybody().iter().enumerate() {
            assert!(person.manager.is_none_or(|manager| manager < at), "{}", person.user_name);
        }
    }
}
