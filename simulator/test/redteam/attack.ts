/** A world whose trader is the attacker: the account at the venue, a report of it, and its true numbers. */

import { verifyReport } from '@perf-aggregator/attestation';
import type { SecureClient } from '@perf-aggregator/client';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { AnyReportClaims, ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { BASES } from '../../src/market/history.ts';
import { SIMULATED_PCRS_HEX } from '../../src/nsm/measurements.ts';
import type { TraderAccount, TraderEvent } from '../../src/trader/event.ts';
import { type GroundTruth, groundTruth } from '../../src/trader/ground-truth.ts';
import { type InternetOptions, toCustomer, worldAccount } from '../../src/world/internet.ts';
import { NOON, startTestWorld, type TestWorld } from '../world/fixture.ts';
import { Script } from './script.ts';

/** Today in days since the epoch. It is day 201 of a script. */
export const TODAY = Math.floor(NOON / DAY_MS);
const DAYS = 200;
const PRICED: readonly string[] = [...BASES, 'USDT'];

type Question = NonNullable<Parameters<SecureClient['getReport']>[0]>;

/** Writes the trader's history. */
export type Plan = (script: Script) => void;

/** The answers to an attack, and the true numbers. */
export interface Told {
  /** The code by which a report was refused. Then `claims` are of one that was asked for although a part is missing. */
  readonly refusal: string | null;
  readonly metrics: object;
  /** Claims of the report, verified with the strictest policy. */
  readonly claims: AnyReportClaims;
  /** The truth about all assets with a price, up to yesterday. */
  readonly truth: GroundTruth;
}

/** Starts a world, or uses `test`, and puts the account of `plan` at its venue. The caller stops the world. */
export async function startAttack(
  plan: Plan,
  internet: Partial<InternetOptions> = {},
  test?: TestWorld,
): Promise<TestWorld & { readonly account: TraderAccount }> {
  const started = test ?? (await startTestWorld());
  const account = accountOf(started, plan);
  await started.world.startInternet({ accounts: [toCustomer(started.state.venue, account)], ...internet });
  return { ...started, account };
}

/** The claims of a bundle, verified at the current time. @throws ReportError when it does not verify */
export function claimsOf({ state, clock }: TestWorld, bundle: ReportBundle): AnyReportClaims {
  const policy = { roots: [state.nsm.rootCertDer], pcrs: [SIMULATED_PCRS_HEX], instant: clock.now() };
  return verifyReport(bundle, { ...policy, kmsPolicy: 'locked' }).claims;
}

/** The code of a refusal. @throws any error that is not a refusal */
export function refusalOf(error: unknown): string {
  if (error instanceof CodedError) return error.code;
  throw error;
}

/** Registers, requests metrics and a report, and stops the world. */
export async function attack(plan: Plan): Promise<Told> {
  const test = await startAttack(plan);
  try {
    const client = test.world.client();
    await client.register();
    const metrics = await client.getMetrics();
    return { metrics, ...(await reportOf(test, client)), truth: truthOf(test, test.account) };
  } finally {
    await test.world.stop();
  }
}

/** The refusal of a report, if there is one, and the claims of the report that is given all the same. */
export async function reportOf(
  test: TestWorld,
  client: SecureClient,
  question: Question = {},
): Promise<Pick<Told, 'refusal' | 'claims'>> {
  try {
    return { refusal: null, claims: claimsOf(test, await client.getReport(question)) };
  } catch (error) {
    const refusal = refusalOf(error);
    return { refusal, claims: claimsOf(test, await client.getReport({ ...question, allowPartial: true })) };
  }
}

/** The true numbers of an account at the end of yesterday, without assets that have no price. */
function truthOf({ state }: TestWorld, account: TraderAccount): GroundTruth {
  const isPriced = (event: TraderEvent) => event.kind === 'fill' || PRICED.includes(event.asset);
  const events = account.events.filter(isPriced);
  return groundTruth({ ...account, events }, worldAccount(state.venue).market, TODAY - 1);
}

function accountOf({ state }: TestWorld, plan: Plan): TraderAccount {
  const script = new Script(worldAccount(state.venue).market, TODAY - DAYS);
  plan(script);
  return script.account();
}
