/** Questions with a flattering answer: another currency, another rate, another period. */
import type { SecureClient } from '@perf-aggregator/client';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { afterAll, beforeAll, describe } from 'vitest';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import type { Market } from '../../src/market/market.ts';
import { worldAccount } from '../../src/world/internet.ts';
import type { TestWorld } from '../world/fixture.ts';
import { claimsOf, refusalOf, startAttack, TODAY } from './attack.ts';
import { holding } from './plans.ts';
import { PARAMETERS_T3 } from './today.ts';

const FIRST = TODAY - 200;
const SHOWN = ['totalReturn', 'sharpeRatio', 'maxDrawdown', 'annualizedReturn', 'sortinoRatio'];

let test: TestWorld;
let client: SecureClient;
beforeAll(async () => {
  test = await startAttack(holding('0.3'));
  client = test.world.client();
  await client.register();
});
afterAll(() => test.world.stop());

type Question = NonNullable<Parameters<SecureClient['getReport']>[0]>;

/** The period of at least sixty days in which bitcoin fell most: measured in bitcoin, a holder of USDT gained. */
function worstWeeks(market: Market): Pick<Question, 'from' | 'to'> {
  const close = (day: number) => Number(market.dayClose('BTC', FIRST + day));
  let worst = { ratio: Number.POSITIVE_INFINITY, start: 0, end: 0 };
  for (let start = 0; start < 140; start++) {
    for (let end = start + 60; end < 199; end++) {
      const ratio = close(end) / close(start);
      if (ratio < worst.ratio) worst = { ratio, start, end };
    }
  }
  const date = (day: number) => new Date((FIRST + day) * DAY_MS).toISOString().slice(0, 10);
  return { from: date(worst.start + 1), to: date(worst.end) };
}

function questions(): Readonly<Record<string, Question>> {
  const weeks = worstWeeks(worldAccount(test.state.venue).market);
  return {
    'nothing is asked': {},
    'the worst weeks of bitcoin, in USDT': weeks,
    'the same weeks, in bitcoin': { ...weeks, currency: 'BTC' },
    'a risk-free rate of -50 %': { riskFreeRateAnnual: -0.5 },
    'a minimum acceptable return of -50 %': { minimumAcceptableReturnAnnual: -0.5 },
    'five days': { from: '2026-11-01', to: '2026-11-05' },
  };
}

async function asked(name: string): Promise<object> {
  try {
    const question = { ...questions()[name]!, disclose: SHOWN };
    return claimsOf(test, await client.getReport(question));
  } catch (error) {
    return { refusal: refusalOf(error) };
  }
}

describe.each(Object.entries(PARAMETERS_T3))('T3: when a report is asked for: %s', (name, answers) => {
  itAnswers(answers, () => asked(name));
});
