/** Ports for a service that stops and restarts while clients keep connecting to it. */
import { once } from 'node:events';
import net from 'node:net';
import type { Stream } from '../../dist/trader/splitmix.js';

/**
 * A free port below the range from which the kernel gives ports to callers (32,768 and up). While nobody listens on
 * it, no client's own end of a connection can get this port, and no client can connect to itself.
 */
export async function lastingPort(random: Stream): Promise<number> {
  for (;;) {
    const port = random.integer(20_000, 29_999);
    const server = net.createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
