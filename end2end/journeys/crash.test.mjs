// The process is killed at random moments, again and again. Nobody may be doubled or missing in the target, no
// leaver may stay active, and every write that the target carried out must be in the log exactly once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/process.mjs';
import { graph, startPortal } from '../support/portal.mjs';
import { differences, person } from '../support/people.mjs';
import { startScimServer, TOKEN } from '../support/scim.mjs';
import { startWitness } from '../support/witness.mjs';

const COUNT = 1000;
/** Everything random follows from it; set CRASH_SEED to see a failure again. */
const SEED = Number(process.env.CRASH_SEED ?? 20);
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACTIONS = { POST: 'create', PATCH: 'update', PUT: 'update', DELETE: 'delete' };
let target, witness, portal, api, token, app, job;

before(async () => {
  target = await startScimServer();
  witness = await startWitness(target.base);
  portal = await startPortal();
  token = await portal.token('crash journey');
  api = graph(portal.url, token);
});

after(async () => {
  await portal?.stop();
  await witness?.stop();
  await target?.stop();
});

test('killed at random moments, Purser doubles nobody, misses nobody and logs every write', async (t) => {
  const random = randomOf(SEED);
  t.diagnostic(`seed ${SEED}`);
  const ids = await enterPeople();
  await addApplication();

  await t.test('six kills in the initial cycle', async () => {
    const moments = [
      { isWrite: false, number: between(random, 1, 60), stage: 'arrived' },
      ...Array.from({ length: 4 }, (_, index) => writeMoment(random, 1 + index * 235, (index + 1) * 235)),
      writeMoment(random, 960, COUNT - 1),
    ];
    const killed = killAt(moments, t);
    await start();
    await killed;
    await eventually('the initial cycle ends', async () => (await api.get(job)).status.lastSuccessfulExecution?.timeEnded, 90_000);
  });

  await t.test('everybody has exactly one account, with the right attributes', async () => {
    const accounts = await target.users();
    const byName = new Map(accounts.map((account) => [account.userName, account]));
    assert.equal(accounts.length, COUNT);
    assert.equal(byName.size, COUNT, 'no userName twice');
    assert.equal(new Set(accounts.map((account) => account.externalId)).size, COUNT, 'no externalId twice');
    for (let n = 1; n <= COUNT; n += 1) {
      const account = byName.get(person(n).userPrincipalName);
      assert.ok(account, `${person(n).userPrincipalName} is there`);
      assert.deepEqual(differences(account, person(n)), [], person(n).userPrincipalName);
      const manager = hasManager(n) ? byName.get(person(n + 1).userPrincipalName).id : undefined;
      assert.equal(account[ENTERPRISE]?.manager?.value, manager, `the manager of ${person(n).userPrincipalName}`);
    }
  });

  await t.test('every account has exactly one create in the log', async () => {
    const rows = await assertLogged();
    assert.equal(rows.filter((row) => row.provisioningAction === 'create').length, COUNT);
  });

  await t.test('three kills while 200 changes are followed', async () => {
    const accounts = new Map((await target.users()).map((account) => [account.userName, account.id]));
    const accountOf = (n) => accounts.get(person(n).userPrincipalName);
    // Nobody who is the manager of somebody, so that each change is one write.
    const people = shuffle(random, Array.from({ length: COUNT }, (_, index) => index + 1).filter((n) => n % 20 > 1));
    const [renamed, disabled, deleted, purged] = [people.slice(0, 80), people.slice(80, 120), people.slice(120, 160), people.slice(160, 200)];
    await api.call('POST', `${job}/pause`, undefined, 204);
    await many(renamed, (n) => api.patch(`/users/${ids.get(n)}`, { displayName: `Renamed ${n}` }));
    await many(disabled, (n) => api.patch(`/users/${ids.get(n)}`, { accountEnabled: false }));
    await many([...deleted, ...purged], (n) => api.delete(`/users/${ids.get(n)}`));
    await many(purged, (n) => api.delete(`/directory/deletedItems/${ids.get(n)}`));

    const killed = killAt(Array.from({ length: 3 }, (_, index) => writeMoment(random, 1 + index * 60, (index + 1) * 60)), t);
    await start();
    await killed;
    await eventually('every change has arrived', async () => {
      const now = new Map((await target.users()).map((account) => [account.id, account]));
      return renamed.every((n) => now.get(accountOf(n))?.displayName === `Renamed ${n}`)
        && [...disabled, ...deleted].every((n) => now.get(accountOf(n))?.active === false)
        && purged.every((n) => !now.has(accountOf(n)));
    }, 60_000);

    const now = await target.users();
    const leavers = new Set([...disabled, ...deleted, ...purged].map(accountOf));
    assert.equal(now.length, COUNT - purged.length, 'nobody else is gone');
    assert.deepEqual(now.filter((account) => leavers.has(account.id) === account.active).map((account) => account.userName), [], 'leavers are inactive, the others active');
    await eventually('every write is in the log', () => assertLogged().then(() => true));
  });
});

