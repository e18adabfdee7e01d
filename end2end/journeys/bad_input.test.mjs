// What people really enter: strange names, wrong files, too much. A clear sentence, nothing lost, never a 500.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { assertQuiet, launch, openPage, setUp } from '../support/browser.mjs';
import { addApplication, assertToast, command, refusal } from '../support/pages.mjs';
import { csv, person } from '../support/people.mjs';
import { eventually } from '../support/process.mjs';
import { startPortal } from '../support/portal.mjs';

const NAMES = [
  `<img src=x onerror="alert('x')">`,
  `</title><script>alert(1)</script>`,
  `Miles "Tails" O'Prower & Söhne`,
  'מיכל אברהם (RTL)',
  'محمد بن سلمان',
  '🚀 Ada 👩‍👩‍👧‍👦 Łovelace',
  `'; DROP TABLE users; --`,
  '%_\\%25{{7*7}}${7*7}',
];
const MEGABYTE = 1024 * 1024;

let portal, browser, page;

before(async () => {
  portal = await startPortal();
  browser = await launch();
  page = await openPage(browser);
  await setUp(page, portal.setupLink);
});

after(async () => {
  await browser?.close();
  await portal?.stop();
});

beforeEach(() => { page.complaints.length = 0; });

/** The name as the list shows it. */
const shown = (list, name) => page.getByRole('table', { name: list }).getByRole('link', { name, exact: true });

test('strange names are shown as they are, wherever they are shown', async (t) => {
  for (const [index, name] of NAMES.entries()) {
    await t.test(name, async () => {
      page.complaints.length = 0;
      await page.goto(`${portal.url}/users/new`);
      await page.getByLabel('User principal name').fill(`strange${index}@example.com`);
      await page.getByLabel('Display name').fill(name);
      await command(page, 'Create');
      await assertToast(page, `${name} was created.`);
      assert.equal(await page.getByLabel('Display name').inputValue(), name);
      assert.equal(await page.title(), `${name} - Purser`);
      await page.goto(`${portal.url}/users`);
      await page.getByRole('searchbox').fill(name);
      await page.getByRole('button', { name: 'Search' }).click();
      await shown('Users', name).waitFor();
      assert.equal(await page.getByRole('searchbox').inputValue(), name);
      assert.equal(await page.getByRole('table', { name: 'Users' }).locator('tbody').getByRole('row').count(), 1, 'the search takes it literally');

      await page.goto(`${portal.url}/groups/new`);
      await page.getByLabel('Group name').fill(name);
      await command(page, 'Create');
      await assertToast(page, 'was created');
      await page.goto(`${portal.url}/groups`);
      await shown('Groups', name).waitFor();

      await addApplication(page, portal.url, { search: 'scim', template: 'SCIM application', name });
      assert.ok((await page.getByRole('heading', { level: 1 }).innerText()).includes(name));
      await page.goto(`${portal.url}/applications`);
      await page.getByRole('table', { name: 'Applications' }).getByText(name, { exact: true }).waitFor();
      await page.goto(`${portal.url}/audit-log`);
      await page.getByRole('cell', { name, exact: true }).first().waitFor();
      assertQuiet(page, name);
    });
  }
});

test('a form of 10 MB gets a sentence, and nothing is written', async () => {
  await page.goto(`${portal.url}/users/new`);
  await page.getByLabel('User principal name').fill('large@example.com');
  await page.getByLabel('Display name').fill('Large');
  await page.getByLabel('Street address').evaluate((area, size) => { area.value = 'x'.repeat(size); }, 10 * MEGABYTE);
  const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith('/api/save_user')), command(page, 'Create')]);
  assert.equal(answer.status(), 413);
  await page.getByRole('heading', { name: 'Too large' }).waitFor();
  assert.match(await page.getByRole('main').innerText(), /MB|megabyte|KB/i);
  await page.goto(`${portal.url}/users?search=large%40example.com`);
  await page.getByText('No users found').waitFor();
});

