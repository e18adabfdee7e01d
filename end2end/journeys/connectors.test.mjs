// Applications that are not as the standard says: the generic one finds out with the probe, Samanage has an API of its
// own. What counts is what the targets hold afterwards.
import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { assertQuiet, launch, openPage, setUp } from '../support/browser.mjs';
import { journey } from '../support/journey.mjs';
import { addApplication, assertToast, assign, blade, command, menu } from '../support/pages.mjs';
import { person } from '../support/people.mjs';
import { eventually } from '../support/process.mjs';
import { graph, startPortal } from '../support/portal.mjs';
import { startSamanage, TOKEN as SAMANAGE_TOKEN } from '../support/samanage.mjs';
import { startScimServer, TOKEN } from '../support/scim.mjs';

const NO_PATCH = path.join(path.dirname(fileURLToPath(import.meta.url)), '../counterparts/scim2-server/no-patch.json');
const PATIENCE = 30_000;

let target, samanage, portal, browser, page, api, group;
const people = [];

before(async () => {
  target = await startScimServer(['--service-provider-config', NO_PATCH]);
  samanage = await startSamanage();
  portal = await startPortal();
  browser = await launch();
  page = await openPage(browser);
  await setUp(page, portal.setupLink);
  api = graph(portal.url, await portal.token('journey'));
  for (let n = 1; n <= 3; n += 1) {
    const { userPrincipalName, displayName, givenName, surname, mail, mailNickname } = person(n);
    people.push(await api.post('/users', { userPrincipalName, displayName, givenName, surname, mail, mailNickname, accountEnabled: true }));
  }
  group = await api.post('/groups', { displayName: 'Service "Desk"', mailEnabled: false, mailNickname: 'desk', securityEnabled: true });
  for (const { id } of people) await api.call('POST', `/groups/${group.id}/members/$ref`, { '@odata.id': `${api.base}/directoryObjects/${id}` }, 204);
});

after(async () => {
  await browser?.close();
  const ended = await portal?.stop();
  await target?.stop();
  await samanage?.stop();
  assert.equal(ended?.signal ?? null, null, 'purser ends by itself when asked to');
});

test('a server without PATCH is provisioned with the generic application and what the probe proposes', async (t) => {
  const step = journey(t, () => page);
  let application;

  await step('credentials are entered, tested and saved', async () => {
    application = await addApplication(page, portal.url, { search: 'scim', template: 'SCIM application', name: 'Odd one' });
    await menu(page, 'Provisioning');
    const { mode, tenantUrl, token, test: tryIt, save } = blade(page);
    await mode('Automatic');
    await tenantUrl.fill(target.base);
    await token.fill(TOKEN);
    assert.match(await tryIt(), /authorized to enable provisioning/);
    await save();
  });

  await step('the probe finds out that there is no PATCH, and leaves nothing behind', async () => {
    await page.goto(`${application}/provisioning/probe`);
    await page.getByRole('button', { name: 'Start probe' }).click();
    const proposal = page.locator('#result').getByText('patch', { exact: true });
    // No page is loaded by hand: the result comes by itself.
    await proposal.first().waitFor({ timeout: PATIENCE });
    assert.match(await page.locator('#result').innerText(), /has no PATCH/);
    assert.deepEqual(await target.users(), [], 'the throw-away user is gone');
    assert.deepEqual(await target.groups(), [], 'so is the group');
  });

  await step('its proposals are applied and stand in the target profile', async () => {
    await page.locator('#result').getByRole('button', { name: /Apply/ }).click();
    await page.locator('#profile').getByText('patch', { exact: true }).waitFor();
    await page.locator('#profile').getByText('member_removal', { exact: true }).waitFor();
  });

  await step('a group is provisioned with its members, and follows the directory', async () => {
    await assign(page, application, { kind: 'Group', name: group.displayName, role: 'User' });
    await page.goto(`${application}/provisioning`);
    await blade(page).status('On');
    await blade(page).save();
    const held = async () => (await target.groups()).find((one) => one.displayName === group.displayName);
    await eventually('the group has three members', async () => (await held())?.members?.length === 3, PATIENCE);
    assert.equal((await target.users()).length, 3);

    await api.delete(`/groups/${group.id}/members/${people[0].id}/$ref`);
    await eventually('one member goes', async () => (await held())?.members?.length === 2, PATIENCE);
    const leaver = async () => target.user(people[0].userPrincipalName);
    await eventually('who is assigned no more is disabled', async () => (await leaver())?.active === false, PATIENCE);
    await api.patch(`/groups/${group.id}`, { displayName: 'Help desk' });
    await eventually('the group is renamed', async () => (await target.groups()).some((one) => one.displayName === 'Help desk'), PATIENCE);
  });

  await step('every request stands in the log', async () => {
    await page.goto(`${application}/provisioning-logs`);
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByText(/PUT|POST/).first().waitFor();
    assert.ok(!(await page.content()).includes(TOKEN), 'without the token');
  });
});

test('Samanage is provisioned over its own API, with its roles', async (t) => {
  const step = journey(t, () => page);
  let application;

  await step('the gallery tells about it, and the blade asks for its token', async () => {
    await page.goto(`${portal.url}/applications/new`);
    application = await addApplication(page, portal.url, { search: 'samanage', template: 'Samanage', name: 'Service desk' });
    await menu(page, 'Provisioning');
    const { mode, tenantUrl, token, test: tryIt, save } = blade(page);
    await mode('Automatic');
    assert.equal(await tenantUrl.inputValue(), 'https://api.samanage.com');
    await tenantUrl.fill(samanage.base);
    await token.fill('wrong');
    assert.match(await tryIt(), /entered invalid credentials/);
    await token.fill(SAMANAGE_TOKEN);
    assert.match(await tryIt(), /authorized to enable provisioning/);
    await save();
    await page.getByText('activation mail').first().waitFor();
  });

  await step('its roles are imported and can be given', async () => {
    const names = (await samanage.roles()).map((role) => role.name);
    await eventually('the roles are here', async () => {
      const [app] = (await api.get(`/servicePrincipals?$filter=${encodeURIComponent("displayName eq 'Service desk'")}`)).value;
      return names.every((name) => app.appRoles.some((role) => role.displayName === name));
    }, PATIENCE);
    await assign(page, application, { kind: 'Group', name: 'desk', role: names[0] });
  });

  await step('people and the group arrive, with the role', async () => {
    await page.goto(`${application}/provisioning`);
    await blade(page).status('On');
    await blade(page).save();
    const two = people[1];
    await eventually('two people are there', async () => (await samanage.user(two.mail)) && (await samanage.user(people[2].mail)), PATIENCE);
    const user = await samanage.user(two.mail);
    assert.equal(user.name, two.displayName);
    assert.equal(user.role.name, (await samanage.roles())[0].name);
    await eventually('the group has two members', async () => (await samanage.group('Help desk'))?.memberships?.length === 2, PATIENCE);
  });

  await step('a leaver is disabled', async () => {
    await api.patch(`/users/${people[2].id}`, { accountEnabled: false });
    await eventually('disabled', async () => (await samanage.user(people[2].mail))?.disabled === true, PATIENCE);
    assertQuiet(page, 'the portal');
  });
});
