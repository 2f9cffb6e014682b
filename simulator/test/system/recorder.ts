/** A recorded wire: it forwards every connection to `to`, and keeps every byte of both directions. */
import { once } from 'node:events';
import net from 'node:net';

/** A TCP port on loopback, or the path of a unix socket. */
export type Address = number | string;

/** A recorded wire. */
export class Recorder {
  readonly #server: net.Server;
  readonly #connections: Buffer[][] = [];
  readonly #sockets = new Set<net.Socket>();

  private constructor(to: Address) {
    this.#server = net.createServer({ allowHalfOpen: true }, (near) => {
      const far = net.connect({ ...toOptions(to), allowHalfOpen: true });
      this.#carry(near, far);
      this.#carry(far, near);
    });
  }

  /** Listens at `at` (0: any port). */
  static async start(at: Address, to: Address): Promise<Recorder> {
    const recorder = new Recorder(to);
    recorder.#server.listen(toOptions(at));
    await once(recorder.#server, 'listening');
    return recorder;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** All bytes so far. Each direction of each connection is in one piece. */
  bytes(): Buffer {
    return Buffer.concat(this.#connections.map((pieces) => Buffer.concat(pieces)));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(from: net.Socket, to: net.Socket): void {
    const pieces: Buffer[] = [];
    this.#connections.push(pieces);
    this.#sockets.add(from);
    from.on('data', (piece: Buffer) => {
      pieces.push(piece);
      to.write(piece);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      // If one side ends or fails, the other side is closed as well.
      to.end();
    });
  }
}

function toOptions(address: Address): { port: number; host: string } | { path: string } {
  return typeof address === 'number' ? { port: address, host: '127.0.0.1' } : { path: address };
}
