// The whole line as an administrator takes it, in a browser with JavaScript. What counts is what the SCIM
// server holds afterwards, not what the pages say.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN, assertQuiet, launch, openPage, openTab, setUp, signIn } from '../support/browser.mjs';
import { journey } from '../support/journey.mjs';
import { addApplication, assertToast, assign, blade, command, inPane, menu, refusal } from '../support/pages.mjs';
import { csv, differences, person } from '../support/people.mjs';
import { eventually, freePort } from '../support/process.mjs';
import { startPortal } from '../support/portal.mjs';
import { startScimServer, TOKEN } from '../support/scim.mjs';
import { startWebSite } from '../support/servers.mjs';

const COUNT = 300;
/** Only has Default Access, which does not count. */
const WITHOUT_ROLE = person(301);
/** Not assigned at all. */
const OUTSIDER = person(302);
const BAD_LINE = 304;
const LIST = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(302, [`not-an-address,Nobody${','.repeat(16)}`])) };
const upn = (n) => person(n).userPrincipalName;

let target, portal, browser, page, application;

before(async () => {
  target = await startScimServer();
  portal = await startPortal();
  browser = await launch();
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  const ended = await portal?.stop();
  await target?.stop();
  assert.equal(ended?.signal ?? null, null, 'purser ends by itself when asked to');
});

/** Opens a person's page through the list, as a person does. */
async function openPerson(n) {
  await page.goto(`${portal.url}/users`);
  await page.getByRole('searchbox').fill(upn(n));
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('table', { name: 'Users' }).getByRole('link').click();
  await page.getByLabel('User principal name').waitFor();
}

/** Waits until the target shows a change, and fails when that takes longer than two seconds. */
async function assertArrives(what, question) {
  const started = Date.now();
  await eventually(what, question, 10_000);
  const took = Date.now() - started;
  assert.ok(took < 2000, `${what} took ${took} ms`);
}

/** Uploads the list and starts its import; ends on its report. */
async function importList() {
  await page.goto(`${portal.url}/users`);
  await command(page, 'Import users');
  await page.getByLabel('CSV file').setInputFiles(LIST);
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByText('The file has 303 rows.').waitFor();
  await page.getByRole('table', { name: 'First rows' }).getByRole('cell', { name: upn(1), exact: true }).waitFor();
  await page.getByRole('button', { name: 'Start import' }).click();
  // No page is loaded by hand from here on: progress and report come by themselves.
  await page.getByText('1 row refused, of 303 in all').waitFor({ timeout: 60_000 });
  const counts = await page.locator('.count').evaluateAll((cards) => cards.map((card) => card.innerText.split(/\s+/)));
  return Object.fromEntries(counts.map(([label, count]) => [label, Number(count)]));
}