/** The people of the directory; every twentieth reports to the next, who comes later in the initial cycle. */
async function enterPeople() {
  const ids = new Map();
  const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);
  await many(numbers, async (n) => {
    const { telephoneNumber, mobile, jobTitle, state, ...rest } = person(n);
    const made = await api.post('/users', {
      ...rest,
      ...(jobTitle ? { jobTitle } : {}),
      accountEnabled: true,
      businessPhones: [telephoneNumber],
      mobilePhone: mobile,
    });
    ids.set(n, made.id);
  });
  await many(numbers.filter(hasManager), (n) => api.put(`/users/${ids.get(n)}/manager/$ref`, { '@odata.id': `${api.base}/users/${ids.get(n + 1)}` }));
  return ids;
}

function hasManager(n) {
  return n % 20 === 0 && n < COUNT;
}

async function addApplication() {
  const templates = await api.get(`/applicationTemplates?$filter=${encodeURIComponent("displayName eq 'SCIM application'")}`);
  const made = await api.post(`/applicationTemplates/${templates.value[0].id}/instantiate`, { displayName: 'Crash' });
  app = `/servicePrincipals/${made.servicePrincipal.id}/synchronization`;
  job = `${app}/jobs/${(await api.get(`${app}/jobs`)).value[0].id}`;
  await api.put(`${app}/secrets`, {
    value: [{ key: 'BaseAddress', value: witness.base }, { key: 'SecretToken', value: TOKEN }, { key: 'SyncAll', value: 'true' }],
  });
}

function start() {
  return api.call('POST', `${job}/start`, undefined, 204);
}

/**
 * Kills the portal at each of these moments, in their order, and starts it again. A moment's number counts the
 * requests of its kind (writes or reads) from now on. Comes back when the last kill is over.
 */
function killAt(moments, t) {
  let waiting = [...moments];
  let busy = false;
  const seen = { true: 0, false: 0 };
  return new Promise((resolve, reject) => {
    witness.watch = ({ stage, isWrite }) => {
      if (stage === 'arrived') seen[isWrite] += 1;
      const [moment] = waiting;
      if (busy || !moment || isWrite !== moment.isWrite || seen[isWrite] < moment.number || stage !== moment.stage.split(' ')[0]) return undefined;
      busy = true;
      waiting = waiting.slice(1);
      t.diagnostic(`kill at ${isWrite ? 'write' : 'read'} ${seen[isWrite]}, ${moment.stage}`);
      restart().then(() => {
        busy = false;
        if (waiting.length === 0) resolve();
      }, reject);
      return moment.stage === 'arrived lost' ? 'lose' : undefined;
    };
  }).finally(() => { witness.watch = null; });
}

async function restart() {
  await portal.killAndRestart();
  api = graph(portal.url, token);
}

function writeMoment(random, first, last) {
  const stages = ['arrived', 'arrived lost', 'done', 'answered'];
  return { isWrite: true, number: between(random, first, last), stage: stages[between(random, 0, stages.length - 1)] };
}

/** Fails unless the log has one successful row for each write that the target carried out, and no more. */
async function assertLogged() {
  const filter = encodeURIComponent("provisioningStatusInfo/status eq 'success'");
  const rows = (await api.all(`/auditLogs/provisioning?$filter=${filter}&$top=200`)).filter((row) => row.provisioningAction !== 'other');
  const logged = tally(rows, (row) => `${row.provisioningAction === 'disable' ? 'update' : row.provisioningAction} ${row.targetIdentity.id}`);
  const carriedOut = tally(witness.writes, (write) => `${ACTIONS[write.method]} ${write.account}`);
  const keys = new Set([...logged.keys(), ...carriedOut.keys()]);
  const wrong = [...keys].filter((key) => logged.get(key) !== carriedOut.get(key));
  assert.deepEqual(wrong.map((key) => `${key}: ${carriedOut.get(key) ?? 0} done, ${logged.get(key) ?? 0} in the log`), []);
  return rows;
}

function tally(items, keyOf) {
  const counts = new Map();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

/** Does the work for all items, sixteen at once. */
async function many(items, work) {
  const waiting = items.values();
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (const item of waiting) await work(item);
  }));
}

/** Numbers from 0 to 1 that are always the same for a seed (mulberry32). */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function between(random, first, last) {
  return first + Math.floor(random() * (last - first + 1));
}

function shuffle(random, items) {
  const order = items.map((item) => [random(), item]);
  return order.sort(([a], [b]) => a - b).map(([, item]) => item);
}
