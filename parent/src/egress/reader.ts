/**
 * Reading a socket through one buffer that lives as long as it does. Otherwise Node allocates 64 KiB for each read, and
 * collecting them takes much of a tunnel's CPU time (docs/performance.md). Nothing is read before the other side has
 * taken all that was read before, so that a tunnel holds one buffer for each direction and no more.
 */
import net from 'node:net';

const BUFFER_BYTES = 131_072;

/** A socket that is read through a buffer: an ordinary stream until it is poured into another. */
export class Reader {
  readonly socket: net.Socket;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #take = (bytes: Buffer): boolean => this.socket.push(Buffer.from(bytes));

  /** `open` makes the socket, given how it is to be read. */
  constructor(open: (onread: net.OnReadOpts) => net.Socket) {
    this.socket = open({
      buffer: this.#buffer,
      callback: (length) => this.#take(this.#buffer.subarray(0, length)),
    });
  }

  /** All goes to `target` from now on: what was read before, what comes, the end. `count` hears of every read. */
  pourInto(target: net.Socket, count: (bytes: number) => void): void {
    const { socket } = this;
    let waiting = false;
    const onWritten = (): void => {
      if (!waiting || target.writableLength > 0) return;
      waiting = false;
      socket.resume();
    };
    this.#take = (bytes) => {
      count(bytes.length);
      target.write(bytes, onWritten);
      // What the kernel took at once has left the buffer; otherwise a rest still lies there.
      waiting = target.writableLength > 0;
      return !waiting && !target.destroyed;
    };
    const early = socket.read() as Buffer | null;
    if (early) this.#take(early);
    // An end that found nothing to be read has been announced already.
    if (socket.readableEnded) target.end();
    else socket.once('end', () => target.end());
    if (!waiting) socket.resume();
  }
}

/** The handle of a socket, which Node's documentation does not mention. */
interface Held {
  _handle: unknown;
}

/**
 * A connection that a server has accepted, pausing on connect, to be read through a buffer: Node offers that for dialled
 * sockets only. The server counts `accepted` until the new socket has closed.
 */
export function adopt(accepted: net.Socket): Reader {
  const held = accepted as unknown as Held;
  const { _handle: handle } = held;
  held._handle = null;
  const options = { handle, readable: true, writable: true, allowHalfOpen: true };
  const reader = new Reader((onread) => new net.Socket({ ...options, onread } as net.SocketConstructorOpts));
  reader.socket.once('close', () => accepted.destroy());
  // Whoever holds the first one may end the connection by it.
  accepted.once('close', () => reader.socket.destroy());
  return reader;
}
