// Programs that a journey starts, on free ports, and stops again by their own handle.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A port that was free a moment ago, on loopback. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A folder of its own, removed by `cleanUp`. */
export async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'purser-e2e-'));
  return { folder, cleanUp: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Starts a program and waits until it is ready.
 * `ready` is asked for every line on standard output and answers a value once it has seen enough;
 * without it, `probe` is called until it answers true.
 */
export async function start(program, args, { env = {}, ready, probe, patience = 60_000 } = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  let ended = null;
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve((ended = { code, signal }))));
  child.once('error', (error) => { ended = { error }; log += String(error); });
  let pending = '';
  let found;
  child.stdout.on('data', (chunk) => {
    log += chunk;
    pending += chunk;
    const lines = pending.split('\n');
    pending = lines.pop();
    for (const line of lines) if (ready && found === undefined) found = ready(line);
  });
  child.stderr.on('data', (chunk) => { log += chunk; });

  const deadline = Date.now() + patience;
  for (;;) {
    if (ended) throw new Error(`${program} ended before it was ready: ${JSON.stringify(ended)}\n${log}`);
    if (ready ? found !== undefined : await probe().catch(() => false)) break;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${program} was not ready after ${patience} ms\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    value: found,
    log: () => log,
    async stop(signal = 'SIGTERM') {
      if (!ended) child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(late);
      return ended;
    },
  };
}

/** Runs a program to its end; answers its standard output. */
export function run(program, args, { env = {}, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => { out += chunk; });
    child.stderr.on('data', (chunk) => { err += chunk; });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve(out) : reject(new Error(`${program} ${args.join(' ')} ended with ${code}\n${out}\n${err}`))));
    child.stdin.end(input ?? '');
  });
}

/** Asks again until the answer is true, and fails with a sentence otherwise. */
export async function eventually(what, question, patience = 20_000) {
  const deadline = Date.now() + patience;
  let last;
  for (;;) {
    try {
      last = await question();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${patience} ms: ${what} (last: ${last})`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
