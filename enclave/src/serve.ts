/**
 * The enclave on its endpoint. The parent dials in, and requests come over multiplexed connections. Production's `main`
 * and the simulator call this function with their own ports.
 */
import net from 'node:net';
import { CodedError } from '@perf-aggregator/shared/errors';
import { type ServedChannel, serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { listen } from '@perf-aggregator/shared/transport/socket';
import type { ImageConfig } from './config.ts';
import { createEnclave, type EnclavePorts } from './serving/enclave.ts';

/** A running enclave. */
export interface RunningEnclave {
  /** Refuses new requests, lets those under way end (10 s), and closes the connections. */
  close(): Promise<void>;
}

const DRAIN_MS = 10_000;

/**
 * Starts an enclave; it waits in phase `boot` for its parent.
 * @throws TransportError `endpoint_*`, `dial_failed`
 */
export async function serveEnclave(image: ImageConfig, ports: EnclavePorts): Promise<RunningEnclave> {
  const enclave = createEnclave(image, ports);
  const channels = new Map<net.Socket, ServedChannel>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const channel = serveChannel(socket, {
      handler: (message, call) => enclave.handle(message, call),
      onError: (error) =>
        ports.log('channel_error', { code: error instanceof CodedError ? error.code : 'internal' }),
    });
    channels.set(socket, channel);
    socket.once('close', () => channels.delete(socket));
  });
  await listen(server, parseEndpoint(image.listen));
  ports.log('listening');
  return {
    async close() {
      enclave.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const channel of channels.values()) channel.finish();
      const cut = setTimeout(() => {
        for (const socket of channels.keys()) socket.destroy();
      }, DRAIN_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}
