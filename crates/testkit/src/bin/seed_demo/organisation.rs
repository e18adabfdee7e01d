//! Departments and groups of the sample organisation.
use serde_json::{Value, json};

use crate::people::Person;

/// A department, and where it sits.
pub(crate) struct Department {
    pub(crate) name: &'static str,
    pub(crate) head: &'static str,
    pub(crate) titles: &'static [&'static str],
    pub(crate) office: &'static Office,
}

/// An office.
pub(crate) struct Office {
    pub(crate) name: &'static str,
    pub(crate) street: &'static str,
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) postal_code: &'static str,
    pub(crate) country: &'static str,
    pub(crate) country_code: &'static str,
    pub(crate) phone: &'static str,
}

const HARBOUR: Office = Office {
    name: "Harbour House",
    street: "Am Sandtorkai 50",
    city: "Hamburg",
    state: "Hamburg",
    postal_code: "20457",
    country: "Germany",
    country_code: "DE",
    phone: "+49 40 5550",
};
const QUAY: Office = Office {
    name: "Quay West",
    street: "12 King's Wharf",
    city: "Cork",
    state: "Munster",
    postal_code: "T12 X8N6",
    country: "Ireland",
    country_code: "IE",
    phone: "+353 21 555",
};
const BAY: Office = Office {
    name: "Bay 9",
    street: "Avinguda de Drassanes 9",
    city: "Barcelona",
    state: "Catalunya",
    postal_code: "08001",
    country: "Spain",
    country_code: "ES",
    phone: "+34 93 555",
};

/// The departments.
pub(crate) const DEPARTMENTS: &[Department] = &[
    Department {
        name: "Operations",
        head: "Head of Operations",
        titles: &["Operations Planner", "Dispatcher", "Terminal Supervisor"],
        office: &HARBOUR,
    },
    Department {
        name: "Fleet",
        head: "Head of Fleet",
        titles: &["Captain", "Chief Engineer", "Second Officer", "Purser"],
        office: &HARBOUR,
    },
    Department {
        name: "Finance",
        head: "Chief Financial Officer",
        titles: &["Accountant", "Controller", "Payroll Specialist"],
        office: &HARBOUR,
    },
    Department {
        name: "People",
        head: "Head of People",
        titles: &["Recruiter", "People Partner"],
        office: &QUAY,
    },
    Department {
        name: "IT",
        head: "Chief Information Officer",
        titles: &["System Administrator", "Identity Engineer", "Service Desk Agent"],
        office: &QUAY,
    },
    Department {
        name: "Engineering",
        head: "Head of Engineering",
        titles: &["Software Engineer", "Data Engineer", "Test Engineer"],
        office: &BAY,
    },
    Department {
        name: "Sales",
        head: "Head of Sales",
        titles: &["Account Manager", "Sales Representative"],
        office: &QUAY,
    },
    Department {
        name: "Marketing",
        head: "Head of Marketing",
        titles: &["Designer", "Editor", "Campaign Manager"],
        office: &BAY,
    },
    Department {
        name: "Customer Care",
        head: "Head of Customer Care",
        titles: &["Care Agent", "Care Team Lead"],
        office: &QUAY,
    },
    Department {
        name: "Legal",
        head: "General Counsel",
        titles: &["Counsel", "Compliance Officer"],
        office: &HARBOUR,
    },
    Department {
        name: "Procurement",
        head: "Head of Procurement",
        titles: &["Buyer", "Category Manager"],
        office: &BAY,
    },
    Department {
        name: "Safety",
        head: "Head of Safety",
        titles: &["Safety Inspector", "Trainer"],
        office: &HARBOUR,
    },
];

/// A group with its members, as positions in the list of people.
pub(crate) struct Group {
    pub(crate) name: String,
    description: String,
    pub(crate) members: Vec<usize>,
}

impl Group {
    pub(crate) fn to_graph(&self) -> Value {
        let nickname: String = self.name.chars().filter(char::is_ascii_alphanumeric).collect();
        json!({
            "displayName": self.name,
            "description": self.description,
            "mailNickname": nickname.to_lowercase(),
            "mailEnabled": false,
            "securityEnabled": true,
        })
    }
}

/// The 20 groups. The first holds all staff, and nobody from outside.
pub(crate) fn groups(people: &[Person]) -> Vec<Group> {
    let group = |name: &str, description: &str, accepts: &dyn Fn(usize, &Person) -> bool| Group {
        name: name.to_owned(),
        description: description.to_owned(),
        members: people.iter().enumerate().filter(|(at, p)| accepts(*at, p)).map(|(at, _)| at).collect(),
    };
    let mut groups = vec![group("All Staff", "Everybody but contractors", &|_, person| !person.contractor)];
    for department in DEPARTMENTS {
        let description = format!("Department {}", department.name);
        groups.push(group(department.name, &description, &|_, person| {
            person.department.name == department.name
        }));
    }
    for office in [&HARBOUR, &QUAY, &BAY] {
        let name = format!("Office {}", office.city);
        groups.push(group(&name, office.name, &|_, person| person.department.office.name == office.name));
    }
    groups.push(group("Leadership", "Those whom others report to", &|at, _| at <= DEPARTMENTS.len()));
    groups.push(group("Contractors", "People of other companies", &|_, person| person.contractor));
    groups.push(group("First Aiders", "Trained in first aid", &|at, _| at % 17 == 3));
    groups.push(group("Project Lighthouse", "The new booking system", &|at, _| at % 11 == 5));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twenty_groups_and_none_is_empty() {
        let groups = groups(&crate::people::everybody());
        assert_eq!(groups.len(), 20);
        assert_eq!(groups[0].name, "All Staff");
        assert!(groups.iter().all(|group| !group.members.is_empty()));
        assert!(groups[0].members.len() < 300);
    }
}
