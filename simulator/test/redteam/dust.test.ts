/** Dust of a coin without a price: while the account holds it, it has no value, and no day shows its losses. */
import { describe } from 'vitest';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import type { TraderAccount, TraderDeposit } from '../../src/trader/event.ts';
import { type GroundTruth, groundTruth } from '../../src/trader/ground-truth.ts';
import { toCustomer, worldAccount } from '../../src/world/internet.ts';
import { startTestWorld } from '../world/fixture.ts';
import { attack, type Plan, reportOf, type Told } from './attack.ts';
import { losing, losingStreak, shortTrade } from './plans.ts';
import {
  DUST_FIRST_T5C,
  DUST_KEPT_T5B,
  DUST_OF_A_STRANGER_T5D,
  DUST_WHOLE_SYSTEM_43,
  LOSING_STREAK_T5,
  LOSING_STREAK_WITH_DUST_T5,
} from './today.ts';

const HOUR_MS = 3_600_000;
const GRAIN = '0.001';

describe('T5: when a losing streak has no dust', () => {
  itAnswers(LOSING_STREAK_T5, () => attack(losingStreak));
});

describe('T5: when dust is held over a losing streak', () => {
  const withDust: Plan = (script) => {
    losingStreak(script);
    script.deposit(50, 3, 'XYZ', GRAIN);
    script.withdraw(101, 3, 'XYZ', GRAIN);
  };
  itAnswers(LOSING_STREAK_WITH_DUST_T5, () => attack(withDust));
});

describe('T5b: when dust comes at the peak and stays', () => {
  const kept: Plan = (script) => {
    shortTrade(script);
    script.deposit(50, 3, 'XYZ', GRAIN);
    losing(script, 51, 190, 150_000);
  };
  itAnswers(DUST_KEPT_T5B, () => attack(kept));
});

describe('T5c: when dust is there from the first hour until the losses are over', () => {
  const first: Plan = (script) => {
    script.deposit(0, 1, 'XYZ', GRAIN);
    shortTrade(script);
    losing(script, 51, 148, 150_000);
    script.withdraw(150, 3, 'XYZ', GRAIN);
    script.fill(151, 11, 'BTC', 'buy', '0.3');
  };
  itAnswers(DUST_FIRST_T5C, () => attack(first));
});

describe('T5d: when a stranger sends dust on the third day', () => {
  const griefed: Plan = (script) => {
    shortTrade(script);
    script.deposit(3, 3, 'XYZ', '0.00000001');
  };
  itAnswers(DUST_OF_A_STRANGER_T5D, () => attack(griefed));
});

/** The end of the day at the peak before the largest fall in value. */
function peakOf({ days }: GroundTruth): number {
  let [value, high, worst] = [1, 1, 0];
  let [peak, before] = [days[0]!.end, days[0]!.end];
  for (const day of days) {
    value *= 1 + (day.return ?? 0);
    if (value >= high) [high, peak] = [value, day.end];
    if (1 - value / high > worst) [worst, before] = [1 - value / high, peak];
  }
  return before;
}

function withDust(account: TraderAccount, time: number): TraderAccount {
  const money = account.events.find((event): event is TraderDeposit => event.kind === 'deposit')!;
  const transactionHash = 'ab'.repeat(32);
  const dust = { ...money, id: '9999999999', time, asset: 'DUST', amount: '0.0001', transactionHash };
  return { ...account, events: [...account.events, dust].sort((a, b) => a.time - b.time) };
}

async function dusted(): Promise<Told> {
  const test = await startTestWorld();
  try {
    const { market, account } = worldAccount(test.state.venue);
    const truth = groundTruth(account, market);
    const history = withDust(account, peakOf(truth) + HOUR_MS);
    await test.world.startInternet({ accounts: [toCustomer(test.state.venue, history)] });
    const client = test.world.client();
    await client.register();
    const metrics = await client.getMetrics({ benchmark: 'BTC' });
    return { metrics, ...(await reportOf(test, client, { benchmark: 'BTC' })), truth };
  } finally {
    await test.world.stop();
  }
}

describe('43: when dust comes at the peak of a record of two years', () => {
  itAnswers(DUST_WHOLE_SYSTEM_43, dusted);
});
