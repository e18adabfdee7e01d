// A journey is a chain: each step stands on the one before.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PICTURES = path.join(path.dirname(fileURLToPath(import.meta.url)), '../test-results');

/**
 * Answers `step(name, work)` for the steps of a journey. After one has failed the others are left out, since
 * they could only fail for its reason; what the page looked like then is kept in `end2end/test-results`.
 */
export function journey(t, page) {
  let broken = false;
  return (name, work) => t.test(name, { skip: broken && 'a step before this one failed' }, async () => {
    try {
      await work();
    } catch (error) {
      broken = true;
      await mkdir(PICTURES, { recursive: true });
      const picture = path.join(PICTURES, `${name.replaceAll(/\W+/g, '-').slice(0, 80)}.png`);
      await page()?.screenshot({ path: picture, fullPage: true }).catch(() => {});
      throw error;
    }
  });
}
