// The transport over real AF_VSOCK, inside the guest. Loopback: CID 1 reaches listeners at any CID of this machine.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test as nodeTest } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createEgressProxy } from '@perf-aggregator/parent/egress/proxy';
import { dial, listen } from '@perf-aggregator/shared/transport/socket';
import { TransportError } from '@perf-aggregator/shared/wire/errors';

const ANY = 4_294_967_295;
const MIB = 1_048_576;
const at = (port) => ({ kind: 'vsock', cid: 1, port });
const here = (port) => ({ kind: 'vsock', cid: ANY, port });
const PATIENT = { timeoutMs: 5_000 };

if (process.argv[2] === 'unprivileged') await beUnprivileged();
else if (process.send) await beVictim();

/** The runner awaits what it is given. */
const test = (name, run) => void nodeTest(name, { timeout: 120_000 }, run);

async function serve(port, onConnection) {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await listen(server, here(port));
  return server;
}

const closed = (server) => new Promise((resolve) => server.close(resolve));

/** Everything that a socket or message says until its end; iterating over it would destroy its other half, too. */
function drain(source, keep = false) {
  return new Promise((resolve, reject) => {
    let count = 0;
    const parts = [];
    source.on('data', (part) => {
      count += part.length;
      if (keep) parts.push(part);
    });
    source.once('end', () => resolve(keep ? Buffer.concat(parts) : count));
    source.once('error', reject);
  });
}

async function refusal(promise) {
  const error = await promise.then(
    () => assert.fail('nothing was refused'),
    (refused) => refused,
  );
  assert.ok(error instanceof TransportError, String(error));
  return error.code;
}

test('says what it is told, to the byte', async () => {
  const server = await serve(6000, (socket) => socket.pipe(socket));
  const socket = await dial(at(6000), PATIENT);
  const said = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i & 255));
  socket.end(said);
  assert.deepEqual(await drain(socket, true), said);
  await closed(server);
});

test('half-close: a reply of 1 MiB after the client has ended', async () => {
  const server = await serve(6001, async (socket) => {
    const asked = await drain(socket);
    socket.end(Buffer.alloc(MIB, asked & 255));
  });
  const socket = await dial(at(6001), PATIENT);
  socket.end(Buffer.alloc(1000));
  assert.equal(await drain(socket), MIB);
  await closed(server);
});

test('half-close: 1 MiB more after the server has ended', async () => {
  let heard = 0;
  const server = await serve(6002, async (socket) => {
    socket.end('done');
    heard = await drain(socket);
  });
  const socket = await dial(at(6002), PATIENT);
  assert.equal((await drain(socket, true)).toString(), 'done');
  socket.end(Buffer.alloc(MIB));
  await once(socket, 'close');
  await closed(server);
  assert.equal(heard, MIB);
});

test('1,000 connections at once, without a thread for any', async () => {
  const server = await serve(6003, (socket) => socket.pipe(socket));
  const before = readdirSync('/proc/self/task').length;
  const sockets = await Promise.all(
    Array.from({ length: 1000 }, () => dial(at(6003), { timeoutMs: 60_000 })),
  );
  const answers = await Promise.all(
    sockets.map(async (socket, i) => {
      socket.write(String(i));
      const [answer] = await once(socket, 'data');
      return answer.toString();
    }),
  );
  assert.deepEqual(
    answers,
    sockets.map((_, i) => String(i)),
  );
  assert.ok(readdirSync('/proc/self/task').length <= before, 'threads were added');
  for (const socket of sockets) socket.destroy();
  await closed(server);
});

test('256 MiB each way with a slow reader: all of it arrives, and memory stays bounded', async () => {
  const TOTAL = 256 * MIB;
  const piece = Buffer.alloc(64 * 1024, 7);
  const pump = async (socket) => {
    for (let sent = 0; sent < TOTAL; sent += piece.length) {
      if (!socket.write(piece)) await once(socket, 'drain');
    }
    socket.end();
  };
  // A rest after every 16 MiB, in which the other side fills whatever there is to fill.
  const slowly = (socket) => {
    let sinceRest = 0;
    socket.on('data', (part) => {
      sinceRest += part.length;
      if (sinceRest < 16 * MIB) return;
      sinceRest = 0;
      socket.pause();
      setTimeout(() => socket.resume(), 50);
    });
    return drain(socket);
  };
  let heard = 0;
  const server = await serve(6004, async (socket) => {
    const sending = pump(socket);
    heard = await slowly(socket);
    await sending;
  });
  const socket = await dial(at(6004), PATIENT);
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  const [before, peak] = [process.memoryUsage().rss, { rss: 0 }];
  const watch = setInterval(() => {
    peak.rss = Math.max(peak.rss, process.memoryUsage().rss);
  }, 50);
  const [, count] = await Promise.all([pump(socket), slowly(socket)]);
  clearInterval(watch);
  await closed(server);
  console.log(
    `# grew by ${Math.round((peak.rss - before) / MIB)} MiB, longest turn ${Math.round(delays.max / 1e6)} ms`,
  );
  assert.deepEqual([heard, count], [TOTAL, TOTAL]);
  assert.ok(peak.rss - before < 96 * MIB, `grew by ${peak.rss - before} bytes`);
});

