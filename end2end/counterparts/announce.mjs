// How a counterpart tells its test where it is.

/** Listens on a free port of this machine; answers its base address once it does. */
export function listen(app) {
  return new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1');
    server.on('listening', () => resolve(`http://127.0.0.1:${server.address().port}`));
    server.on('error', reject);
  });
}

/** Prints the one line that the test waits for. */
export function announce(base, token) {
  process.stdout.write(`${JSON.stringify({ base, token })}\n`);
}
