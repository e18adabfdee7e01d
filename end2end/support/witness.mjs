// A witness between Purser and a target: passes every request on, and remembers what the target carried out.
import { Agent, createServer, request } from 'node:http';

/**
 * Starts a witness in front of `target` (the base address of a SCIM server).
 *
 * `watch(moment)` is called at each moment of each request: `arrived`, `done` (the target has carried it out and
 * nobody knows yet) and `answered`. When it answers `'lose'` on arrival, the request never reaches the target.
 * A request that was passed on is carried out even if its sender is dead by then.
 */
export async function startWitness(target) {
  const { hostname, port, pathname } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const witness = { watch: null, writes: [] };
  const tell = (stage, method) => witness.watch?.({ stage, method, isWrite: method !== 'GET' });

  const server = createServer(async (incoming, outgoing) => {
    const chunks = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return; // The sender died while it was sending.
    }
    const { method, url, headers } = incoming;
    if (tell('arrived', method) === 'lose') return outgoing.destroy();
    const onward = request({ hostname, port, agent, method, path: url, headers: { ...headers, host: `${hostname}:${port}` } }, (answer) => {
      const body = [];
      answer.on('data', (chunk) => body.push(chunk));
      answer.on('end', () => {
        const content = Buffer.concat(body);
        if (method !== 'GET' && answer.statusCode < 300) {
          const account = method === 'POST' ? JSON.parse(content.toString()).id : decodeURIComponent(url.split('?')[0].split('/').pop());
          witness.writes.push({ method, account });
        }
        tell('done', method);
        outgoing.writeHead(answer.statusCode, answer.headers);
        outgoing.end(content, () => tell('answered', method));
      });
    });
    onward.on('error', () => outgoing.destroy());
    onward.end(Buffer.concat(chunks));
  });
  // A journey that fails must not stay alive for it.
  server.unref();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  witness.base = `http://127.0.0.1:${server.address().port}${pathname}`;
  witness.stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
    agent.destroy();
  });
  return witness;
}
