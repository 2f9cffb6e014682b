/**
 * The connections to the enclaves. A connection that is gone is dialled and booted again at once, so that it is ready
 * before a request needs it. Each enclave is pinged, so that a hang is noticed. Each is booted again from time to time,
 * so that it has fresh credentials to read its key's policy with.
 */
import { CodedError } from '@perf-aggregator/shared/errors';
import { type Endpoint, formatEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { Link } from '@perf-aggregator/shared/transport/link';
import { dial } from '@perf-aggregator/shared/transport/socket';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';
import type { EventSink } from '../events.ts';
import { type BootPorts, bootEnclave } from './boot.ts';
import { pingEnclave } from './ping.ts';

const DIAL_MS = 2_000;
const RECONNECT_MS = 500;
const REFRESH_MS = 15 * 60_000;
/** With the time-out below, this interval shows within three seconds that an enclave hangs. */
const PING_MS = 1_000;
const PONG_MS = 1_500;

/** The connection to one enclave, which renews itself. */
export class Connection {
  readonly #link: Link;
  readonly #enclave: string;
  readonly #emit: EventSink;
  readonly #ports: BootPorts;
  readonly #timers: readonly NodeJS.Timeout[];
  /** Code of the last failure. Each failure is reported once. */
  #last = '';
  /** The time since which the enclave has not answered, ms of `performance.now`. Null: it answers. */
  #silentSince: number | null = null;
  #isPinging = false;
  #venues: readonly VenueHealth[] = [];

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
      setInterval(() => void this.#ping(), PING_MS),
    ];
    void this.#attempt();
  }

  get isReady(): boolean {
    return this.#link.isReady;
  }

  get isAnswering(): boolean {
    return this.#silentSince === null;
  }

  get venues(): readonly VenueHealth[] {
    return this.#venues;
  }

  connect() {
    return this.#link.connect();
  }

  /** Closes the connection for good. */
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

  async #ping(): Promise<void> {
    if (!this.#link.isReady || this.#isPinging) return;
    this.#isPinging = true;
    try {
      this.#venues = (await pingEnclave(await this.#link.connect(), PONG_MS)).venues;
      this.#heard();
    } catch (error) {
      // Any answer, even an error, shows that the enclave is not silent.
      if (error instanceof TransportError && error.code === 'deadline_exceeded') this.#unheard();
      else this.#heard();
    } finally {
      this.#isPinging = false;
    }
  }

  #heard(): void {
    if (this.#silentSince === null) return;
    const silentMs = Math.round(performance.now() - this.#silentSince);
    this.#silentSince = null;
    this.#emit({ event: 'enclave_answers', enclave: this.#enclave, silentMs });
  }

  #unheard(): void {
    if (this.#silentSince !== null) return;
    this.#silentSince = performance.now() - PONG_MS;
    this.#emit({ event: 'enclave_silent', enclave: this.#enclave });
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
