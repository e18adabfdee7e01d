// A portal with something on every page, filled through the API: people, a group, an application that runs.
import { eventually } from './process.mjs';
import { graph } from './portal.mjs';
import { person } from './people.mjs';
import { TOKEN } from './scim.mjs';

/** Fills a portal and waits until its people are in the target; answers the ids that pages need. */
export async function fill(portal, target, { people = 30 } = {}) {
  const api = graph(portal.url, await portal.token('sample'));
  const ids = [];
  for (let n = 1; n <= people; n += 1) {
    const { userPrincipalName, displayName, givenName, surname, mail, mailNickname, department } = person(n);
    const made = await api.post('/users', { userPrincipalName, displayName, givenName, surname, mail, mailNickname, department, accountEnabled: true });
    ids.push(made.id);
  }
  const group = await api.post('/groups', { displayName: 'Everybody', mailEnabled: false, mailNickname: 'everybody', securityEnabled: true });
  for (const id of ids) await api.call('POST', `/groups/${group.id}/members/$ref`, { '@odata.id': `${api.base}/directoryObjects/${id}` }, 204);
  const [template] = (await api.get('/applicationTemplates')).value.filter((one) => /^SCIM application$/.test(one.displayName));
  const { servicePrincipal: app } = await api.post(`/applicationTemplates/${template.id}/instantiate`, { displayName: 'Sample' });
  const sync = `/servicePrincipals/${app.id}/synchronization`;
  const [job] = (await api.get(`${sync}/jobs`)).value;
  await api.put(`${sync}/secrets`, { value: [{ key: 'BaseAddress', value: target.base }, { key: 'SecretToken', value: TOKEN }] });
  const role = app.appRoles.find((one) => one.displayName === 'User');
  await api.post(`/servicePrincipals/${app.id}/appRoleAssignedTo`, { principalId: group.id, resourceId: app.id, appRoleId: role.id });
  await api.call('POST', `${sync}/jobs/${job.id}/start`, undefined, 204);
  await eventually('the initial cycle ends', async () => (await target.users()).length === people, 60_000);
  await api.delete(`/users/${ids[people - 1]}`);
  const [log] = (await api.get('/auditLogs/provisioning?$top=1')).value;
  return { user: ids[0], deleted: ids[people - 1], group: group.id, application: app.id, template: template.id, log: log.id };
}

/** Every page of the portal with something on it, and every pane: path by what it is called. */
export function everyPage({ user, deleted, group, application, template, log }) {
  const app = `/applications/${application}`;
  return {
    'home': '/',
    'users': '/users',
    'users, nobody found': '/users?search=nobody-is-called-this',
    'user': `/users/${user}`,
    'user, delete pane': `/users/${user}?pane=delete`,
    'deleted user': `/users/${deleted}`,
    'new user': '/users/new',
    'deleted users': '/users/deleted',
    'deleted users, purge pane': `/users/deleted?pane=purge&id=${deleted}`,
    'import': '/users/import',
    'groups': '/groups',
    'group': `/groups/${group}`,
    'group, add pane': `/groups/${group}?pane=add`,
    'group, delete pane': `/groups/${group}?pane=delete`,
    'new group': '/groups/new',
    'applications': '/applications',
    'gallery': '/applications/new',
    'gallery, create pane': `/applications/new?template=${template}`,
    'application': app,
    'properties': `${app}/properties`,
    'properties, delete pane': `${app}/properties?pane=delete`,
    'assignments': `${app}/users-and-groups`,
    'add assignment': `${app}/users-and-groups/add`,
    'add assignment, picker': `${app}/users-and-groups/add?pane=principals`,
    'provisioning': `${app}/provisioning`,
    'provisioning, restart pane': `${app}/provisioning?pane=restart`,
    'mapping': `${app}/provisioning/mappings/users`,
    'mapping, people in scope counted': `${app}/provisioning/mappings/users?count=scope`,
    'expression builder': `${app}/provisioning/expression-builder`,
    'expression builder, result': `${app}/provisioning/expression-builder?expression=${encodeURIComponent('Join(" ", [givenName], [surname])')}`,
    'expression builder, fault': `${app}/provisioning/expression-builder?expression=${encodeURIComponent('Jion(" ", [givenName])')}`,
    'logs of an application': `${app}/provisioning-logs`,
    'logs': '/provisioning-logs',
    'log row, steps': `/provisioning-logs/${log}`,
    'log row, modified': `/provisioning-logs/${log}?tab=modified`,
    'log row, troubleshooting': `/provisioning-logs/${log}?tab=troubleshooting`,
    'log row, summary': `/provisioning-logs/${log}?tab=summary`,
    'tokens': '/tokens',
    'tokens, new pane': '/tokens?pane=new',
    'audit log': '/audit-log',
    'not found': '/users/nobody',
  };
}
