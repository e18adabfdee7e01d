// A portal of its own for one journey.
import { run, start, temporaryFolder } from './process.mjs';

/** Starts `purser serve` with an empty data folder on a free port. */
export async function startPortal() {
  const { folder, cleanUp } = await temporaryFolder();
  let setupLink;
  const serve = () => start(process.env.PURSER, ['serve', '--data', folder, '--listen', '127.0.0.1:0', '--egress-allow', '127.0.0.0/8,::1/128'], {
    ready(line) {
      const link = line.match(/(http:\/\/\S+\/setup\?token=\S+)/);
      if (link) setupLink = link[1];
      return line.match(/^Listening on (\S+)/)?.[1]?.replace(/\/$/, '');
    },
  });
  let server = await serve();
  return {
    get url() { return server.value; },
    get setupLink() { return setupLink; },
    log: () => server.log(),
    /** A token as a script gets it. */
    async token(name) {
      const token = await run(process.env.PURSER, ['token', 'create', '--name', name, '--data', folder]);
      return token.trim();
    },
    /** Ends the process without a warning and starts it again over the same data. */
    async killAndRestart() {
      await server.stop('SIGKILL');
      server = await serve();
    },
    async stop() {
      const ended = await server.stop();
      await cleanUp();
      return ended;
    },
  };
}

/** A client of the Graph API. */
export function graph(url, token) {
  const base = `${url}/v1.0`;
  async function call(method, path, body, expected) {
    const answer = await fetch(path.startsWith('http') ? path : base + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (expected !== undefined && answer.status !== expected) {
      throw new Error(`${method} ${path} answered ${answer.status}, not ${expected}: ${text}`);
    }
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  }
  return {
    base,
    call,
    get: async (path) => (await call('GET', path, undefined, 200)).body,
    post: async (path, body, expected = 201) => (await call('POST', path, body, expected)).body,
    patch: (path, body) => call('PATCH', path, body, 204),
    put: (path, body) => call('PUT', path, body, 204),
    delete: (path) => call('DELETE', path, undefined, 204),
    /** Every item of a list, following @odata.nextLink. */
    async all(path) {
      const items = [];
      for (let next = path; next; ) {
        const page = (await call('GET', next, undefined, 200)).body;
        items.push(...page.value);
        next = page['@odata.nextLink'];
      }
      return items;
    },
  };
}