test('an administrator provisions 300 people through the pages', async (t) => {
  const step = journey(t, () => page);
  const stranger = await target.createByHand({ userName: 'stranger@elsewhere.example', displayName: 'A stranger', active: true });
  const namesake = await target.createByHand({ userName: upn(2), displayName: 'Was there before', active: true });
  const strangerAsBytes = await target.bytesOf(stranger.id);

  await step('the set-up link works once', async () => {
    await setUp(page, portal.setupLink);
    const second = await openPage(browser);
    await second.goto(portal.setupLink);
    await second.getByRole('heading', { name: 'Already set up' }).waitFor();
    assert.equal(await second.getByRole('button').count(), 0, 'there is nothing to press');
    await second.context().close();
  });

  await step('sign-out and sign-in: a wrong password gets a sentence, the right one gets in', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(`${portal.url}/users`);
    await signIn(page, { ...ADMIN, password: 'not the password at all' });
    assert.match(await refusal(page), /password is wrong/);
    assert.equal(await page.getByLabel('Email address').inputValue(), '', 'what a stranger types is not kept');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'All users' }).waitFor();
  });

  await step('a CSV file with a bad row brings everybody else, and the same file again changes nothing', async () => {
    assert.deepEqual(await importList(), { Created: 302, Updated: 0, Unchanged: 0, Refused: 1 });
    const row = page.getByRole('table', { name: 'Refused rows' }).getByRole('row').nth(1);
    assert.match(await row.innerText(), new RegExp(`^${BAD_LINE}\\b.*userPrincipalName.*e-mail address`, 's'));
    assert.deepEqual(await importList(), { Created: 0, Updated: 0, Unchanged: 302, Refused: 1 });
  });

  await step('a group gets 300 members by their sign-in names', async () => {
    await page.goto(`${portal.url}/groups`);
    await command(page, 'New group');
    await page.getByLabel('Group name').fill('Everybody "here" & <b>now</b>');
    await command(page, 'Create');
    await assertToast(page, 'was created');
    await command(page, 'Add members');
    const names = Array.from({ length: COUNT }, (_, index) => upn(index + 1)).join('\n');
    await page.getByRole('dialog').getByLabel('Sign-in names').fill(names);
    await inPane(page, 'Add');
    await page.getByRole('heading', { name: 'Members (300)' }).waitFor();
  });

  await step('the gallery gives a new application', async () => {
    application = await addApplication(page, portal.url, { search: 'scim', template: 'SCIM application', name: 'Journey' });
    await assertToast(page, 'Journey added');
  });

  await step('Test Connection says what is wrong, and when all is right', async () => {
    const site = await startWebSite();
    await menu(page, 'Provisioning');
    const { mode, tenantUrl, token, test: tryIt } = blade(page);
    await mode('Automatic');
    await tenantUrl.fill(target.base);
    await token.fill('wrong');
    assert.match(await tryIt(), /entered invalid credentials/);
    await token.fill(TOKEN);
    await tenantUrl.fill(site.url);
    assert.match(await tryIt(), /not.*SCIM|SCIM base address/s);
    await tenantUrl.fill(`http://127.0.0.1:${await freePort()}/scim`);
    assert.match(await tryIt(), /refused|could not connect|not reach/i);
    await tenantUrl.fill('http://no-such-host.invalid/scim');
    assert.match(await tryIt(), /no-such-host\.invalid/);
    await tenantUrl.fill(target.base);
    assert.match(await tryIt(), /The supplied credentials are authorized to enable provisioning/);
    await blade(page).save();
    assert.equal(await token.inputValue(), '', 'a stored token never comes back');
    assert.ok(!(await page.content()).includes(TOKEN), 'not even hidden in the page');
    await site.stop();
  });

  await step('a group is assigned with the role User, one person with Default Access only', async () => {
    await assign(page, application, { kind: 'Group', name: /Everybody/, search: 'Everybody', role: 'User' });
    await assign(page, application, {
      kind: 'User', name: new RegExp(WITHOUT_ROLE.userPrincipalName), search: WITHOUT_ROLE.userPrincipalName,
      role: 'Default Access (not provisioned)',
    });
  });

  await step('switched on, the progress moves by itself until everybody is there', async () => {
    await page.goto(`${application}/provisioning`);
    const { scope, status, save, detail, count } = blade(page);
    await scope.selectOption({ label: 'Sync only assigned users and groups' });
    await status('On');
    await save();
    await page.evaluate(() => { window.untouched = true; });
    const seen = new Set();
    await eventually('the initial cycle is completed on the page', async () => {
      seen.add(await count('Created'));
      return page.locator('.progress').filter({ hasText: 'cycle completed' }).isVisible();
    }, 120_000);
    await eventually('all are counted', async () => (await detail('Users managed')) === String(COUNT));
    assert.ok(seen.size > 2, `the figures moved: ${[...seen].join(', ')}`);
    assert.ok(await page.evaluate(() => window.untouched), 'without loading the page anew');
  });

  await step('the target holds exactly the 300 people with their attributes, and what was there before', async () => {
    const accounts = await target.users();
    assert.equal(accounts.length, COUNT + 1, '300 people and the stranger');
    for (let n = 1; n <= COUNT; n += 1) {
      const account = accounts.find((one) => one.userName === upn(n));
      assert.ok(account, `${upn(n)} is there`);
      assert.deepEqual(differences(account, person(n)), [], upn(n));
    }
    for (const absent of [WITHOUT_ROLE, OUTSIDER]) assert.equal(await target.user(absent.userPrincipalName), undefined);
    assert.equal(await target.bytesOf(stranger.id), strangerAsBytes, 'the stranger is untouched, byte for byte');
    assert.equal((await target.user(upn(2))).id, namesake.id, 'the account that was there is matched, not doubled');
  });

  await step('renaming, disabling and deleting in the pages arrive within two seconds', async () => {
    await openPerson(5);
    await page.getByLabel('Display name').fill('Renamed "Person" <5>');
    await command(page, 'Save');
    await assertArrives('the rename', async () => (await target.user(upn(5))).displayName === 'Renamed "Person" <5>');

    await openPerson(6);
    await command(page, 'Disable');
    await assertArrives('the disable', async () => (await target.user(upn(6))).active === false);

    const seventh = await target.user(upn(7));
    await openPerson(7);
    await command(page, 'Delete');
    await inPane(page, 'Delete');
    await assertArrives('the soft delete', async () => (await target.byId(seventh.id)).body.active === false);
    await page.goto(`${portal.url}/users/deleted`);
    await page.getByRole('link', { name: `Delete ${person(7).displayName} permanently` }).click();
    await inPane(page, 'Delete permanently');
    await assertArrives('the hard delete', async () => (await target.byId(seventh.id)).status === 404);
  });

  await step('the provisioning log is found by status, action and name, and each row tells its steps', async () => {
    await page.goto(`${application}/provisioning-logs`);
    const rows = page.getByRole('table', { name: 'Provisioning logs' }).locator('tbody').getByRole('row');
    const search = async ({ status = 'All', action = 'All', name = '' }) => {
      await page.getByLabel('Status').selectOption({ label: status });
      await page.getByLabel('Action').selectOption({ label: action });
      await page.getByRole('searchbox').fill(name);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.waitForURL((url) => url.searchParams.get('identity') === name);
      return rows;
    };

    assert.ok(await (await search({ status: 'Skipped' })).filter({ hasText: WITHOUT_ROLE.displayName }).count() > 0);
    for (const text of await rows.allInnerTexts()) assert.match(text, /Skipped/);

    await search({ action: 'Create', name: person(9).displayName });
    assert.equal(await rows.count(), 1, 'one row: nobody is created twice');
    assert.match(await rows.first().innerText(), /Create.*Success/s);

    await search({ action: 'Delete' });
    assert.equal(await rows.count(), 1);
    assert.ok((await rows.first().innerText()).includes(person(7).displayName), 'the row of the deleted person has a name');

    await search({ action: 'Update', name: 'Renamed' });
    await rows.first().getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Provision the object' }).waitFor();
    await page.getByRole('link', { name: 'Modified Properties' }).click();
    const changed = page.getByRole('table', { name: 'Modified properties' }).getByRole('row').filter({ hasText: 'displayName' });
    assert.match(await changed.innerText(), new RegExp(`${person(5).displayName}.*Renamed "Person" <5>`, 's'));
    for (const tab of ['Requests', 'Summary', 'Troubleshooting & Recommendations', 'Steps']) {
      await page.getByRole('link', { name: tab }).click();
      await page.getByRole('navigation', { name: 'Details' }).getByRole('link', { name: tab, current: 'page' }).waitFor();
    }
  });

  await step('Off pauses, and On catches up', async () => {
    await page.goto(`${application}/provisioning`);
    await blade(page).status('Off');
    await blade(page).save();
    await openPerson(9);
    await page.getByLabel('Job title').fill('While off');
    await command(page, 'Save');
    await assertToast(page, 'saved');
    await page.goto(`${application}/provisioning`);
    await eventually('the change waits', async () => Number(await blade(page).detail('Changes waiting')) >= 1);
    assert.notEqual((await target.user(upn(9))).title, 'While off', 'off means off');
    await blade(page).status('On');
    await blade(page).save();
    await assertArrives('the change', async () => (await target.user(upn(9))).title === 'While off');
  });

  await step('of two people who edit an application at once, the second sees both versions and decides', async () => {
    const other = await openTab(page.context());
    for (const tab of [page, other]) await tab.goto(`${application}/properties`);
    await page.getByLabel('Notes').fill('The first');
    await command(page, 'Save');
    await assertToast(page, 'saved');
    await other.getByLabel('Notes').fill('The second');
    await command(other, 'Save');
    assert.match(await refusal(other), /Somebody else saved/);
    const versions = other.getByRole('table', { name: 'Both versions' }).getByRole('row').filter({ hasText: 'Notes' });
    assert.match(await versions.innerText(), /The second.*The first/s);
    await other.getByRole('button', { name: 'Keep mine' }).click();
    await assertToast(other, 'saved');
    await page.reload();
    assert.equal(await page.getByLabel('Notes').inputValue(), 'The second');
    assertQuiet(other, 'the second tab');
    await other.close();
  });

  assertQuiet(page, 'the journey');
  assert.doesNotMatch(portal.log(), /panicked/);
});
