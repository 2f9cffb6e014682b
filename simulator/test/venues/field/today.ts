/** Today's results of Binance's field cases, and the right ones (`fixtures/*.json`). */
import type { Answers } from '../../../../shared/test/field/answers.ts';

/** Three of twelve fills are missing in the middle of the first page. The venue returns them when it is asked again. */
export const SHORT_PAGE_01: Answers = {
  wrong: {
    'first.fills': {
      today: 9,
      right: 12,
      why: 'a difference walks a market again only after everything was walked',
    },
  },
  right: {
    'first.done': true,
    // No report is made of it.
    'first.scope': 'partial',
    'next.fills': 12,
    'next.unexplainedShare': 0,
    'next.adverseReturn': 0.005_545_908_101_320_94,
    'next.gaps': [],
    'next.scope': 'complete',
  },
};

/** The first page is empty. */
export const EMPTY_PAGE_01: Answers = {
  wrong: {
    'first.adverseReturn': {
      today: -0.084_501_611_999_999_62,
      right: 0.005_545_908_1,
      why: 'the fills came after the balances of this reading, and their prices come with the next',
    },
  },
  right: {
    'first.fills': 12,
    'first.unexplainedShare': 0,
    'first.scope': 'partial',
    'next.fills': 12,
    'next.unexplainedShare': 0,
    'next.adverseReturn': 0.005_545_908_101_320_94,
    'next.scope': 'complete',
  },
};

/** DOGE is bought for 10,000 and sold for 5,000. */
export const CLOSED_ROUND_TRIP_02: Answers = {
  right: {
    totalReturn: -0.5,
    adverseReturn: -0.5,
    unexplainedShare: 0,
    fills: 2,
    scope: 'complete',
    // Every listed market is read once.
    marketsAsked: 6,
  },
};

/** 6,000 of 10,000 USDT are in the futures wallet, which the key may not read. */
export const WALLET_TRANSFER_03: Answers = {
  wrong: {
    totalReturn: {
      today: 0,
      right: -0.6,
      why: 'what is still away is a loss of the day it left (docs/metrics.md §1.2)',
    },
  },
  right: {
    unexplainedShare: 0,
    counterWallets: ['usdm'],
    adverseReturn: -0.6,
    scope: 'partial',
    missing: ['usdm (the key may not read it)'],
  },
};

/** One ETH and two small amounts of dust were converted to BNB. `truth` is of the market alone. */
export const DUST_AND_CONVERT_04: Answers = {
  right: {
    truth: -0.244_489_737_762_815_35,
    // From dribblet and tradeFlow. One transId is shared by two.
    fills: 3,
    totalReturn: -0.244_489_737_762_815_35,
    adverseReturn: -0.244_489_737_762_815_35,
    unexplainedShare: 0,
    scope: 'complete',
  },
};

/** GONE was deposited and sold; its pair is no longer listed. */
export const GONE_PAIR_05: Answers = {
  right: {
    refusal: null,
    unavailable: ['prices of GONE'],
    'gaps.0.stream': 'spot fills/GONEUSDT',
    scope: 'partial',
    missing: ['spot fills/GONEUSDT', 'what moved GONE in spot', 'what moved USDT in spot'],
  },
};

/** The same, with GONE/USDT and BTC/USDT as the symbols to read. */
export const GONE_PAIR_GIVEN_05: Answers = {
  wrong: {
    refusal: { today: 'exchange_symbol_unknown', right: null, why: 'one market is gone, not the account' },
    'gaps.0.stream': { today: undefined, right: /GONE/ },
  },
};

/** 100 LUNA, bought for 8,000 of 10,000 USDT, became 100 LUNC, which are worth a cent. */
export const RENAMED_COIN_06: Answers = {
  right: { totalReturn: -0.799_999, adverseReturn: -0.799_999, unexplainedShare: 0, scope: 'complete' },
};

/** 6,000 of 10,000 USDT and a fee of 1 are being withdrawn. What is in transit is a holding. */
export const WITHDRAWAL_PROCESSING_07: Answers = {
  right: { adverseReturn: 0, unexplainedShare: 0, scope: 'complete' },
};

/** Two readings in a row, an hour before the end of the ban. The venue is left alone until 12:00, for everybody. */
export const BAN_IN_BODY_08: Answers = {
  right: { code: 'exchange_rate_limited', requests: 1, requestsInAll: 1 },
};

/** The last of four deposits has the same number as a transfer between two customers: txId, amount and time are one. */
export const TRANSFER_TYPE_09: Answers = {
  right: {
    deposits: ['100', '100', '50', '60'],
    unexplainedShare: 0,
    adverseReturn: 0,
    scope: 'complete',
  },
};