test('a wrong value is refused with a sentence beside its field, and what was typed stays', async () => {
  for (const [upn, sentence] of [['no-at-sign', /user principal name/i], ['strange0@example.com', /taken/], [`${'x'.repeat(2000)}@example.com`, /characters/]]) {
    await page.goto(`${portal.url}/users/new`);
    await page.getByLabel('User principal name').fill(upn);
    await page.getByLabel('Display name').fill('Kept "as typed"');
    await command(page, 'Create');
    assert.match(await refusal(page), sentence);
    assert.equal(await page.getByLabel('Display name').inputValue(), 'Kept "as typed"');
    await page.locator('.field', { has: page.getByLabel('User principal name') }).locator('.field-error').waitFor();
  }
});

test('files that are no list of people are refused with a sentence that says why', async (t) => {
  const noise = Buffer.alloc(20_000, 0).map((_, index) => (index * 7919 + (index >> 3)) % 256);
  const files = {
    'empty': [Buffer.alloc(0), /empty/i],
    'only a byte order mark': [Buffer.from('\uFEFF'), /empty/i],
    'binary': [Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), noise]), /UTF-8|text|CSV/i],
    'UTF-16': [Buffer.from('\uFEFF' + 'userPrincipalName,displayName\r\na@b.example,A\r\n', 'utf16le'), /UTF-16|UTF-8/],
    'Latin-1': [Buffer.from('userPrincipalName,displayName\r\na@b.example,Zo\xeb\r\n', 'latin1'), /UTF-8/],
    'no header': [Buffer.from('a@b.example,Anna\r\nb@b.example,Bert\r\n'), /userPrincipalName/],
    'a header and nobody': [Buffer.from('userPrincipalName,displayName\r\n'), /no people/],
    'HTML': [Buffer.from('<!doctype html><html><body>Please sign in</body></html>'), /userPrincipalName/],
  };
  for (const [name, [buffer, sentence]] of Object.entries(files)) {
    await t.test(name, async () => {
      await page.goto(`${portal.url}/users/import`);
      await page.getByLabel('CSV file').setInputFiles({ name: `${name}.csv`, mimeType: 'text/csv', buffer });
      await page.getByRole('button', { name: 'Upload' }).click();
      assert.match(await refusal(page), sentence);
    });
  }
  assertQuiet(page, 'uploading');
});

test('an unfinished quote takes only its own part of the file with it', async () => {
  await page.goto(`${portal.url}/users/import`);
  const lines = ['userPrincipalName,displayName', 'good1@example.com,Good One', 'bad@example.com,"Never closed', 'good2@example.com,Good Two'];
  await page.getByLabel('CSV file').setInputFiles({ name: 'quote.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('button', { name: 'Start import' }).click();
  await page.getByRole('table', { name: 'Refused rows' }).or(page.getByText(/rows are in/)).first().waitFor();
  await page.goto(`${portal.url}/users?search=good1`);
  await page.getByRole('table', { name: 'Users' }).getByRole('link', { name: 'Good One' }).waitFor();
});

test('an import of 30,000 people moves its bar by itself and ends on its report', async () => {
  await page.goto(`${portal.url}/users/import`);
  await page.getByLabel('CSV file').setInputFiles({ name: 'many.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(30_000)) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('button', { name: 'Start import' }).click();
  const seen = new Set();
  await eventually('the report', async () => {
    const bar = page.getByRole('progressbar', { name: 'Importing' });
    if (await bar.isVisible()) seen.add(await bar.evaluate((one) => one.value).catch(() => 0));
    return page.getByText('All 30,000 rows are in.').isVisible();
  }, 120_000);
  assert.ok(seen.size > 1, `the bar moved: ${[...seen].join(', ')}`);
  await page.goto(`${portal.url}/users?search=${person(30_000).mailNickname}`);
  await page.getByText('1 user found').waitFor();
});

test('addresses that lead nowhere answer 404 with a page', async () => {
  for (const path of ['/nowhere', '/users/nobody', '/groups/00000000-0000-0000-0000-000000000000', '/applications/x/provisioning', '/provisioning-logs/x', '/imports/x']) {
    assert.equal((await page.goto(portal.url + path)).status(), 404, path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  assert.doesNotMatch(portal.log(), /panicked/);
});
