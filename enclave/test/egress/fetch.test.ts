import { X509Certificate } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type net from 'node:net';
import zlib from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { EgressError } from '../../src/egress/errors.ts';
import { createFetch, type Fetch, type FetchLimits } from '../../src/egress/fetch.ts';
import { spkiPin, TunnelAgent, type TunnelAgentConfig } from '../../src/egress/tunnel-agent.ts';
import { ALLOW, AUTHORITY, CERTIFICATE, OTHER_AUTHORITY, openWay, type Way } from './proxy.ts';

const URL_OF_VENUE = 'https://venue.test/path?signature=deadbeef';
const LIMITS: FetchLimits = { maxResponseBytes: 100_000, timeoutMs: 5_000, maxConcurrent: 8 };

let way: Way;
let agent: TunnelAgent;
afterEach(async () => {
  agent.destroy();
  await way.close();
});

async function start(
  handle: RequestListener,
  limits: Partial<FetchLimits> = {},
  config: Partial<TunnelAgentConfig> = {},
): Promise<Fetch> {
  return startOver(await openWay(handle), limits, config);
}

function startOver(
  opened: Way,
  limits: Partial<FetchLimits> = {},
  config: Partial<TunnelAgentConfig> = {},
): Fetch {
  way = opened;
  agent = new TunnelAgent({
    endpoint: way.endpoint,
    allow: ALLOW,
    caBundle: AUTHORITY,
    pins: {},
    connectTimeoutMs: 2_000,
    maxSockets: 16,
    idleTimeoutMs: 5_000,
    ...config,
  });
  return createFetch(agent, { ...LIMITS, ...limits });
}

/** The code of the EgressError that is the cause of a TypeError, which is the error type that ccxt expects. */
async function codeOf(outcome: Promise<unknown>): Promise<string> {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  const { cause } = error as TypeError;
  expect(cause).toBeInstanceOf(EgressError);
  expect((cause as EgressError).message).not.toContain('deadbeef');
  return (cause as EgressError).code;
}

describe('when the venue answers', () => {
  it('returns status, headers and the complete text, compressed or not', async () => {
    const fetch = await start((request, response) => {
      const zips = request.url === '/zipped';
      response.setHeader('x-mbx-used-weight-1m', '7');
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      if (zips) response.setHeader('content-encoding', 'gzip');
      response.statusCode = 418;
      response.end(zips ? zlib.gzipSync('zipped') : `${request.method} ${String(request.headers['x-key'])}`);
    });
    const plain = await fetch(URL_OF_VENUE, { headers: { 'X-Key': 'k' } });
    expect([plain.status, plain.headers.get('x-mbx-used-weight-1m'), await plain.text()]).toEqual([
      418,
      '7',
      'GET k',
    ]);
    expect(plain.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await (await fetch('https://venue.test/zipped')).text()).toBe('zipped');
  });

  it('sends a body, and reuses its connection for the next request', async () => {
    const fetch = await start((request, response) => void request.pipe(response));
    expect(await (await fetch(URL_OF_VENUE, { method: 'POST', body: 'echo' })).text()).toBe('echo');
    await fetch(URL_OF_VENUE, { method: 'POST', body: 'again' });
    expect(way.heads).toHaveLength(1);
    expect(agent.openSockets).toBe(1);
  });

  it('opens at most as many connections as there may be concurrent requests', async () => {
    const fetch = await start((_request, response) => void setImmediate(() => response.end('ok')), {
      maxConcurrent: 3,
    });
    await Promise.all(Array.from({ length: 20 }, () => fetch(URL_OF_VENUE)));
    expect(way.target.most).toBeLessThanOrEqual(3);
  });
});

describe('when the answer is not acceptable', () => {
  it('refuses a body that is too long, in compressed or decompressed form', async () => {
    const fetch = await start(({ url }, response) => {
      if (url === '/bomb') {
        response.setHeader('content-encoding', 'gzip');
        response.end(zlib.gzipSync(Buffer.alloc(10_000_000)));
      } else response.end(Buffer.alloc(200_000));
    });
    expect(await codeOf(fetch(URL_OF_VENUE))).toBe('egress_response_too_large');
    expect(await codeOf(fetch('https://venue.test/bomb'))).toBe('egress_response_too_large');
  });

  it.each([
    ['gzip', 'not gzip'],
    ['br', 'x'],
    ['gzip, gzip', 'x'],
  ])('refuses %s that cannot be decoded', async (encoding, body) => {
    const fetch = await start((_request, response) => {
      response.setHeader('content-encoding', encoding);
      response.end(body);
    });
    expect(await codeOf(fetch(URL_OF_VENUE))).toBe('egress_response_malformed');
  });

  it.each([301, 302, 303, 307, 308, 300])('follows no redirect (%i)', async (status) => {
    const fetch = await start((_request, response) => {
      response.writeHead(status, { location: 'https://elsewhere.test/' }).end();
    });
    expect(await codeOf(fetch(URL_OF_VENUE))).toBe('egress_redirect_refused');
    expect(way.heads).toHaveLength(1);
  });

  it('reports a broken connection as unreachable, in the head and in the body', async () => {
    const fetch = await start(({ url, socket }, response) => {
      if (url === '/body') {
        response.writeHead(200, { 'content-length': '10' }).write('half');
        setImmediate(() => socket.destroy());
      } else socket.destroy();
    });
    expect(await codeOf(fetch(URL_OF_VENUE))).toBe('egress_unreachable');
    expect(await codeOf(fetch('https://venue.test/body'))).toBe('egress_unreachable');
  });
});

