// The directory sync of SAML Jackson (BoxyHQ, now Ory Polis), everything in memory. The library takes requests and
// gives answers as plain objects; carrying them over HTTP is what its user does, and is all that happens here.
import express from 'express';
import saml from '@boxyhq/saml-jackson';
import { announce, listen } from './announce.mjs';

const quiet = { info() {}, warn() {}, error: (...what) => console.error(...what) };
const app = express();
const address = await listen(app);
const { directorySyncController: sync } = await saml.default({
  externalUrl: address,
  samlPath: '/saml',
  scimPath: '/scim/v2.0',
  samlAudience: 'purser',
  db: { engine: 'mem' },
  noAnalytics: true,
  logger: quiet,
});
const { data: directory, error } = await sync.directories.create({
  name: 'counterpart',
  tenant: 'tenant',
  product: 'product',
  type: 'generic-scim-v2',
});
if (error) throw new Error(error.message);

/** A number of the query, if it has one of this name. */
const number = (text) => (text === undefined ? undefined : Number(text));

app.use(express.json({ type: ['application/json', 'application/scim+json'], limit: '5mb' }));
for (const kind of ['Users', 'Groups']) {
  app.all([`/scim/v2.0/:directory/${kind}`, `/scim/v2.0/:directory/${kind}/:id`], async (request, answer) => {
    const { status, data } = await sync.requests.handle({
      method: request.method,
      body: request.body,
      directoryId: request.params.directory,
      resourceType: kind.toLowerCase(),
      resourceId: request.params.id,
      apiSecret: request.header('authorization')?.replace(/^Bearer /, '') ?? null,
      query: {
        count: number(request.query.count),
        startIndex: number(request.query.startIndex),
        filter: request.query.filter,
      },
    });
    answer.status(status).json(data);
  });
}
announce(directory.scim.endpoint, directory.scim.secret);
