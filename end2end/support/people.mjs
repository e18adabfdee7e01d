// People with names that break things: quotes, accents, right-to-left, other scripts, emoji, HTML.
const GIVEN = ['Zoë', 'José', 'Anaïs', 'Łukasz', 'Siobhán', 'Nguyễn', 'O’Brien', 'محمد', 'דוד', '李', 'Мария', 'Ada', 'Grace', 'Alan', 'Edsger'];
const SURNAMES = ["O'Neill", 'García Márquez', 'Müller-Lüdenscheidt', 'von der "Leyen"', 'Øster', 'Çelik', '<b>Bold</b>', '王', 'Петров', 'Smith & Sons', 'Lovelace 🚀', 'Hopper', 'Turing', 'Dijkstra'];

/** The nth person: deterministic, all attributes of the default mapping that a list of people has. */
export function person(n) {
  const givenName = GIVEN[n % GIVEN.length];
  const surname = SURNAMES[n % SURNAMES.length];
  const number = String(n).padStart(4, '0');
  return {
    userPrincipalName: `person${number}@example.com`,
    displayName: `${givenName} ${surname} ${number}`,
    givenName,
    surname,
    mail: `person${number}@mail.example.com`,
    mailNickname: `person${number}`,
    jobTitle: n % 7 === 0 ? '' : 'Engineer',
    department: ['Sales', 'Research', 'Care'][n % 3],
    employeeId: `E${number}`,
    preferredLanguage: 'en-GB',
    officeLocation: `Room ${n % 40}`,
    streetAddress: `${n} High Street`,
    city: 'Wien',
    state: '',
    postalCode: '1010',
    country: 'AT',
    telephoneNumber: `+43 1 555 ${number}`,
    mobile: `+43 660 555 ${number}`,
  };
}

/** People 1..count as CSV (RFC 4180) with a byte order mark, as spreadsheets write it. */
export function csv(count, extraLines = []) {
  const people = Array.from({ length: count }, (_, index) => person(index + 1));
  const headers = Object.keys(people[0]);
  const quote = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const lines = [headers.join(','), ...people.map((one) => headers.map((header) => quote(one[header])).join(',')), ...extraLines];
  return '\uFEFF' + lines.join('\r\n') + '\r\n';
}

/** What is wrong with an account in the target, compared with the person; empty when nothing. */
export function differences(account, one, { active = true } = {}) {
  const enterprise = account['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'] ?? {};
  const work = (list) => list?.find((item) => item.type === 'work') ?? {};
  const seen = {
    userName: account.userName,
    active: account.active,
    displayName: account.displayName,
    title: account.title ?? '',
    email: work(account.emails).value,
    language: account.preferredLanguage,
    givenName: account.name?.givenName,
    familyName: account.name?.familyName,
    formatted: account.name?.formatted,
    street: work(account.addresses).streetAddress,
    locality: work(account.addresses).locality,
    postalCode: work(account.addresses).postalCode,
    country: work(account.addresses).country,
    phone: work(account.phoneNumbers).value,
    mobile: account.phoneNumbers?.find((item) => item.type === 'mobile')?.value,
    externalId: account.externalId,
    employeeNumber: enterprise.employeeNumber,
    department: enterprise.department,
  };
  const wanted = {
    userName: one.userPrincipalName,
    active,
    displayName: one.displayName,
    title: one.jobTitle,
    email: one.mail,
    language: one.preferredLanguage,
    givenName: one.givenName,
    familyName: one.surname,
    formatted: `${one.givenName} ${one.surname}`,
    street: one.streetAddress,
    locality: one.city,
    postalCode: one.postalCode,
    country: one.country,
    phone: one.telephoneNumber,
    mobile: one.mobile,
    externalId: one.mailNickname,
    employeeNumber: one.employeeId,
    department: one.department,
  };
  return Object.keys(wanted)
    .filter((key) => seen[key] !== wanted[key])
    .map((key) => `${key}: ${JSON.stringify(seen[key])} instead of ${JSON.stringify(wanted[key])}`);
}
