/** A client and a server on one connection, and manually built frames. */
import type { Socket } from 'node:net';
import { ChannelClient } from '@perf-aggregator/shared/transport/channel-client';
import { type ChannelServerOptions, serveChannel } from '@perf-aggregator/shared/transport/channel-server';
import { encodeFrame, type Frame, FrameReader } from '@perf-aggregator/shared/wire/frame';
import { connectedPair } from './sockets.ts';

export const PATIENT_MS = 20_000;
export const MIB = 1024 * 1024;

export async function channel(
  handler: ChannelServerOptions['handler'],
  options: Partial<ChannelServerOptions> = {},
): Promise<{ readonly client: ChannelClient; readonly near: Socket; readonly far: Socket }> {
  const { near, far } = await connectedPair();
  serveChannel(far, { handler, ...options });
  return { client: new ChannelClient(near), near, far };
}

export const echo = (message: Uint8Array) => Promise.resolve(message);

/** The frames that arrive at `socket`, one at a time. */
export async function* framesOf(socket: Socket): AsyncGenerator<Frame> {
  const reader = new FrameReader();
  for await (const chunk of socket) yield* reader.push(chunk as Uint8Array);
}

export async function firstFrame(socket: Socket): Promise<Frame> {
  for await (const frame of framesOf(socket)) return frame;
  throw new Error('the connection ended');
}

export function ask(id: number, more: boolean, bytes: Uint8Array, deadlineMs = PATIENT_MS): Uint8Array {
  return encodeFrame({ kind: 'request', id, more, deadlineMs, bytes });
}
