// Sign-in, the pages that are read, and writing by plain forms: all of it without JavaScript.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertQuiet, launch, openPage, setUp, signIn } from '../support/browser.mjs';
import { journey } from '../support/journey.mjs';
import { addApplication, assertToast, assign, blade, command, refusal } from '../support/pages.mjs';
import { csv, person } from '../support/people.mjs';
import { eventually } from '../support/process.mjs';
import { startPortal } from '../support/portal.mjs';
import { startScimServer, TOKEN } from '../support/scim.mjs';

let target, portal, browser, page;

before(async () => {
  target = await startScimServer();
  portal = await startPortal();
  browser = await launch();
  page = await openPage(browser, { javaScriptEnabled: false });
});

after(async () => {
  await browser?.close();
  await portal?.stop();
  await target?.stop();
});

test('everything can be read and written without JavaScript', async (t) => {
  const step = journey(t, () => page);
  let application;

  await step('set-up, sign-out and sign-in', async () => {
    await setUp(page, portal.setupLink);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(`${portal.url}/sign-in`);
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  });

  await step('a list is imported; the report comes with Refresh', async () => {
    await page.goto(`${portal.url}/users/import`);
    await page.getByLabel('CSV file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(12)) });
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('button', { name: 'Start import' }).click();
    await eventually('the report', async () => {
      if (await page.getByText('All 12 rows are in.').isVisible()) return true;
      await page.reload();
      return false;
    });
  });

  await step('an application is added, assigned, tested and switched on by plain forms', async () => {
    application = await addApplication(page, portal.url, { search: 'scim', template: 'SCIM application', name: 'Plain' });
    await assign(page, application, { kind: 'User', name: new RegExp(person(3).userPrincipalName), search: person(3).userPrincipalName, role: 'User' });
    await page.goto(`${application}/provisioning`);
    await blade(page).mode('Automatic');
    await blade(page).tenantUrl.fill(target.base);
    await blade(page).token.fill('wrong');
    assert.match(await blade(page).test(), /entered invalid credentials/);
    assert.equal(await blade(page).tenantUrl.inputValue(), target.base, 'what was typed is still there');
    assert.equal(await blade(page).token.inputValue(), '', 'but for the secret');
    await blade(page).token.fill(TOKEN);
    await blade(page).status('On');
    await blade(page).save();
    await eventually('the account', () => target.user(person(3).userPrincipalName));
    assert.equal((await target.users()).length, 1, 'and no other');
  });

  await step('a refused form keeps what was typed', async () => {
    await page.goto(`${portal.url}/users/new`);
    await page.getByLabel('User principal name').fill('no address');
    await page.getByLabel('Display name').fill('Somebody <i>new</i>');
    await command(page, 'Create');
    assert.match(await refusal(page), /user principal name/i);
    assert.equal(await page.getByLabel('Display name').inputValue(), 'Somebody <i>new</i>');
    await page.getByLabel('User principal name').fill('somebody@example.com');
    await command(page, 'Create');
    await assertToast(page, 'was created');
  });

  await step('every page reads', async () => {
    const pages = {
      '/': 'Home', '/users': 'All users', '/users/new': 'New user', '/users/deleted': 'Deleted users', '/users/import': 'Import users',
      '/groups': 'All groups', '/groups/new': 'New group', '/applications': 'All applications', '/applications/new': 'Browse Purser Gallery',
      '/provisioning-logs': 'Provisioning logs', '/tokens': 'API tokens', '/audit-log': 'Audit log',
    };
    const own = new URL(application).pathname;
    Object.assign(pages, {
      [own]: 'Overview', [`${own}/properties`]: 'Properties', [`${own}/users-and-groups`]: 'Users and groups',
      [`${own}/provisioning`]: 'Provisioning', [`${own}/provisioning/mappings/users`]: 'Attribute Mapping',
      [`${own}/provisioning-logs`]: 'Provisioning logs',
    });
    for (const [path, title] of Object.entries(pages)) {
      const answer = await page.goto(portal.url + path);
      assert.equal(answer.status(), 200, path);
      assert.ok((await page.getByRole('heading', { level: 1 }).innerText()).includes(title), `${path} is ${title}`);
    }
    await page.getByRole('table', { name: 'Provisioning logs' }).getByRole('link', { name: person(3).displayName }).first().click();
    await page.getByRole('heading', { name: 'Provision the object' }).waitFor();
    assert.equal((await page.goto(`${portal.url}/users/nobody`)).status(), 404);
  });

  assertQuiet(page, 'the journey');
});
