// The rules as an administrator changes them over the API, and what they do at the target.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, run, temporaryFolder } from '../support/process.mjs';
import { graph, startPortal } from '../support/portal.mjs';
import { startScimServer, TOKEN } from '../support/scim.mjs';

let target, portal, api;

before(async () => {
  target = await startScimServer();
  portal = await startPortal();
  api = graph(portal.url, await portal.token('rules journey'));
});

after(async () => {
  await portal?.stop();
  await target?.stop();
});

const people = [
  ['ann', 'Sales', 'Ann Zoë'],
  ['bob', 'Sales', 'Bob'],
  ['eve', 'Research', 'Eve'],
];

test('a scoping filter, an expression and the clear flow reach the target, and a wrong document changes nothing', async (t) => {
  const ids = {};
  for (const [name, department, displayName] of people) {
    const user = { userPrincipalName: `${name}@contoso.example`, displayName, department, givenName: name, accountEnabled: true, jobTitle: 'Clerk' };
    ids[name] = (await api.post('/users', user)).id;
  }
  const template = (await api.get('/applicationTemplates')).value.find((one) => one.displayName === 'SCIM application');
  const app = (await api.post(`/applicationTemplates/${template.id}/instantiate`, { displayName: 'Rules' })).servicePrincipal;
  const sync = `/servicePrincipals/${app.id}/synchronization`;
  const [job] = (await api.get(`${sync}/jobs`)).value;
  const schemaPath = `${sync}/jobs/${job.id}/schema`;
  await api.put(`${sync}/secrets`, {
    value: [{ key: 'BaseAddress', value: target.base }, { key: 'SecretToken', value: TOKEN }, { key: 'SyncAll', value: 'true' }],
  });

  const original = await api.get(schemaPath);
  const edit = (document, change) => {
    const copy = structuredClone(document);
    change(copy.synchronizationRules[0].objectMappings[0]);
    return copy;
  };
  const row = (mapping, name) => mapping.attributeMappings.find((one) => one.targetAttributeName === name);

  await t.test('a document with faults is refused with each row, and nothing changes', async () => {
    const wrong = edit(original, (mapping) => {
      row(mapping, 'displayName').source = { expression: 'Swich([displayName])', name: 'Swich', type: 'Function', parameters: [] };
      row(mapping, 'title').source = { expression: '[jobTitel]', name: 'jobTitel', type: 'Attribute', parameters: [] };
    });
    const answer = await api.call('PUT', schemaPath, wrong);
    assert.equal(answer.status, 400);
    const said = JSON.stringify(answer.body);
    assert.match(said, /did you mean `Switch`/);
    assert.match(said, /did you mean jobTitle/);
    assert.deepEqual(await api.get(schemaPath), original);
  });

  await t.test('what is put comes back, and its rules hold from the first cycle on', async () => {
    const wanted = edit(original, (mapping) => {
      mapping.scope = { groups: [{ name: 'Sales only', clauses: [{ operatorName: 'EQUALS', sourceOperandName: 'department', targetOperand: { values: ['Sales'] } }] }], inputFilterGroups: [], categoryFilterGroups: [] };
      const expression = 'ToUpper(NormalizeDiacritics([displayName]))';
      row(mapping, 'displayName').source = { expression, name: 'ToUpper', type: 'Function', parameters: [] };
      row(mapping, 'title').flowNullValues = true;
    });
    await api.call('PUT', schemaPath, wanted, 204);
    const { '@odata.context': context, '@odata.etag': etag, version, ...stored } = await api.get(schemaPath);
    const { '@odata.context': _c, '@odata.etag': _e, version: _v, ...sent } = wanted;
    assert.deepEqual(stored, sent);
    await api.call('POST', `${sync}/jobs/${job.id}/start`, undefined, 204);
    await eventually('Ann has an account', async () => (await target.user('ann@contoso.example'))?.displayName === 'ANN ZOE');
    await eventually('Bob has an account', () => target.user('bob@contoso.example'));
    assert.equal(await target.user('eve@contoso.example') ?? null, null, 'Eve does research');
  });

  await t.test('the log names the clause that kept somebody out', async () => {
    await eventually('a row about Eve', async () => {
      const rows = await api.all(`/auditLogs/provisioning?$filter=${encodeURIComponent(`jobId eq '${job.id}'`)}&$top=100`);
      const hers = rows.find((one) => one.sourceIdentity.id === ids.eve);
      return hers && /did not pass a scoping filter/.test(JSON.stringify(hers)) && /Sales only department EQUALS/.test(JSON.stringify(hers));
    });
  });

  await t.test('who leaves the filter is disabled, and who loses a value with a clear flow loses it there', async () => {
    await api.patch(`/users/${ids.bob}`, { department: 'Research' });
    await eventually('Bob is disabled', async () => (await target.user('bob@contoso.example')).active === false);
    await api.patch(`/users/${ids.ann}`, { jobTitle: null });
    await eventually('the title is gone', async () => !(await target.user('ann@contoso.example')).title);
    assert.equal((await target.user('ann@contoso.example')).active, true);
  });

  await t.test('DELETE restores the defaults, and Bob and Eve come in', async () => {
    await api.call('DELETE', schemaPath, undefined, 204);
    await eventually('Eve has an account', () => target.user('eve@contoso.example'));
    await eventually('Bob is back', async () => (await target.user('bob@contoso.example')).active === true);
    await eventually('Ann reads as she is written', async () => (await target.user('ann@contoso.example')).displayName === 'Ann Zoë');
  });
});

