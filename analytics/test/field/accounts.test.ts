/** Accounts whose trader distorts the valuation with small holdings, compared with their true returns. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { itAnswers, missingRights } from '../../../shared/test/field/answers.ts';
import { computeMetrics } from '../../src/index.ts';
import { accountOf, at, fill, HONEST, type Path, type Trick, transfer } from './accounts.ts';
import { type Account, BAD_DAY_42G, FOREVER_42F, GAP_42A, RALLY_42D, UNREAD_42C } from './today.ts';

const DUST = { asset: 'DUST' };
const FUNDING = { counterWallet: 'funding' };

function path(drift: Path['drift'], days = 400, wave = 0.01): Path {
  return { days, wave, drift };
}

function describeAccount(name: string, prices: Path, trick: Trick, answers: Account): void {
  const told = (account: Trick) => () =>
    computeMetrics(accountOf(prices, account), { benchmark: 'BTC', managementFeeAnnual: 0.5 });
  describe('and the trader does not use the trick', () => itAnswers(answers.honest, told(HONEST)));
  describe('and the trader uses the trick', () => itAnswers(answers.trick, told(trick)));
  it('every expected number is listed in its case', () => {
    expect(missingRights(expectedOf(name), answers.trick)).toEqual([]);
  });
}

function expectedOf(name: string): object {
  const file = new URL(`fixtures/${name}.expected.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as object;
}

describe('42a: when the trader holds an asset without a price for a month', () => {
  const rise = path((day) => (day >= 100 && day < 130 ? 0.01 : 0), 366, 0.02);
  const entries = [fill('in', at(100, 12), 'buy', 'NEW', '1'), fill('out', at(130, 12), 'sell', 'NEW', '1')];
  describeAccount('42a-gap-account', rise, { entries }, GAP_42A);
});

describe('42c: when the trader keeps one USDT in an unread wallet during a crash', () => {
  const crash = path((day) => {
    if (day >= 101 && day < 111) return -0.06;
    return day >= 111 && day < 121 ? 0.065 : 0;
  });
  const entries = [
    transfer('out', at(100, 5), 'withdrawal', '1', FUNDING),
    transfer('back', at(130, 5), 'deposit', '1', FUNDING),
  ];
  describeAccount('42c-unread-usdt-crash', crash, { entries }, UNREAD_42C);
});

describe('42d: when the trader has dust during a rise', () => {
  const rise = path((day) => (day >= 100 && day < 130 ? 0.01 : 0));
  const entries = [
    transfer('in', at(100, 5), 'deposit', '1', DUST),
    transfer('out', at(130, 5), 'withdrawal', '1', DUST),
  ];
  describeAccount('42d-dust-rally', rise, { entries }, RALLY_42D);
});

describe('42f: when the trader always has dust', () => {
  const fall = path((day) => (day >= 101 && day < 130 ? -0.02 : 0));
  const entries = [transfer('in', at(1, 5), 'deposit', '0.0001', DUST)];
  describeAccount(
    '42f-dust-forever',
    fall,
    { entries, balances: [{ asset: 'DUST', total: '0.0001' }] },
    FOREVER_42F,
  );
});

describe('42g: when the trader has dust on the day of a crash', () => {
  const crash = path((day) => (day === 200 ? -0.5 : 0));
  const entries = [
    transfer('in', at(200, 5), 'deposit', '1', DUST),
    transfer('out', at(200, 9), 'withdrawal', '1', DUST),
  ];
  describeAccount('42g-dust-on-the-bad-day', crash, { entries }, BAD_DAY_42G);
});