test('a peer that does not read blocks nobody: writes wait in bounded memory', async () => {
  const server = await serve(6005, (socket) => socket.pause());
  const socket = await dial(at(6005), PATIENT);
  let accepted = 0;
  while (socket.write(Buffer.alloc(64 * 1024))) accepted += 1;
  const started = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(performance.now() - started < 1000, 'the loop was blocked');
  assert.ok(accepted < 1000, `${accepted} writes were accepted`);
  socket.destroy();
  server.closeAllConnections?.();
  server.close();
});

test('a peer that is killed is noticed', async () => {
  const victim = fork(fileURLToPath(import.meta.url), { stdio: 'ignore' });
  await once(victim, 'message');
  const socket = await dial(at(6006), PATIENT);
  socket.on('error', () => undefined);
  await once(socket, 'data');
  const gone = once(socket, 'close');
  socket.once('end', () => socket.end());
  socket.resume();
  victim.kill('SIGKILL');
  await gone;
  assert.ok(['dial_failed', 'dial_timeout'].includes(await refusal(dial(at(6006), PATIENT))));
});

test('a listener that went away may come again at the same port', async () => {
  for (let round = 0; round < 3; round++) {
    const server = await serve(6007, (socket) => socket.end(String(round)));
    assert.equal(await refusal(listen(net.createServer(), here(6007))), 'endpoint_in_use');
    const socket = await dial(at(6007), PATIENT);
    assert.equal((await drain(socket, true)).toString(), String(round));
    socket.destroy();
    await closed(server);
    assert.equal(await refusal(dial(at(6007), PATIENT)), 'dial_failed');
  }
});

test('says what is wrong with an endpoint', async () => {
  assert.equal(await refusal(dial(at(6999), PATIENT)), 'dial_failed');
  const strange = await refusal(dial({ kind: 'vsock', cid: 99, port: 5 }, { timeoutMs: 500 }));
  assert.ok(['dial_failed', 'dial_timeout'].includes(strange), strange);
  assert.equal(
    await refusal(listen(net.createServer(), { kind: 'vsock', cid: 99, port: 6998 })),
    'endpoint_not_local',
  );
});

test('a port that takes a capability is denied without it', async () => {
  const options = { stdio: 'ignore', uid: 65_534, gid: 65_534 };
  const child = fork(fileURLToPath(import.meta.url), ['unprivileged'], options);
  const [code] = await once(child, 'message');
  assert.equal(code, 'endpoint_denied');
});

test('http.Server and a keep-alive http.Agent', async () => {
  const server = http.createServer((request, response) => {
    void drain(request).then((count) => response.end(`read ${count}`));
  });
  await listen(server, here(6008));
  let dialled = 0;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const connect = async (done) => {
    dialled += 1;
    const socket = await dial(at(6008), PATIENT);
    // Outside of the promise, as Node calls it.
    setImmediate(() => done(null, socket));
  };
  agent.createConnection = (_options, done) => void connect(done);
  const ask = (size) =>
    new Promise((resolve, reject) => {
      const request = http.request({ agent, method: 'POST' }, (response) =>
        resolve(drain(response, true).then(String)),
      );
      request.on('error', reject).end(Buffer.alloc(size));
    });
  assert.equal(await ask(500_000), 'read 500000');
  assert.equal(await ask(10), 'read 10');
  assert.equal(dialled, 1);
  agent.destroy();
  await closed(server);
});

test('a tunnel of the egress proxy: 4 MiB to the byte, its end after theirs', async () => {
  const target = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  await new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
  const proxy = createEgressProxy({
    allow: [{ host: 'venue.test', port: 443 }],
    resolver: () =>
      Promise.resolve([{ address: '127.0.0.1', family: 4, trusted: true, port: target.address().port }]),
    limits: { headTimeoutMs: 60_000, connectTimeoutMs: 60_000, idleTimeoutMs: 60_000, maxConnections: 4 },
    emit: () => undefined,
  });
  await listen(proxy.server, here(6009));
  const socket = await dial(at(6009), PATIENT);
  const said = Buffer.from(Uint32Array.from({ length: MIB }, (_, i) => Math.imul(i, 2_654_435_761)).buffer);
  socket.write('CONNECT venue.test:443 HTTP/1.1\r\n\r\n');
  socket.end(said);
  const heard = await drain(socket, true);
  assert.equal(heard.toString('latin1', 0, 12), 'HTTP/1.1 200');
  assert.ok(heard.subarray(heard.indexOf('\r\n\r\n') + 4).equals(said), 'other bytes came back');
  await proxy.close();
  await closed(target);
});

/** Somebody who may not take any port. */
async function beUnprivileged() {
  const code = await refusal(listen(net.createServer(), here(700)));
  process.send(code, () => process.exit(0));
  await new Promise(() => undefined);
}

/** The process that is killed: it listens, speaks, and never ends by itself. */
async function beVictim() {
  await serve(6006, (socket) => socket.write('alive'));
  process.send('ready');
  await new Promise(() => undefined);
}
