// Servers that are not what an administrator meant to enter.
import { createServer } from 'node:http';

/** A web server that speaks HTML and no SCIM, as when the address of the application's own pages is entered. */
export async function startWebSite() {
  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    answer.end('<!doctype html><title>Welcome</title><h1>Welcome to the application</h1>');
  });
  // A journey that fails must not stay alive for it.
  server.unref();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
