// A light client for every side of a comparison: HTTP/1.1 over kept connections, one request under way on each,
// answers counted by their Content-Length and not looked at beyond the status.
import net from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/** The bytes of a request. */
export function requestOf(method, path, body = '') {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
  return Buffer.from(
    body ? `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}` : `${head}\r\n`,
  );
}

/**
 * Sends what `queues` hold: one connection for each, its requests one after the other.
 * @param queues - iterators of {@link requestOf}; several connections may share one
 * @param status - every answer must have it
 * @returns answers per second, sorted latencies in ms, and the bytes of the last body
 */
export async function load({ port, queues, status = 200 }) {
  const run = { status: `HTTP/1.1 ${status} `, latencies: [], bytes: 0 };
  const started = performance.now();
  await Promise.all(queues.map((queue) => new Connection(port, queue, run).done));
  const seconds = (performance.now() - started) / 1_000;
  const latencies = run.latencies.sort((a, b) => a - b);
  return { rate: latencies.length / seconds, seconds, latencies, bytes: run.bytes };
}

/** The same request `count` times, over `connections` connections. */
export function repeat(request, count, connections) {
  const queue = Array(count).fill(request).values();
  return Array(connections).fill(queue);
}

class Connection {
  #queue;
  #run;
  #socket;
  #askedAt = 0;
  /** What came of a head that is not whole. */
  #head = null;
  /** Bytes of the body still to come; null: the head is not here yet. */
  #missing = null;

  constructor(port, queue, run) {
    this.#queue = queue;
    this.#run = run;
    this.done = new Promise((resolve, reject) => {
      // One buffer for everything that arrives: nobody keeps it.
      const buffer = Buffer.alloc(65_536);
      const callback = (length) => {
        this.#receive(buffer.subarray(0, length), resolve);
        return true;
      };
      this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } });
      this.#socket.on('connect', () => this.#ask(resolve));
      this.#socket.on('error', reject);
      this.#socket.on('close', () => reject(new Error('the connection closed')));
    });
  }

  #ask(resolve) {
    const { done, value } = this.#queue.next();
    if (done) {
      resolve();
      this.#socket.end();
      return;
    }
    this.#missing = null;
    this.#askedAt = performance.now();
    this.#socket.write(value);
  }

  #receive(chunk, resolve) {
    if (this.#missing === null) this.#begin(chunk);
    else this.#missing -= chunk.length;
    if (this.#missing === null || this.#missing > 0) return;
    this.#run.latencies.push(performance.now() - this.#askedAt);
    this.#ask(resolve);
  }

  #begin(chunk) {
    const received = this.#head ? Buffer.concat([this.#head, chunk]) : chunk;
    const end = received.indexOf(HEAD_END);
    if (end < 0) {
      this.#head = Buffer.from(received);
      return;
    }
    this.#head = null;
    const head = received.latin1Slice(0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (!head.startsWith(this.#run.status) || length === undefined) {
      this.#socket.destroy(new Error(`not the answer that is counted: ${head.slice(0, 80)}`));
      return;
    }
    this.#run.bytes = Number(length);
    this.#missing = this.#run.bytes - (received.length - end - HEAD_END.length);
  }
}
