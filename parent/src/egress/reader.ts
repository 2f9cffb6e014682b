/**
 * Reads a socket through one buffer that lives as long as the socket. Without it Node allocates 64 KiB for each read,
 * and garbage collection uses much of a tunnel's CPU time (docs/performance.md). The next read waits until the other
 * side has accepted all bytes of the last one. So a tunnel holds one buffer for each direction and no more.
 */
import net from 'node:net';

const BUFFER_BYTES = 131_072;

/** A socket that is read through a buffer. It is an ordinary stream until it is connected to another socket. */
export class Reader {
  readonly socket: net.Socket;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #take = (bytes: Buffer): boolean => this.socket.push(Buffer.from(bytes));

  /** `open` makes the socket. Its argument states how to read it. */
  constructor(open: (onread: net.OnReadOpts) => net.Socket) {
    this.socket = open({
      buffer: this.#buffer,
      callback: (length) => this.#take(this.#buffer.subarray(0, length)),
    });
  }

  /**
   * Sends everything to `target` from now on: bytes read before, later bytes, the end. `count` is called for every
   * read.
   */
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
      // Bytes that the kernel accepted at once have left the buffer. Otherwise some are still there.
      waiting = target.writableLength > 0;
      return !waiting && !target.destroyed;
    };
    const early = socket.read() as Buffer | null;
    if (early) this.#take(early);
    // An end that found nothing to read was already emitted.
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
 * Prepares an accepted connection, which the server pauses on connect, for reading through a buffer. Node offers that
 * for dialled sockets only. The server counts `accepted` until the new socket has closed.
 */
export function adopt(accepted: net.Socket): Reader {
  const held = accepted as unknown as Held;
  const { _handle: handle } = held;
  held._handle = null;
  const options = { handle, readable: true, writable: true, allowHalfOpen: true };
  const reader = new Reader((onread) => new net.Socket({ ...options, onread } as net.SocketConstructorOpts));
  reader.socket.once('close', () => accepted.destroy());
  // The holder of the first socket may use it to end the connection.
  accepted.once('close', () => reader.socket.destroy());
  return reader;
}
