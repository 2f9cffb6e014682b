/**
 * The connections to the enclaves: dialled and booted whenever they are gone, so that they are up before anybody asks,
 * and booted again from time to time, so that an enclave has fresh credentials to read its key's policy with.
 */
import { CodedError } from '@perf-aggregator/shared/errors';
import { type Endpoint, formatEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { Link } from '@perf-aggregator/shared/transport/link';
import { dial } from '@perf-aggregator/shared/transport/socket';
import type { EventSink } from '../events.ts';
import { type BootPorts, bootEnclave } from './boot.ts';

const DIAL_MS = 2_000;
const RECONNECT_MS = 500;
const REFRESH_MS = 15 * 60_000;

/** One enclave's connection that looks after itself. */
export class Connection {
  readonly #link: Link;
  readonly #enclave: string;
  readonly #emit: EventSink;
  readonly #ports: BootPorts;
  readonly #timers: readonly NodeJS.Timeout[];
  /** Code of the last failure, so that each is told once. */
  #last = '';

  constructor(endpoint: Endpoint, ports: BootPorts, emit: EventSink) {
    const enclave = formatEndpoint(endpoint);
    this.#enclave = enclave;
    this.#ports = ports;
    this.#emit = emit;
    this.#link = new Link({
      dial: () => dial(endpoint, { timeoutMs: DIAL_MS }),
      prepare: async (channel) => {
        await bootEnclave(channel, ports);
        emit({ event: 'enclave_serving', enclave });
      },
      onLost: () => emit({ event: 'enclave_lost', enclave }),
    });
    this.#timers = [
      setInterval(() => void this.#attempt(), RECONNECT_MS),
      setInterval(() => void this.#refresh(), REFRESH_MS),
    ];
    void this.#attempt();
  }

  get isReady(): boolean {
    return this.#link.isReady;
  }

  connect() {
    return this.#link.connect();
  }

  /** Closes it for good. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#link.close();
  }

  async #attempt(): Promise<void> {
    try {
      await this.#link.connect();
      this.#last = '';
    } catch (error) {
      const [code, reason] = error instanceof CodedError ? [error.code, error.message] : ['internal', ''];
      if (code !== this.#last) {
        this.#emit({ event: 'enclave_absent', enclave: this.#enclave, code, reason });
      }
      this.#last = code;
    }
  }

  async #refresh(): Promise<void> {
    if (!this.#link.isReady) return;
    try {
      await bootEnclave(await this.#link.connect(), this.#ports);
    } catch (error) {
      const code = error instanceof CodedError ? error.code : 'internal';
      this.#emit({ event: 'enclave_not_refreshed', enclave: this.#enclave, code });
    }
  }
}
