/** What a trader alone can do: losses in an unread market, trades with himself, one account under three names. */
import { describe } from 'vitest';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import { attack, claimsOf, startAttack } from './attack.ts';
import { gambling, holding, tradingWithOneself } from './plans.ts';
import { HIDDEN_LOSS_KEPT_T1, HIDDEN_LOSS_T1, SELF_TRADE_T6, UNLINKED_T7 } from './today.ts';

describe('T1: when 69 % are lost in an unread market, and refilled from an unread wallet', () => {
  itAnswers(HIDDEN_LOSS_T1, () => attack(gambling(60_000, 140_000, true)));
});

describe('T1: when losses in an unread market are not refilled', () => {
  itAnswers(HIDDEN_LOSS_KEPT_T1, () => attack(gambling(30_000, 70_000, false)));
});

describe('T6: when orders of the same trader meet at half and at one and a half of the price', () => {
  itAnswers(SELF_TRADE_T6, () => attack(tradingWithOneself(0.5, 1.5)));
});

async function threeReports(): Promise<object> {
  const test = await startAttack(holding('0.5'));
  try {
    const reports = [];
    for (const userId of ['alice', 'mallory', 'mallory2']) {
      // Each session has instants of its own.
      test.clock.advance(1_000);
      const client = test.world.client({ userId });
      await client.register();
      reports.push(claimsOf(test, await client.getReport()));
    }
    const tags = reports.map((claims) => JSON.stringify((claims as { accountTags?: unknown }).accountTags));
    return {
      isLinked: tags.every((tag) => tag !== undefined && tag === tags[0]),
      ledgerHeads: new Set(reports.map(({ ledgerHead }) => ledgerHead)).size,
      accountsInSession: reports.map(({ accountsInSession }) => accountsInSession),
    };
  } finally {
    await test.world.stop();
  }
}

describe('T7: when three sessions read one account', () => {
  itAnswers(UNLINKED_T7, threeReports);
});
