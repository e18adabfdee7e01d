// The whole line through the API, as an administrator's script takes it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../support/process.mjs';
import { graph, startPortal } from '../support/portal.mjs';
import { differences, person } from '../support/people.mjs';
import { startScimServer, TOKEN } from '../support/scim.mjs';

const COUNT = 300;
const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';
let target, portal, api;

before(async () => {
  target = await startScimServer();
  portal = await startPortal();
  api = graph(portal.url, await portal.token('api journey'));
});

after(async () => {
  const ended = await portal?.stop();
  await target?.stop();
  assert.equal(ended?.signal ?? null, null, 'purser ends by itself when asked to');
});

/** A person as Graph spells a user. */
function asGraphUser(n) {
  const { telephoneNumber, mobile, jobTitle, state, ...rest } = person(n);
  return {
    ...rest,
    ...(jobTitle ? { jobTitle } : {}),
    accountEnabled: true,
    businessPhones: [telephoneNumber],
    mobilePhone: mobile,
  };
}

test('300 people reach the target with their attributes, and every later change follows', async (t) => {
  const stranger = await target.createByHand({ userName: 'stranger@elsewhere.example', displayName: 'A stranger', active: true });
  const namesake = await target.createByHand({ userName: person(2).userPrincipalName, displayName: 'Was there before', active: true });

  const ids = new Map();
  for (let n = 1; n <= COUNT + 2; n += 1) {
    const made = await api.post('/users', asGraphUser(n));
    ids.set(n, made.id);
  }
  await api.put(`/users/${ids.get(1)}/manager/$ref`, { '@odata.id': `${api.base}/users/${ids.get(3)}` });

  const group = await api.post('/groups', { displayName: 'Everybody', mailEnabled: false, mailNickname: 'everybody', securityEnabled: true });
  for (let n = 1; n <= COUNT; n += 1) {
    await api.call('POST', `/groups/${group.id}/members/$ref`, { '@odata.id': `${api.base}/directoryObjects/${ids.get(n)}` }, 204);
  }

  const templates = await api.get(`/applicationTemplates?$filter=${encodeURIComponent("displayName eq 'SCIM application'")}`);
  const template = templates.value[0] ?? (await api.get('/applicationTemplates')).value[0];
  const made = await api.post(`/applicationTemplates/${template.id}/instantiate`, { displayName: 'Journey' });
  const app = made.servicePrincipal;
  const role = app.appRoles.find((one) => one.displayName === 'User');
  const sync = `/servicePrincipals/${app.id}/synchronization`;
  const [job] = (await api.get(`${sync}/jobs`)).value;

  await t.test('a wrong token is told from a right one', async () => {
    const wrong = await api.call('POST', `${sync}/jobs/${job.id}/validateCredentials`, {
      credentials: [{ key: 'BaseAddress', value: target.base }, { key: 'SecretToken', value: 'wrong' }],
    });
    assert.ok(wrong.status >= 400 && wrong.status < 500, `${wrong.status}`);
    assert.match(wrong.body.error.message, /invalid credentials/i);
    await api.call('POST', `${sync}/jobs/${job.id}/validateCredentials`, {
      credentials: [{ key: 'BaseAddress', value: target.base }, { key: 'SecretToken', value: TOKEN }],
    }, 204);
  });

  await api.put(`${sync}/secrets`, {
    value: [{ key: 'BaseAddress', value: target.base }, { key: 'SecretToken', value: TOKEN }, { key: 'SyncAll', value: 'false' }],
  });
  await api.post(`/servicePrincipals/${app.id}/appRoleAssignedTo`, { principalId: group.id, resourceId: app.id, appRoleId: role.id });
  // Number 301 only has Default Access, number 302 nothing at all.
  await api.post(`/servicePrincipals/${app.id}/appRoleAssignedTo`, { principalId: ids.get(COUNT + 1), resourceId: app.id, appRoleId: DEFAULT_ACCESS });
  await api.call('POST', `${sync}/jobs/${job.id}/start`, undefined, 204);

  await t.test('the initial cycle creates everybody who is entitled, and nobody else', async () => {
    await eventually('the initial cycle ends', async () => (await api.get(`${sync}/jobs/${job.id}`)).status.lastSuccessfulExecution?.timeEnded, 120_000);
    const accounts = await target.users();
    assert.equal(accounts.length, COUNT + 1, '300 people and the stranger');
    for (let n = 1; n <= COUNT; n += 1) {
      const account = accounts.find((one) => one.userName === person(n).userPrincipalName);
      assert.ok(account, `${person(n).userPrincipalName} is there`);
      assert.deepEqual(differences(account, person(n)), [], person(n).userPrincipalName);
    }
    assert.deepEqual((await target.byId(stranger.id)).body, stranger, 'the stranger is untouched');
    assert.equal((await target.user(person(2).userPrincipalName)).id, namesake.id, 'the account that was there is matched, not doubled');
  });

  await t.test('the manager is linked although she came later in the cycle', async () => {
    const boss = await target.user(person(3).userPrincipalName);
    await eventually('the manager is set', async () => {
      const account = await target.user(person(1).userPrincipalName);
      return account['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User']?.manager?.value === boss.id;
    });
  });

  await t.test('the log says why the two others were left out', async () => {
    const rows = await api.all(`/auditLogs/provisioning?$filter=${encodeURIComponent(`jobId eq '${job.id}'`)}&$top=100`);
    assert.equal(rows.filter((row) => row.provisioningAction === 'create' && row.provisioningStatusInfo.status === 'success').length, COUNT, 'everybody but the one who was there before, and the group');
    const skipped = rows.filter((row) => row.sourceIdentity.id === ids.get(COUNT + 1));
    assert.ok(skipped.some((row) => row.provisioningStatusInfo.status === 'skipped' && /required entitlement/.test(JSON.stringify(row))), 'Default Access is skipped with its reason');
  });

  await t.test('a rename, a disable, a delete and an unassignment each arrive within two seconds', async () => {
    const since = async (what, question) => {
      const started = Date.now();
      await eventually(what, question, 10_000);
      const took = Date.now() - started;
      assert.ok(took < 2000, `${what} took ${took} ms`);
    };
    await api.patch(`/users/${ids.get(5)}`, { displayName: 'Renamed "Person" <5>' });
    await since('the rename', async () => (await target.user(person(5).userPrincipalName)).displayName === 'Renamed "Person" <5>');
    await api.patch(`/users/${ids.get(6)}`, { accountEnabled: false });
    await since('the disable', async () => (await target.user(person(6).userPrincipalName)).active === false);
    const seventh = await target.user(person(7).userPrincipalName);
    await api.delete(`/users/${ids.get(7)}`);
    await since('the soft delete', async () => (await target.byId(seventh.id)).body.active === false);
    await api.delete(`/directory/deletedItems/${ids.get(7)}`);
    await since('the hard delete', async () => (await target.byId(seventh.id)).status === 404);
    await api.delete(`/groups/${group.id}/members/${ids.get(8)}/$ref`);
    await since('the unassignment', async () => (await target.user(person(8).userPrincipalName)).active === false);
  });

  await t.test('what was off is caught up on, and a killed process loses nobody', async () => {
    await api.call('POST', `${sync}/jobs/${job.id}/pause`, undefined, 204);
    await api.patch(`/users/${ids.get(9)}`, { jobTitle: 'While off' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.notEqual((await target.user(person(9).userPrincipalName)).title, 'While off', 'off means off');
    await portal.killAndRestart();
    api = graph(portal.url, await portal.token('after the crash'));
    await api.call('POST', `${sync}/jobs/${job.id}/start`, undefined, 204);
    await eventually('the change arrives', async () => (await target.user(person(9).userPrincipalName)).title === 'While off');
    assert.equal((await target.users()).length, COUNT, '299 people and the stranger');
    assert.deepEqual((await target.byId(stranger.id)).body, stranger, 'the stranger is still untouched');
  });
});

test('nonsense gets a clear sentence and never a 500', async () => {
  const cases = [
    ['POST', '/users', { displayName: 'No sign-in name' }],
    ['POST', '/users', { userPrincipalName: 'x@y.example', displayName: 'a\u0000b' }],
    ['POST', '/users', 'not an object'],
    ['GET', '/users/not-an-id', undefined],
    ['GET', `/users?$filter=${encodeURIComponent('displayName eq ')}`, undefined],
    ['GET', `/users?$filter=${encodeURIComponent('nothing eq 1')}`, undefined],
    ['GET', '/users?$top=-1', undefined],
    ['POST', '/applicationTemplates/unknown/instantiate', { displayName: 'x' }],
    ['GET', '/nowhere', undefined],
  ];
  for (const [method, path, body] of cases) {
    const answer = await api.call(method, path, body);
    assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${path}: ${answer.status}`);
    assert.ok(answer.body.error.code && answer.body.error.message, `${method} ${path} answers Graph's error object`);
  }
});