test('functions, operators and parseExpression answer in the shapes of Graph', async () => {
  const app = (await api.get('/servicePrincipals')).value[0];
  const [job] = (await api.get(`/servicePrincipals/${app.id}/synchronization/jobs`)).value;
  const schema = `/servicePrincipals/${app.id}/synchronization/jobs/${job.id}/schema`;
  const functions = (await api.get(`${schema}/functions`)).value;
  const join = functions.find((one) => one.name === 'Join');
  assert.deepEqual(Object.keys(join.parameters[1]).sort(), ['allowMultipleOccurrences', 'name', 'required', 'type']);
  const operators = (await api.get(`${schema}/filterOperators`)).value;
  assert.ok(operators.some((one) => one.name === 'EQUALS' && one.arity === 'Binary'));
  const parse = async (expression, properties) => {
    const question = { expression, testInputObject: { definition: null, properties }, targetAttributeDefinition: null };
    return (await api.call('POST', `${schema}/parseExpression`, question, 200)).body;
  };
  const good = await parse('Join(" ", [givenName], [surname])', [{ key: 'givenName', value: 'Ann' }, { key: 'surname', value: 'Doe' }]);
  assert.deepEqual([good.parsingSucceeded, good.evaluationSucceeded, good.evaluationResult], [true, true, ['Ann Doe']]);
  assert.equal(good.parsedExpression.type, 'Function');
  const bad = await parse('Jion(" ", [givenName])', []);
  assert.equal(bad.parsingSucceeded, false);
  assert.match(bad.error.message, /did you mean `Join`/);
});

test('purser eval does the same on the command line', async () => {
  const { folder, cleanUp } = await temporaryFolder();
  const person = join(folder, 'person.json');
  await writeFile(person, JSON.stringify({ givenName: 'Zoë', surname: 'Doe' }));
  const evaluate = (expression) => run(process.env.PURSER, ['eval', expression, '--object', person]);
  assert.equal((await evaluate('NormalizeDiacritics(Join(".", [givenName], [surname]))')).trim(), 'Zoe.Doe');
  await assert.rejects(evaluate('Left([surname], "x")'), /ended with 1[^]*line 1, column 17/);
  await cleanUp();
});
