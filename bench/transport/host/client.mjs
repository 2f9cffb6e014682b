// The client of a relay: connections to its unix socket, and what they ask the venue behind it.
import { once } from 'node:events';
import net from 'node:net';
import { answer } from '../part.mjs';

const HEAD = 'CONNECT venue.test:443 HTTP/1.1\r\nHost: venue.test:443\r\n\r\n';
const PIECE = Buffer.alloc(262_144, 7);
/** What comes is counted and thrown away. */
const scratch = Buffer.alloc(262_144);
const held = [];

/** A connection through the relay; resolves when the venue may be asked. */
async function open(path, proxy, take = () => undefined) {
  let established = !proxy;
  let socket;
  const ready = new Promise((resolve, reject) => {
    const callback = (count) => {
      if (established) take(count);
      else if (scratch.toString('latin1', 9, 12) === '200') {
        established = true;
        resolve();
      } else reject(new Error(scratch.toString('latin1', 0, count)));
    };
    socket = net.connect({ path, allowHalfOpen: true, onread: { buffer: scratch, callback } });
    socket.once('error', reject);
    socket.once('connect', () => (proxy ? socket.write(HEAD) : resolve()));
  });
  await ready;
  return socket;
}

function question(letter, count) {
  const bytes = Buffer.alloc(9, letter);
  bytes.writeDoubleLE(count, 1);
  return bytes;
}

/** `bytes` over one connection: in from the venue, or out to it. */
async function transfer(path, proxy, direction, bytes) {
  let came = 0;
  const socket = await open(path, proxy, (count) => {
    came += count;
  });
  const ended = once(socket, 'end');
  socket.write(question(direction, bytes));
  if (direction === 'o') {
    for (let sent = 0; sent < bytes; sent += PIECE.length) {
      if (!socket.write(PIECE)) await once(socket, 'drain');
    }
  }
  await ended;
  socket.end();
  const expected = direction === 'i' ? bytes : 1;
  if (came !== expected) throw new Error(`${came} bytes instead of ${expected}`);
}

/** A byte there and back, then closed, or held. */
async function touch(path, proxy, hold = false) {
  let answered;
  const came = new Promise((resolve) => {
    answered = resolve;
  });
  const socket = await open(path, proxy, answered);
  socket.write(question('e', 0));
  await came;
  if (hold) {
    held.push(socket);
    return;
  }
  socket.destroy();
  await once(socket, 'close');
}

/** `count` times `work`, so many at once. */
async function concurrently(count, width, work) {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: width }, lane));
}

answer({
  async transfer(path, proxy, direction, connections, bytes) {
    await Promise.all(Array.from({ length: connections }, () => transfer(path, proxy, direction, bytes)));
  },
  async touch(path, proxy, count, width) {
    await concurrently(count, width, () => touch(path, proxy));
  },
  async hold(path, proxy, count) {
    await concurrently(count, 50, () => touch(path, proxy, true));
  },
});
