/** Ports for a service that dies and comes back while clients go on dialling it. */
import { once } from 'node:events';
import net from 'node:net';
import type { Stream } from '../../dist/trader/splitmix.js';

/**
 * A port that is free and below those that the kernel gives to callers (32,768 and up): while nobody listens,
 * no client's own end of a connection can take it, nor a client reach itself on it.
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
