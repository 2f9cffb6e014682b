// One attack of a client, bounded in number and time, in a process of its own: what it costs must not be taken for what
// its victims wait.
//
//   node attack.mjs KIND SOURCE PORT SECONDS COUNT [FILE]
//
// Kinds: `reads` (COUNT connections ask PATH in FILE without a pause), `submissions` (the bodies in FILE over COUNT
// connections, again and again), `hang-ups` (the same, and every connection is cut at once), `non-readers` (COUNT
// connections pipeline requests for PATH in FILE and read nothing), `slow-heads` (COUNT connections that never finish a
// head), `bodies` (COUNT connections that announce 1 GiB and send it). Prints {answers, refusals, others} as JSON.
import { readFileSync } from 'node:fs';
import net from 'node:net';

const [kind, localAddress, port, seconds, count, file] = process.argv.slice(2);
const until = performance.now() + Number(seconds) * 1_000;
const tally = { answers: 0, refusals: 0, others: 0 };
const isOver = () => performance.now() >= until;

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (body) =>
  `POST /enclave/submit_key HTTP/1.1\r\nHost: a\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Asks what `next` gives over one connection, made again when it is cut. */
function ask(next, { isCut = false } = {}) {
  if (isOver()) return;
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', localAddress, noDelay: true });
  let left = null;
  const send = () => {
    if (isOver()) return void socket.destroy();
    left = null;
    socket.write(next());
    if (isCut) setTimeout(() => socket.destroy(), 5);
  };
  socket.on('connect', send);
  socket.on('data', (chunk) => {
    if (left === null) {
      const head = chunk.latin1Slice();
      const status = Number(head.slice(9, 12));
      if (status < 300) tally.answers += 1;
      else if (status === 503 || status === 429) tally.refusals += 1;
      else tally.others += 1;
      left = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0) + head.indexOf('\r\n\r\n') + 4;
    }
    left -= chunk.length;
    if (left <= 0) send();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(() => ask(next, { isCut }), isCut ? 0 : 20));
}

/** Holds a connection open and writes `text` every `everyMs`, whether or not the socket takes it. */
function hold(text, everyMs) {
  if (isOver()) return;
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', localAddress });
  socket.pause();
  const timer = setInterval(
    () => socket.writable && socket.writableLength < 262_144 && socket.write(text),
    everyMs,
  );
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(timer);
    tally.others += 1;
    setTimeout(() => hold(text, everyMs), 100);
  });
}

const text = file ? readFileSync(file, 'utf8') : '';
const lines = text.split('\n').filter(Boolean);
let at = 0;
const kinds = {
  reads: () => ask(() => get(lines[0])),
  submissions: () => ask(() => post(lines[at++ % lines.length])),
  'hang-ups': () => ask(() => post(lines[at++ % lines.length]), { isCut: true }),
  'non-readers': () => hold(get(lines[0]).repeat(20), 50),
  'slow-heads': () => hold('GET / HTTP/1.1\r\nX: y\r\n'.slice(0, 16), 500),
  bodies: () =>
    hold(
      `POST /enclave/submit_key HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n${'x'.repeat(65_536)}`,
      20,
    ),
};
for (let index = 0; index < Number(count); index++) kinds[kind]();
setTimeout(() => {
  process.stdout.write(`${JSON.stringify(tally)}\n`);
  process.exit(0);
}, Number(seconds) * 1_000);
