// A Samanage in memory (of our own testkit), and reading what it holds.
import { start } from './process.mjs';

/** Token that it accepts. It guards nothing but test accounts on this machine. */
export const TOKEN = 'samanage-token';

/** Starts one with a few roles, sites, departments and users. */
export async function startSamanage() {
  const server = await start(process.env.SAMPLE_SAMANAGE, ['--port', '0', '--token', TOKEN], {
    ready: (line) => line.match(/^Listening on (\S+?)\/?$/)?.[1],
  });
  const headers = { 'x-samanage-authorization': `Bearer ${TOKEN}`, accept: 'application/vnd.samanage.v2.1+json' };
  const get = async (path) => {
    const answer = await fetch(`${server.value}${path}`, { headers });
    if (!answer.ok) throw new Error(`Samanage answered ${answer.status} to ${path}`);
    return answer.json();
  };
  return {
    base: server.value,
    stop: server.stop,
    /** The user with this address, or undefined. */
    user: async (email) => (await get(`/users.json?per_page=100&email=${encodeURIComponent(email)}`)).find((one) => one.email === email),
    /** The group with this name, with its memberships; or undefined. */
    async group(name) {
      const found = (await get(`/groups.json?per_page=100&name=${encodeURIComponent(name)}`)).find((one) => one.name === name && !one.is_user);
      return found && get(`/groups/${found.id}.json`);
    },
    roles: () => get('/roles.json?per_page=100'),
  };
}
