/** The one thing of an enclave that changes for good: what phase it is in, and what it serves with once it has keys. */
import type { KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import { PHASES, type Phase } from '@perf-aggregator/shared/wire/boot';
import type { Deployment } from '@perf-aggregator/shared/wire/deployment';
import type { Allowance } from '../context/allowance.ts';
import type { DeployedContext, EnclaveContext } from '../context/context.ts';
import { Refusal } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Nsm } from '../nsm/port.ts';

const RETRY_MS = 1_000;

/** Phases go forward only. */
export class Lifecycle {
  readonly #onPhase: (phase: Phase) => void;
  #phase: Phase = 'boot';
  #serving: EnclaveContext | null = null;

  /** @param onPhase - told of every phase that is reached */
  constructor(onPhase: (phase: Phase) => void = () => undefined) {
    this.#onPhase = onPhase;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Goes on to `phase`, unless it was passed already: of two boots at once, one is behind. */
  reach(phase: Phase): void {
    if (PHASES.indexOf(phase) <= PHASES.indexOf(this.#phase)) return;
    this.#phase = phase;
    this.#onPhase(phase);
  }

  /** From now on the enclave serves, with the first context that it is given. @returns whether this is it */
  serve(context: EnclaveContext): boolean {
    if (this.#serving || this.#phase === 'draining') return false;
    this.#serving = context;
    this.reach('serving');
    return true;
  }

  /** Whether it serves. */
  get isServing(): boolean {
    return this.#phase === 'serving';
  }

  /** What requests are answered with. @throws Refusal `enclave_not_ready` */
  serving(): EnclaveContext {
    if (!this.#serving || !this.isServing) {
      throw new Refusal('enclave_not_ready', `the enclave is in phase ${this.#phase}`, {
        retryAfterMs: RETRY_MS,
      });
    }
    return this.#serving;
  }

  /** The key's policy was read anew. */
  policyRead(kmsPolicy: KmsPolicyState): void {
    if (this.#serving) this.#serving = { ...this.#serving, kmsPolicy };
  }
}

/** What `boot` works with: an enclave that may have no keys yet. */
export interface BootContext {
  readonly lifecycle: Lifecycle;
  readonly nsm: Nsm;
  readonly log: Log;
  /** Bytes of the messages that are being answered. */
  readonly bytesUnderWay: Allowance;
  /** The enclave as this deployment would have it. @throws EnclaveConfigError `deployment_invalid` */
  readonly deploy: (deployment: Deployment, sharers: number) => DeployedContext;
}
