// Every page and pane in light and dark: no serious finding of axe, nothing on the console, and all by keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN, assertAccessible, assertQuiet, launch, openPage, setUp, signIn } from '../support/browser.mjs';
import { assertToast, command, tabTo } from '../support/pages.mjs';
import { csv } from '../support/people.mjs';
import { startPortal } from '../support/portal.mjs';
import { everyPage, fill } from '../support/sample.mjs';
import { startScimServer } from '../support/scim.mjs';

let target, portal, browser, page, sample;

before(async () => {
  target = await startScimServer();
  portal = await startPortal();
  browser = await launch();
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await portal?.stop();
  await target?.stop();
});

/** Chooses light or dark for the pages to come. */
async function choose(theme) {
  await page.context().addCookies([{ name: 'theme', value: theme, url: portal.url }]);
}

test('the pages before sign-in are accessible', async () => {
  for (const theme of ['light', 'dark']) {
    await choose(theme);
    for (const address of [portal.setupLink, `${portal.url}/sign-in`]) {
      await page.goto(address);
      await assertAccessible(page, `${new URL(address).pathname} in ${theme}`);
    }
  }
  await setUp(page, portal.setupLink);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto(`${portal.url}/sign-in`);
  await signIn(page, { ...ADMIN, password: 'wrong, and long enough' });
  await assertAccessible(page, 'a refused sign-in');
  await signIn(page);
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  assertQuiet(page, 'signing in');
});

test('every page and pane is accessible in light and dark, and quiet', async (t) => {
  for (const theme of ['light', 'dark']) {
    await choose(theme);
    await page.goto(portal.url);
    await assertAccessible(page, `an empty portal in ${theme}`);
  }
  sample = await fill(portal, target);
  for (const theme of ['light', 'dark']) {
    await choose(theme);
    for (const [name, path] of Object.entries(everyPage(sample))) {
      await t.test(`${name}, ${theme}`, async () => {
        page.complaints.length = 0;
        await page.goto(portal.url + path);
        assert.equal(await page.locator('html').getAttribute('data-theme'), theme);
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, 'one first heading');
        await page.locator('main details').evaluateAll((sections) => sections.forEach((section) => { section.open = true; }));
        await assertAccessible(page, name);
        assertQuiet(page, name);
      });
    }
  }
});

test('what comes of an import is accessible', async () => {
  await page.goto(`${portal.url}/users/import`);
  await page.getByLabel('CSV file').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(3, ['broken,Row'])) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('table', { name: 'First rows' }).waitFor();
  await assertAccessible(page, 'the preview');
  await page.getByRole('button', { name: 'Start import' }).click();
  await page.getByRole('table', { name: 'Refused rows' }).waitFor();
  await assertAccessible(page, 'the report');
  assertQuiet(page, 'the import');
});

test('on a phone every page fits the window', async () => {
  const phone = await openPage(browser, { viewport: { width: 360, height: 740 }, storageState: await page.context().storageState() });
  const wide = [];
  for (const [name, path] of Object.entries(everyPage(sample))) {
    await phone.goto(portal.url + path);
    const extra = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (extra > 0) wide.push(`${name} is ${extra} pixels too wide`);
  }
  assert.deepEqual(wide, []);
});

test('the keyboard reaches the content, the menu and Save, and Enter presses them', async () => {
  await page.goto(`${portal.url}/applications/${sample.application}/provisioning`);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.innerText.trim()), 'Skip to the content', 'the first stop');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content', 'where it leads');

  await page.reload();
  await tabTo(page, 'Properties');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/properties$/);

  await page.goto(`${portal.url}/applications/${sample.application}/provisioning`);
  await tabTo(page, 'Admin Credentials');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Expires on');

  await page.goto(`${portal.url}/applications/${sample.application}/properties`);
  await tabTo(page, 'Notes');
  await page.keyboard.type('By keys alone.');
  // From the last control the way leads round the window to the first.
  await tabTo(page, 'Save', 120);
  await page.keyboard.press('Enter');
  await assertToast(page, 'saved');
  assert.equal(await page.getByLabel('Notes').inputValue(), 'By keys alone.');
});

test('a pane takes the focus, keeps it, and closes with Escape', async () => {
  const users = `${portal.url}/users/${sample.user}`;
  await page.goto(`${users}?pane=delete`);
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    const place = await page.evaluate(() => {
      const element = document.activeElement;
      return element === document.body || element.closest('[role=dialog]') ? 'pane' : element.innerText;
    });
    assert.equal(place, 'pane');
  }
  await page.keyboard.press('Escape');
  await page.waitForURL(users);
});
