// What a person does on the portal's pages, in their words.
import assert from 'node:assert/strict';

/** Presses a command of the bar under the title; it may be a button or a link. */
export async function command(page, name) {
  const bar = page.getByRole('group', { name: 'Commands' });
  await bar.getByRole('button', { name, exact: true }).or(bar.getByRole('link', { name, exact: true })).click();
}

/** Presses a button of the pane that is open. */
export async function inPane(page, name) {
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
}

/** Follows a link of the menu at the left. */
export async function menu(page, name) {
  await page.locator('nav.menu').getByRole('link', { name, exact: true }).click();
}

/** Waits for the notification that something was done. */
export async function assertToast(page, text) {
  await page.locator('.toast').filter({ hasText: text }).waitFor();
}

/** What the page says against the last request, in full. */
export async function refusal(page) {
  const bar = page.locator('.bar').filter({ has: page.locator('.bar-title') }).first();
  await bar.waitFor();
  return bar.innerText();
}

/** Creates an application from the gallery; answers its address. */
export async function addApplication(page, url, { search, template, name }) {
  await page.goto(`${url}/applications`);
  await command(page, 'New application');
  await page.getByRole('searchbox').fill(search);
  await page.getByRole('button', { name: 'Search' }).click();
  const tile = page.getByRole('list', { name: 'Gallery applications' }).getByRole('listitem');
  await tile.filter({ has: page.getByText(template, { exact: true }) }).getByRole('link').click();
  await page.getByRole('dialog').getByLabel('name of your app').fill(name);
  await inPane(page, 'Create');
  await page.waitForURL(/\/applications\/[0-9a-f-]{36}$/);
  return page.url();
}

/** Assigns one user or group to an application through the picker. */
export async function assign(page, application, { kind, name, search = name, role }) {
  await page.goto(`${application}/users-and-groups`);
  await command(page, 'Add user/group');
  await page.getByRole('button', { name: 'None Selected' }).click();
  await inPane(page, kind === 'Group' ? 'Groups' : 'Users');
  await page.getByRole('dialog').getByRole('searchbox').fill(search);
  await inPane(page, 'Search');
  await page.getByRole('dialog').getByRole('checkbox', { name }).check();
  await inPane(page, 'Select');
  await page.getByLabel('Select a role').selectOption({ label: role });
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  await page.getByRole('table', { name: 'Assigned users and groups' }).getByRole('row').filter({ hasText: name }).waitFor();
}

/** The provisioning blade that is open. */
export function blade(page) {
  return {
    mode: (mode) => page.getByLabel('Provisioning Mode').selectOption({ label: mode }),
    tenantUrl: page.getByLabel('Tenant URL'),
    token: page.getByLabel('Secret Token'),
    scope: page.getByLabel('Scope', { exact: true }),
    /** Presses *Test Connection* and answers all that is said then. */
    async test() {
      const answer = page.locator('#test-connection').getByRole('status');
      await page.getByRole('button', { name: 'Test Connection' }).click();
      await page.getByText('Testing the connection').waitFor({ state: 'hidden' });
      await answer.locator('.bar').waitFor();
      return answer.innerText();
    },
    /** Chooses On or Off. */
    status: (choice) => page.getByRole('group', { name: 'Provisioning Status' }).getByText(choice, { exact: true }).click(),
    async save() {
      await command(page, 'Save');
      await assertToast(page, 'Provisioning configuration saved');
    },
    /** One of the Synchronization Details, for example *Users managed*. */
    detail: (label) => page.locator('.job .properties-row').filter({ hasText: label }).locator('dd').innerText(),
    /** One of the cards, for example *Created*. */
    count: async (label) => Number((await page.locator('.job .count').filter({ hasText: label }).locator('dd').innerText()).replaceAll(',', '')),
  };
}

/** Presses Tab until the element with the focus has this name; fails when it is never reached. */
export async function tabTo(page, name, limit = 80) {
  const seen = [];
  for (let step = 0; step < limit; step += 1) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate(() => {
      const element = document.activeElement;
      const labels = [...(element?.labels ?? [])].map((one) => one.innerText);
      return (element?.getAttribute('aria-label') ?? (labels.join(' ') || element?.innerText) ?? '').trim();
    });
    if (label === name) return;
    seen.push(label);
  }
  assert.fail(`Tab never reaches "${name}", only: ${seen.join(' | ')}`);
}
