// Connections over AF_VSOCK, ours and node-vsock's, behind one face: `listen(port, onConnection)`, `dial(port)`, and of a
// connection `onData`, `onEnd`, `write`, `pump`, `end`. CID 1 is this machine.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { setTimeout as rest } from 'node:timers/promises';
import { dial, listen } from '../../../shared/dist/transport/socket.js';

const ANY = 4_294_967_295;
const LOCAL = 1;
/** Where the bench puts the binary into the guest. */
const BINARY = '/bench/node-vsock.node';

const faceOf = (socket) => {
  socket.on('error', () => undefined);
  return {
    onData: (take) => socket.on('data', take),
    onEnd: (take) => socket.on('end', take),
    write: (bytes) => socket.write(bytes),
    end: () => socket.end(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    taken: () => socket.bytesWritten - socket.writableLength,
    /** Sends `piece` over and over, as fast as the other side takes it. */
    pump(piece) {
      const fill = () => {
        while (socket.write(piece));
      };
      socket.on('drain', fill);
      fill();
    },
  };
};

export const ours = {
  async listen(port, onConnection) {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => onConnection(faceOf(socket)));
    await listen(server, { kind: 'vsock', cid: ANY, port });
  },
  async dial(port) {
    return faceOf(await dial({ kind: 'vsock', cid: LOCAL, port }, { timeoutMs: 60_000 }));
  },
};

/** One object of the binary: it tells everything to one function, with the name of the event. */
class Binary {
  static Socket = existsSync(BINARY) ? createRequire(import.meta.url)(BINARY).VsockSocket : undefined;
  listeners = {};

  constructor(fd) {
    const tell = (error, event, ...values) => {
      for (const listener of this.listeners[error ? '_error' : event] ?? []) listener(...values);
    };
    this.socket = new Binary.Socket(tell, fd);
    if (fd !== undefined) this.socket.startRecv();
  }

  on(event, listener) {
    this.listeners[event] ??= [];
    this.listeners[event].push(listener);
  }

  onData(take) {
    this.on('_data', take);
  }

  onEnd(take) {
    this.on('end', take);
  }

  /** Returns when the kernel has taken all of it. */
  write(bytes) {
    this.socket.writeBuffer(bytes);
  }

  end() {
    this.socket.end();
  }

  /** It cannot be told to wait: without a bound the other side grows until it is killed. */
  pump(piece, times = Number.POSITIVE_INFINITY) {
    this.write(piece);
    if (times > 1) setImmediate(() => this.pump(piece, times - 1));
  }
}

/** Kept from the garbage collector, which would close them. */
const kept = [];

export const nodeVsock = {
  async listen(port, onConnection) {
    const server = new Binary();
    kept.push(server);
    server.on('_connection', (fd) => {
      const connection = new Binary(fd);
      kept.push(connection);
      onConnection(connection);
    });
    server.socket.listen(port);
  },
  async dial(port) {
    const connection = new Binary();
    kept.push(connection);
    const connected = new Promise((resolve) => connection.on('_connect', resolve));
    connection.socket.connect(LOCAL, port);
    await connected;
    connection.socket.startRecv();
    return connection;
  },
};

/** Everything until the end of the connection, counted. */
export function countToEnd(connection) {
  let bytes = 0;
  connection.onData((part) => {
    bytes += part.length;
  });
  return new Promise((resolve) => connection.onEnd(() => resolve(bytes)));
}

/** The longest turn of the event loop while `work` runs, ms. */
export async function longestTurn(work) {
  let [last, longest] = [performance.now(), 0];
  const tick = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  await work();
  await rest(50);
  clearInterval(tick);
  return longest;
}
