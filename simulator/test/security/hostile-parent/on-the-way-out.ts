/** Attacks at the egress proxy: CONNECT answers, false DNS, certificates of another CA, bytes altered in the tunnel. */
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { TunnelAgent } from '../../../../enclave/src/egress/tunnel-agent.ts';
import { createAuthority, issueServerCertificate, type PemPair } from '../../../src/pki/authority.ts';
import { KMS_HOST, WORLD_HOSTS } from '../../../src/world/hosts.ts';
import { bootFresh } from './at-boot.ts';
import { type AttackClass, type Case, judge, type Outcome, refused } from './outcome.ts';
import { putBack, type Recorded, TTL_S, timeless } from './recorded.ts';
import type { Rig } from './rig.ts';

/** Takes over a tunnel after the enclave has sent its destination. */
type Takeover = (socket: net.Socket, host: string) => void;

const OK = 'HTTP/1.1 200 Connection Established\r\n\r\n';
const EXCHANGE = [
  'exchange_unavailable',
  'exchange_untrusted',
  'exchange_bad_response',
  'exchange_rate_limited',
];

/** The attack classes of this part. */
export function egressAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  let walks = 0;
  const submitOver = (takeover: Takeover) =>
    rig.egress.during(afterHead(takeover), () =>
      judge(async () => {
        await rig.client(`egress ${walks++}`, { ttl: TTL_S }).register();
        return 'registered';
      }, 'registered'),
    );
  const ways = waysOf(rig);
  const few = ['hung up', 'CONNECT answered with 403', 'CONNECT answered with no HTTP'];
  return [
    {
      name: 'exchange asked at a submission over a hostile proxy',
      refusedWith: EXCHANGE,
      cases: async () => named(await ways(), submitOver),
    },
    {
      name: 'exchange read in a synchronisation over a hostile proxy',
      refusedWith: EXCHANGE,
      cases: async () => named(await ways(), (takeover) => syncOver(rig, recorded, takeover)),
    },
    {
      name: 'KMS asked at boot over a hostile proxy',
      refusedWith: ['kms_unavailable'],
      cases: async () =>
        named(
          Object.fromEntries(
            Object.entries(await ways()).filter(
              ([name]) => few.includes(name) || !/^(CONNECT|bytes put in)/.test(name),
            ),
          ),
          (takeover) =>
            rig.egress.during(afterHead(takeover), () => bootFresh(rig, recorded, rig.store.record)),
        ),
    },
    { name: 'proxy that never answers', refusedWith: [], cases: () => silenceCases(rig) },
  ];
}

function named(
  ways: Readonly<Record<string, Takeover>>,
  run: (takeover: Takeover) => Promise<Outcome>,
): Case[] {
  return Object.entries(ways).map(([name, takeover]) => ({ name, run: () => run(takeover) }));
}

/** A failed reading is reported to the owner, and the owner's old numbers stay. */
async function syncOver(rig: Rig, recorded: Recorded, takeover: Takeover): Promise<Outcome> {
  const { one, truth } = recorded;
  try {
    await rig.egress.during(afterHead(takeover), () => rig.relay.ask('sync', one.id, new Uint8Array()));
    const read = timeless(await rig.resume(one.newest).getMetrics({ from: '2026-10-20', to: '2026-11-10' }));
    const failure = read.accounts[0]!.failure;
    const accounts = read.accounts.map((account) => ({ ...account, failure: null }));
    const outcome = await judge(() => ({ ...read, accounts }), timeless(truth.metrics));
    return failure === null ? outcome : refused(failure);
  } finally {
    await putBack(rig, recorded);
  }
}

/** All attacks of a hostile proxy on a tunnel. */
function waysOf(rig: Rig): () => Promise<Readonly<Record<string, Takeover>>> {
  let made: Promise<Readonly<Record<string, Takeover>>> | undefined;
  return () => {
    made ??= makeWays(rig);
    return made;
  };
}

async function makeWays(rig: Rig): Promise<Readonly<Record<string, Takeover>>> {
  const { authority, server } = rig.state.pki;
  const other = await createAuthority('another authority');
  const say =
    (text: string): Takeover =>
    (socket) =>
      socket.end(text);
  const statuses = [100, 204, 301, 400, 401, 403, 404, 407, 408, 429, 500, 502, 503, 504, 999].map(
    (status) =>
      [`CONNECT answered with ${status}`, say(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)] as const,
  );
  const places = [20, 60, 100].flatMap((at) => (['out', 'in'] as const).map((way) => ({ at, way })));
  return {
    'hung up': (socket) => socket.destroy(),
    ...Object.fromEntries(statuses),
    'CONNECT answered with no HTTP': say('SSH-2.0-OpenSSH_9.6\r\n\r\n'),
    'CONNECT answered with HTTP/2': say('HTTP/2 200\r\n\r\n'),
    'CONNECT answered with an endless head': say(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(8_192)}`),
    'CONNECT answered with half a head': say('HTTP/1.1 200 OK\r\n'),
    'CONNECT answered twice': (socket, host) => forward(rig, socket, host, OK + OK),
    'CONNECT answered with more than a head': (socket, host) =>
      forward(rig, socket, host, `${OK}HTTP/1.1 200 OK\r\n\r\n{}`),
    'CONNECT answered honestly': (socket, host) => forward(rig, socket, host, OK),
    'tunnel closed at once': say(OK),
    'plain text behind the tunnel': say(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}`),
    'certificate of another authority': impersonate(await issueServerCertificate(other, WORLD_HOSTS)),
    'certificate that is its own authority': impersonate(other),
    'certificate of another host': impersonate(await issueServerCertificate(authority, ['other.example'])),
    'certificate of the authority itself': impersonate(authority),
    'right certificate without its key': impersonate({ ...server, keyPem: other.keyPem }),
    ...Object.fromEntries(
      places.flatMap(({ at, way }) => [
        [`byte ${at} on the way ${way} altered`, alter(rig, way, at, 'flip')] as const,
        [`cut at byte ${at} on the way ${way}`, alter(rig, way, at, 'cut')] as const,
        [`bytes put in at ${at} on the way ${way}`, alter(rig, way, at, 'insert')] as const,
      ]),
    ),
    'name resolved to another host': (socket, host) =>
      forward(rig, socket, WORLD_HOSTS.find((one) => one !== host)!, OK),
  };
}