describe('when the request may not be sent', () => {
  it.each([
    ['http://venue.test/', 'egress_url_refused'],
    ['ftp://venue.test/', 'egress_url_refused'],
    ['https://elsewhere.test/', 'egress_host_denied'],
    ['https://venue.test:8443/', 'egress_host_denied'],
    ['https://127.0.0.1/', 'egress_host_denied'],
  ])('refuses %s with %s', async (url, code) => {
    const fetch = await start((_request, response) => void response.end());
    expect(await codeOf(fetch(url))).toBe(code);
    expect(way.heads).toEqual([]);
  });

  it('refuses a connection beyond the limit, and closes an idle one for a new one', async () => {
    const fetch = await start(
      (_request, response) => void setImmediate(() => response.end()),
      {},
      { maxSockets: 1 },
    );
    await fetch(URL_OF_VENUE);
    const outcomes = await Promise.allSettled([fetch(URL_OF_VENUE), fetch(URL_OF_VENUE)]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ cause: { code: 'egress_overloaded' } });
    await fetch(URL_OF_VENUE);
  });
});

describe('when TLS is set up', () => {
  const pin = spkiPin(new X509Certificate(CERTIFICATE).raw);
  const ok: RequestListener = (_request, response) => void response.end('ok');

  it('accepts the pinned key and refuses every other', async () => {
    const fetch = await start(ok, {}, { pins: { 'venue.test': ['other', pin] } });
    expect(await (await fetch(URL_OF_VENUE)).text()).toBe('ok');
  });

  it.each<[string, Partial<TunnelAgentConfig>, string]>([
    ['another authority', { caBundle: OTHER_AUTHORITY }, 'egress_tls'],
    ['no pinned key', { pins: { 'venue.test': ['other'] } }, 'egress_pin_mismatch'],
    ['a certificate for another name', { allow: [{ host: 'other.test', port: 443 }] }, 'egress_tls'],
  ])('refuses %s', async (_name, config, code) => {
    const fetch = await start(ok, {}, config);
    const url = config.allow ? 'https://other.test/' : URL_OF_VENUE;
    expect(await codeOf(fetch(url))).toBe(code);
    expect(agent.openSockets).toBe(0);
  });

  it.each<[string, (client: net.Socket) => void]>([
    ['is destroyed', (client) => client.destroy()],
    ['ends', (client) => client.end()],
  ])('the error is not a refusal when the connection %s before TLS is established', async (_what, leave) => {
    const follow = (client: net.Socket): void => void client.once('data', () => leave(client));
    const fetch = startOver(await openWay(ok, undefined, follow));
    expect(await codeOf(fetch(URL_OF_VENUE))).toBe('egress_unreachable');
    expect(agent.openSockets).toBe(0);
  });

  it.each<[string, (client: net.Socket, upstream: net.Socket) => void]>([
    ['is no TLS', (client) => client.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'was altered on its way',
      (client, upstream) =>
        upstream.once('data', (hello: Buffer) => client.write(hello.fill(0x55, 40, 60))) &&
        client.pipe(upstream),
    ],
  ])('refuses an answer that %s', async (_what, answer) => {
    const follow = (client: net.Socket, upstream: net.Socket): void =>
      void client.once('data', (hello: Buffer) => {
        upstream.write(hello);
        answer(client, upstream);
      });
    const fetch = startOver(await openWay(ok, undefined, follow));
    expect(await codeOf(fetch(URL_OF_VENUE))).toBe('egress_tls');
  });
});

describe('when time runs out', () => {
  const never: RequestListener = () => undefined;

  it('aborts at its own limit', async () => {
    const fetch = await start(never, { timeoutMs: 50 });
    await expect(fetch(URL_OF_VENUE)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('aborts with the signal of the caller, while it waits for the answer or for a slot, and in the body', async () => {
    const fetch = await start(
      ({ url }, response) => {
        if (url === '/body') response.write('half');
      },
      { maxConcurrent: 1 },
    );
    const controller = new AbortController();
    const outcomes = [
      fetch(URL_OF_VENUE, { signal: controller.signal }),
      fetch(URL_OF_VENUE, { signal: controller.signal }),
    ];
    setImmediate(() => controller.abort());
    for (const outcome of outcomes) await expect(outcome).rejects.toMatchObject({ name: 'AbortError' });

    const late = new AbortController();
    const body = fetch('https://venue.test/body', { signal: late.signal });
    setTimeout(() => late.abort(), 50);
    await expect(body).rejects.toMatchObject({ name: 'AbortError' });
    // An aborted request frees its slot.
    const last = AbortSignal.timeout(50);
    await expect(fetch(URL_OF_VENUE, { signal: last })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('when the venue has closed an idle connection', () => {
  it('drops that connection and opens another', async () => {
    const fetch = await start((_request, response) => response.end('ok'), { timeoutMs: 2_000 });
    await fetch(URL_OF_VENUE);
    const [idle] = Object.values(agent.freeSockets).flat();
    const closed = new Promise((resolve) => idle?.once('close', resolve));
    way.endIdle();
    await closed;
    expect(await (await fetch(URL_OF_VENUE)).text()).toBe('ok');
    expect(way.heads).toHaveLength(2);
  });
});
