/**
 * Clients at work: they open, read, renew and revoke sessions at a service that may be absent at any moment.
 * They record what the service acknowledges, and everything that must not happen.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ClientError, SecureClient, SecurityError } from '@perf-aggregator/client';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { LocalWorld } from '../../dist/local-world.js';
import { SIMULATED_PCRS_HEX } from '../../dist/nsm/measurements.js';
import { type Stream, streamOf } from '../../dist/trader/splitmix.js';
import type { Truth } from './truth.ts';

/** Actions of clients. `numbers`: a read that returned numbers instead of "still being read". */
export const KINDS = ['register', 'renew', 'revoke', 'read', 'numbers'] as const;
export type Kind = (typeof KINDS)[number];

/** Refusals of a service that is starting or partly absent. A client then asks again. */
const PASSING =
  /^(enclave_unavailable|enclave_not_ready|service_unreachable|service_malformed|deadline_exceeded|overloaded|state_conflict|sync_pending|sync_timeout|unknown_handshake_key|kms_unavailable|exchange_unavailable|exchange_rate_limited)$/;
const FIRST_TTL_S = 3_600;
/** The number of sessions that one client keeps. */
const SESSIONS = 2;

/** A session, with the state that the service acknowledged. */
export interface Held {
  readonly client: SecureClient;
  /** Time to live in the last request for a renewal, s. */
  ttl: number;
  /** Acknowledged end, ms. */
  expiresAt: number;
  /** `asked`: a revocation was requested and not yet acknowledged. */
  revocation: 'none' | 'asked' | 'acknowledged';
  /** The exported session, for checks after a revocation. */
  readonly exported: ReturnType<SecureClient['export']>;
}

/** Clients of one world. */
export class Crowd {
  /** Every session whose registration was acknowledged. */
  readonly held: Held[] = [];
  /** What must not happen: refusals that are not temporary, older states, wrong numbers. */
  readonly faults: string[] = [];
  /** Outcomes by kind and code. */
  readonly tally: Record<string, number> = {};
  readonly #world: LocalWorld;
  readonly #truth: Truth;
  readonly #keys: readonly { readonly apiKey: string; readonly apiSecret: string }[];
  #registrations = 0;
  #working = true;

  constructor(world: LocalWorld, truth: Truth) {
    this.#world = world;
    this.#truth = truth;
    this.#keys = [world.state.venue, ...(world.state.venue.furtherKeys ?? [])];
  }

  /** Starts `workers` clients. Each does one action at a time until `stop` is called. */
  work(workers: number, seed: string): Promise<unknown> {
    return Promise.all(
      Array.from({ length: workers }, (_, index) => this.#work(streamOf(seed, `worker ${index}`))),
    );
  }

  stop(): void {
    this.#working = false;
  }

  /** How many requests of a kind were acknowledged. */
  acknowledged(kind: Kind): number {
    return this.tally[`${kind} done`] ?? 0;
  }

  async #work(random: Stream): Promise<void> {
    const own: Held[] = [];
    while (this.#working) {
      const living = own.filter(({ revocation }) => revocation === 'none');
      const session = living[random.integer(0, Math.max(0, living.length - 1))];
      const done = await this.#act(random.integer(0, 99), session, own, living.length);
      // After a failure a client waits longer: more requests would slow down the starting process.
      await pause(done ? random.integer(20, 200) : random.integer(100, 300));
    }
  }

  #act(dice: number, session: Held | undefined, own: Held[], living: number): Promise<boolean> {
    if (!session || (living < SESSIONS && dice < 20)) return this.#register(own);
    // Renewals are rare: each makes the service read the account again, and a venue limits requests for each address.
    if (dice < 88) return this.#read(session);
    if (dice < 96) return this.#renew(session);
    return this.#revoke(own.find(({ revocation }) => revocation === 'asked') ?? session);
  }

  async #register(own: Held[]): Promise<boolean> {
    const key = this.#keys[this.#registrations++ % this.#keys.length]!;
    const client = new SecureClient({
      enclaveUrl: this.#world.url,
      expect: { roots: [this.#world.state.nsm.rootCertDer], measurements: [SIMULATED_PCRS_HEX] },
      userId: 'crash',
      exchange: 'binance',
      apiKey: key.apiKey,
      apiSecret: key.apiSecret,
      ttl: FIRST_TTL_S,
    });
    return this.#tries('register', async () => {
      const { expiresAt } = await client.register();
      const held: Held = {
        client,
        expiresAt,
        ttl: FIRST_TTL_S,
        revocation: 'none',
        exported: client.export(),
      };
      own.push(held);
      this.held.push(held);
    });
  }

  #renew(session: Held): Promise<boolean> {
    // The time to live increases: a renewal without acknowledgement then never shortens the session.
    session.ttl += 600;
    return this.#tries('renew', async () => {
      session.expiresAt = await session.client.renew(session.ttl);
    });
  }

  #revoke(session: Held): Promise<boolean> {
    const again = session.revocation === 'asked';
    session.revocation = 'asked';
    return this.#tries('revoke', async () => {
      try {
        await session.client.revoke();
      } catch (error) {
        // The first revocation succeeded without an acknowledgement.
        if (!again || codeOf(error) !== 'session_unknown') throw error;
      }
      session.revocation = 'acknowledged';
    });
  }

  #read(session: Held): Promise<boolean> {
    const { client, expiresAt } = session;
    return this.#tries('read', async () => {
      try {
        const summary = await client.getSummary(this.#truth.period, { timeoutMs: 0 });
        this.faults.push(...this.#truth.differences(summary));
        if (summary.expiresAt < expiresAt) this.faults.push(`read: ends before the acknowledged end`);
        this.#count('numbers done');
      } catch (error) {
        // The first reading is still in progress. This is also a valid answer.
        if (!(error instanceof ClientError) || error.code !== 'sync_timeout') throw error;
      }
    });
  }

  /** Runs `work`. @returns false when the service was absent; any other failure is recorded as a fault */
  async #tries(kind: Kind, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.#count(`${kind} done`);
      return true;
    } catch (error) {
      this.#count(`${kind} ${codeOf(error)}`);
      if (!isPassing(error)) this.faults.push(`${kind}: ${codeOf(error)}`);
      return false;
    }
  }

  #count(outcome: string): void {
    this.tally[outcome] = (this.tally[outcome] ?? 0) + 1;
  }
}

/** Repeats `work` for up to two minutes, until the service is complete. @returns its answer */
export async function onceThere<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || attempt > 600) throw error;
      await pause(200);
    }
  }
}

function isPassing(error: unknown): boolean {
  return !(error instanceof SecurityError) && PASSING.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof CodedError ? error.code : String(error);
}