/** Reads the head of the enclave's CONNECT, then passes the socket to `takeover`. */
function afterHead(takeover: Takeover): (socket: net.Socket) => void {
  return (socket) => {
    let head = '';
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      takeover(socket, /^CONNECT ([^:]+):/.exec(head)?.[1] ?? '');
    };
    socket.on('data', read);
  };
}

/** Speaks TLS in place of the host, and answers every request with a plausible answer. */
function impersonate({ certPem, keyPem }: PemPair): Takeover {
  return (socket) => {
    socket.write(OK);
    let context: tls.SecureContext;
    try {
      context = tls.createSecureContext({ cert: certPem, key: keyPem });
    } catch {
      // There is no key for this certificate, so the attacker can only send invalid bytes.
      socket.end(Buffer.alloc(64, 0x16));
      return;
    }
    const secure = new tls.TLSSocket(socket, { isServer: true, secureContext: context });
    secure.on('error', () => socket.destroy());
    secure.on('data', () => secure.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
  };
}

function forward(rig: Rig, socket: net.Socket, host: string, greeting: string): net.Socket {
  const upstream = net.connect({ host: '127.0.0.1', port: rig.internet.ports[host]! });
  for (const end of [socket, upstream]) end.on('error', () => [socket, upstream].map((one) => one.destroy()));
  socket.once('close', () => upstream.destroy());
  upstream.once('close', () => socket.destroy());
  socket.write(greeting);
  socket.pipe(upstream);
  upstream.pipe(socket);
  return upstream;
}

/** Forwards the tunnel, but changes it at one byte. */
function alter(rig: Rig, way: 'in' | 'out', at: number, how: 'flip' | 'cut' | 'insert'): Takeover {
  return (socket, host) => {
    const upstream = forward(rig, socket, host, OK);
    const [from, to] = way === 'out' ? [socket, upstream] : [upstream, socket];
    from.unpipe(to);
    let seen = 0;
    from.on('data', (chunk: Buffer) => {
      const index = at - seen;
      seen += chunk.length;
      if (index < 0 || index >= chunk.length) {
        to.write(chunk);
        return;
      }
      if (how === 'cut') {
        to.end(chunk.subarray(0, index));
        from.destroy();
        return;
      }
      const byte = Buffer.from([chunk[index]! ^ (how === 'flip' ? 1 : 0)]);
      const extra = how === 'insert' ? Buffer.alloc(16, 0x5a) : Buffer.alloc(0);
      to.write(Buffer.concat([chunk.subarray(0, index), extra, byte, chunk.subarray(index + 1)]));
    });
    // Without its pipe the stream is paused. This makes it flow again.
    from.once('end', () => to.end()).resume();
  };
}

/** Waiting is limited. The cases use the agent itself, because its time limit is a parameter. */
function silenceCases(rig: Rig): Case[] {
  const silences: Readonly<Record<string, Takeover>> = {
    'to CONNECT': () => undefined,
    'after half a head': (socket) => socket.write('HTTP/1.1 200 OK\r\n'),
    'to the TLS handshake': (socket) => socket.write(OK),
    'after half a TLS record': (socket) =>
      socket.write(Buffer.concat([Buffer.from(OK), Buffer.from([22, 3, 3, 1, 0])])),
  };
  return named(silences, (takeover) =>
    rig.egress.during(afterHead(takeover), () =>
      judge(
        () =>
          new Promise((resolve, reject) => {
            const agent = new TunnelAgent({
              endpoint: { kind: 'unix', path: `${rig.folder}/egress` },
              allow: [{ host: KMS_HOST, port: 443 }],
              caBundle: rig.state.pki.authority.certPem,
              pins: {},
              connectTimeoutMs: 40,
              maxSockets: 1,
              idleTimeoutMs: 1_000,
            });
            https.get(`https://${KMS_HOST}/`, { agent }, resolve).once('error', reject);
          }),
        'never',
      ),
    ),
  );
}
