// Chromium, driven by Playwright; and what every page must be: accessible, and quiet on the console.
import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** A browser; close it with `close()`. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: FLAGS });
}

/**
 * A page in a context of its own. Errors of its scripts and refusals of its Content-Security-Policy are
 * collected in `page.complaints`.
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d)/.test(message.text())) page.complaints.push(message.text());
  });
  return page;
}

/** Fails when axe finds a serious or critical violation of WCAG 2.2 AA on the page as it is. */
export async function assertAccessible(page, where) {
  const builder = new (AxeBuilder.default ?? AxeBuilder)({ page });
  const { violations } = await builder.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  const bad = violations.filter((violation) => ['serious', 'critical'].includes(violation.impact));
  assert.deepEqual(
    bad.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')}`),
    [],
    `${where} has no serious accessibility violation`,
  );
}

/** Makes the first administrator through the set-up link and ends signed in. */
export async function setUp(page, link, { email = 'admin@example.com', password = 'correct horse battery' } = {}) {
  await page.goto(link);
  await page.getByLabel(/e-?mail/i).fill(email);
  await page.getByLabel(/name/i).first().fill('Ada Admin');
  await page.locator('input[type=password]').nth(0).fill(password);
  await page.locator('input[type=password]').nth(1).fill(password);
  await page.locator('main').getByRole('button').last().click();
  await page.waitForURL((url) => !url.pathname.startsWith('/setup'));
  return { email, password };
}

/** Signs in. */
export async function signIn(page, url, { email, password }) {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel(/e-?mail/i).fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.getByRole('button', { name: /sign in/i }).click();
}
