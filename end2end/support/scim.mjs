// The SCIM server that others wrote (scim2-server), and reading what it holds.
import { freePort, start } from './process.mjs';

/** Token that the SCIM server accepts. It guards nothing but test accounts on this machine. */
export const TOKEN = 'target-token';

/** Starts an empty scim2-server; `options` are its own, for one that can do less. */
export async function startScimServer(options = []) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}/v2`;
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json' };
  const server = await start(process.env.SCIM2_SERVER, ['--port', String(port), '--bearer-token', TOKEN, ...options], {
    probe: async () => (await fetch(`${base}/ServiceProviderConfig`, { headers })).ok,
  });
  return {
    base,
    stop: server.stop,
    /** All accounts, read page by page. */
    async users() {
      const all = [];
      for (;;) {
        const answer = await fetch(`${base}/Users?startIndex=${all.length + 1}&count=100`, { headers });
        if (!answer.ok) throw new Error(`the SCIM server answered ${answer.status}`);
        const page = await answer.json();
        all.push(...(page.Resources ?? []));
        if (all.length >= page.totalResults || !page.Resources?.length) return all;
      }
    },
    /** All groups, with their members. */
    async groups() {
      const answer = await fetch(`${base}/Groups?count=100`, { headers });
      return (await answer.json()).Resources ?? [];
    },
    /** The account with this userName, or undefined. */
    async user(userName) {
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      const answer = await fetch(`${base}/Users?filter=${filter}`, { headers });
      return (await answer.json()).Resources?.[0];
    },
    /** Adds an account as if somebody had made it there by hand. */
    async createByHand(user) {
      const answer = await fetch(`${base}/Users`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...user }),
      });
      if (answer.status !== 201) throw new Error(`creating by hand answered ${answer.status}: ${await answer.text()}`);
      return answer.json();
    },
    /** One account by id, as the very text that the server answers. */
    async bytesOf(id) {
      return (await fetch(`${base}/Users/${id}`, { headers })).text();
    },
    /** One account by id: status and body. */
    async byId(id) {
      const answer = await fetch(`${base}/Users/${id}`, { headers });
      return { status: answer.status, body: await answer.json().catch(() => null) };
    },
  };
}
