/**
 * A connection that is ready when it is needed. It is dialled on the first request, dialled again after a loss, and
 * prepared by its owner before anybody else may use it.
 */
import type { Socket } from 'node:net';
import { TransportError } from '../wire/errors.ts';
import { ChannelClient } from './channel-client.ts';

/** How to make and prepare the connection. */
export interface LinkOptions {
  readonly dial: () => Promise<Socket>;
  /** Runs on every new connection before requests are let through. A rejection drops the connection. */
  readonly prepare?: (channel: ChannelClient) => Promise<void>;
  /** Called when a ready connection is lost. */
  readonly onLost?: () => void;
}

/**
 * One multiplexed connection, dialled again when lost. Requests are not repeated, because they may have had an effect.
 */
export class Link {
  readonly #options: LinkOptions;
  #ready: ChannelClient | null = null;
  #dialling: Promise<ChannelClient> | null = null;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /**
   * Sends `message` over the prepared connection and returns the reply.
   * @throws TransportError, or what `prepare` threw
   */
  async request(message: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const channel = await this.connect();
    return channel.request(message, timeoutMs);
  }

  /** Whether a prepared connection exists now. */
  get isReady(): boolean {
    return this.#ready?.open ?? false;
  }

  /** The prepared connection, dialled if there is none. */
  async connect(): Promise<ChannelClient> {
    if (this.#closed) throw new TransportError('channel_closed', 'the link is closed');
    if (this.#ready?.open) return this.#ready;
    this.#dialling ??= this.#dial().finally(() => {
      this.#dialling = null;
    });
    return this.#dialling;
  }

  /** Closes the connection for good. */
  close(): void {
    this.#closed = true;
    this.#ready?.close();
  }

  async #dial(): Promise<ChannelClient> {
    const socket = await this.#options.dial();
    let wasReady = false;
    const channel = new ChannelClient(socket, () => {
      if (wasReady && !this.#closed) this.#options.onLost?.();
    });
    try {
      await this.#options.prepare?.(channel);
      if (this.#closed) throw new TransportError('channel_closed', 'the link was closed meanwhile');
    } catch (error) {
      channel.close();
      throw error;
    }
    if (!channel.open) {
      throw new TransportError('channel_closed', 'the connection was lost while it was prepared');
    }
    wasReady = true;
    this.#ready = channel;
    return channel;
  }
}
