// A SCIM server made of SCIMMY and its routers for Express. They do schemas, filters, PATCH, lists and bulk; what
// SCIMMY leaves to its user is here: where the objects are kept, and who may come in.
import { randomBytes, randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMY from 'scimmy';
import Routers from 'scimmy-routers';
import { announce, listen } from './announce.mjs';

const token = randomBytes(16).toString('hex');

/** Objects in memory, of which no two have the same `name` whatever its case. */
class Shelf {
  #objects = new Map();

  constructor(name) {
    this.name = name;
  }

  #load(id) {
    const found = this.#objects.get(id);
    if (!found) throw new SCIMMY.Types.Error(404, null, `there is no object ${id}`);
    return found;
  }

  #key(object) {
    return String(object[this.name] ?? '').toLowerCase();
  }

  read({ id, filter }) {
    if (id) return this.#load(id);
    const all = [...this.#objects.values()];
    return filter ? filter.match(all) : all;
  }

  write({ id = randomUUID() }, instance) {
    const { schemas, meta, ...values } = JSON.parse(JSON.stringify(instance));
    for (const [other, object] of this.#objects) {
      if (other !== id && this.#key(object) === this.#key(values)) {
        throw new SCIMMY.Types.Error(409, 'uniqueness', `${this.name} is taken`);
      }
    }
    const lastModified = new Date();
    const created = this.#objects.get(id)?.meta.created ?? lastModified;
    const object = { ...values, id, meta: { created, lastModified } };
    this.#objects.set(id, object);
    return object;
  }

  remove({ id }) {
    this.#load(id);
    this.#objects.delete(id);
  }
}

function declare(resource, shelf) {
  SCIMMY.Resources.declare(resource, {
    egress: (request) => shelf.read(request),
    ingress: (request, instance) => shelf.write(request, instance),
    degress: (request) => shelf.remove(request),
  });
}

SCIMMY.Config.set({ patch: true, sort: true, filter: { supported: true, maxResults: 200 } });
declare(SCIMMY.Resources.User, new Shelf('userName'));
declare(SCIMMY.Resources.Group, new Shelf('displayName'));
SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);

const app = express();
// The routers take `startIndex` and `count` for absent unless they arrive as numbers.
app.set('query parser', (text) => {
  const query = Object.fromEntries(new URLSearchParams(text));
  for (const name of ['startIndex', 'count']) {
    if (/^\d+$/.test(query[name] ?? '')) query[name] = Number(query[name]);
  }
  return query;
});
app.use('/scim/v2', new Routers({
  type: 'bearer',
  handler: (request) => {
    if (request.header('authorization') !== `Bearer ${token}`) throw new Error('The token is not the right one.');
    return 'purser';
  },
}));
announce(`${await listen(app)}/scim/v2`, token);
