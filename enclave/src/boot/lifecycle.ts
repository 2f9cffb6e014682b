/** The only lasting change of state in an enclave: its phase, and the context that it serves with once it has keys. */
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

  /** @param onPhase - called with every phase that is reached */
  constructor(onPhase: (phase: Phase) => void = () => undefined) {
    this.#onPhase = onPhase;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Moves to `phase`, unless the enclave is past it already. When two boots run at once, one is behind. */
  reach(phase: Phase): void {
    if (PHASES.indexOf(phase) <= PHASES.indexOf(this.#phase)) return;
    this.#phase = phase;
    this.#onPhase(phase);
  }

  /** Makes the enclave serve with the first context that it gets. @returns whether this context is the first */
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

  /** The context that requests are answered with. @throws Refusal `enclave_not_ready` */
  serving(): EnclaveContext {
    if (!this.#serving || !this.isServing) {
      throw new Refusal('enclave_not_ready', `the enclave is in phase ${this.#phase}`, {
        retryAfterMs: RETRY_MS,
      });
    }
    return this.#serving;
  }

  /** Records a new reading of the key's policy. */
  policyRead(kmsPolicy: KmsPolicyState): void {
    if (this.#serving) this.#serving = { ...this.#serving, kmsPolicy };
  }
}

/** What `boot` works with: an enclave that may have no keys yet. */
export interface BootContext {
  readonly lifecycle: Lifecycle;
  readonly nsm: Nsm;
  readonly log: Log;
  /** Bytes of the messages that the enclave is answering. */
  readonly bytesUnderWay: Allowance;
  /** The enclave as this deployment would have it. @throws EnclaveConfigError `deployment_invalid` */
  readonly deploy: (deployment: Deployment, sharers: number) => DeployedContext;
}
