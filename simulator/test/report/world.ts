/** A simulated module, the reports that the enclave issues with it, and a verifier that trusts both. */
import { explainReport, type ReportPolicy, verifyReport } from '@perf-aggregator/attestation';
import type { Nsm } from '@perf-aggregator/enclave/nsm/port';
import type { ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { expect } from 'vitest';
import { NOON } from '../../../enclave/test/sessions/states.ts';
import { createNsmRoot, type NsmRoot } from '../../src/nsm/chain.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';
import { type BundleChanges, makeBundle } from './bundles.ts';

const clock = { now: () => NOON };

/** Issuer and verifier under one root. */
export class ReportWorld {
  readonly root: NsmRoot;
  readonly policy: ReportPolicy;
  readonly #nsm: Nsm;

  private constructor(root: NsmRoot) {
    this.root = root;
    this.policy = { roots: [root.rootCertDer], pcrs: [SIMULATED_PCRS_HEX], instant: NOON };
    this.#nsm = this.moduleOf(simulatedPcrs());
  }

  static async create(): Promise<ReportWorld> {
    return new ReportWorld(await createNsmRoot(random));
  }

  /** A module under the same root with these measurements. */
  moduleOf(pcrs: ReadonlyMap<number, Uint8Array>): Nsm {
    return createSimulatedNsm({ root: this.root, pcrs, clock, random });
  }

  issue(changes?: BundleChanges): Promise<ReportBundle> {
    return makeBundle(this.#nsm, changes);
  }

  /** The code of the refusal of a bundle, which both entry points must give; null when it verifies. */
  verdict(bundle: unknown, changes: Partial<ReportPolicy> = {}): string | null {
    const judgedBy = { ...this.policy, ...changes };
    const { verified, code } = explainReport(bundle, judgedBy);
    expect(verified).toBe(code === null);
    const attempt = () => verifyReport(bundle, judgedBy);
    if (code === null) expect(attempt).not.toThrow();
    else expect(attempt).toThrow(expect.objectContaining({ code }));
    return code;
  }
}
