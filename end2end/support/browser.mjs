// Chromium, driven by Playwright; and what every page must be: accessible, and quiet on the console.
import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
/** Whom `setUp` makes the first administrator. */
export const ADMIN = { email: 'admin@example.com', name: 'Ada Admin', password: 'correct horse battery' };

/** A browser; close it with `close()`. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: FLAGS });
}

/** A page in a context (a browser profile) of its own. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(15_000);
  return openTab(context);
}

/**
 * Another page in the same context. Errors of its scripts, refusals of its Content-Security-Policy, dialogs
 * and answers of 500 and more are collected in `page.complaints`.
 */
export async function openTab(context) {
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(`script: ${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d)/.test(message.text())) page.complaints.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) page.complaints.push(`${response.status()} of ${response.url()}`);
  });
  page.on('dialog', (dialog) => {
    // "Leave this page?" is the portal's own; anything else was put into it.
    if (dialog.type() !== 'beforeunload') page.complaints.push(`dialog: ${dialog.message()}`);
    dialog.accept().catch(() => {});
  });
  return page;
}

/** Fails when the page (or one before it in this tab) complained. */
export function assertQuiet(page, where) {
  assert.deepEqual(page.complaints, [], `${where} complains about nothing`);
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
export async function setUp(page, link, { email, name, password } = ADMIN) {
  await page.goto(link);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel(/^Password( \*)?$/).fill(password);
  await page.getByLabel('Password again').fill(password);
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
}

/** Fills the sign-in page that is open and sends it. */
export async function signIn(page, { email, password } = ADMIN) {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
