/**
 * The enclave on its endpoint: the parent dials in, requests come over multiplexed connections. Production's
 * `main` and the simulator call this same function with their own ports.
 */
import net from 'node:net';
import { CodedError } from '@perf-aggregator/shared/errors';
import { serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { listen } from '@perf-aggregator/shared/transport/socket';
import type { EnclaveConfig } from './config.ts';
import { createEnclave, type EnclavePorts } from './enclave.ts';

/** A running enclave. */
export interface RunningEnclave {
  /** Refuses new requests and closes the connections. */
  close(): Promise<void>;
}

/**
 * Starts an enclave; it waits in phase `boot` for its parent.
 * @throws TransportError `endpoint_*`, `dial_failed`
 */
export async function serveEnclave(config: EnclaveConfig, ports: EnclavePorts): Promise<RunningEnclave> {
  const enclave = createEnclave(config, ports);
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveChannel(socket, {
      handler: (message) => enclave.handle(message),
      onError: (error) =>
        ports.log('channel_error', { code: error instanceof CodedError ? error.code : 'internal' }),
    });
  });
  await listen(server, parseEndpoint(config.listen));
  ports.log('listening');
  return {
    async close() {
      enclave.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
