/** Today's results of Binance's field cases, and the right ones (`fixtures/*.json`). */
import { type Answers, between } from '../../../../shared/test/field/answers.ts';

/** Three of twelve fills are missing in the middle of the first page. The venue returns them when it is asked again. */
export const SHORT_PAGE_01: Answers = {
  wrong: {
    'first.fills': { today: 9, right: 12, why: 'a page is an end only when what follows is empty twice' },
    'next.fills': { today: 9, right: 12, why: 'a difference in BTC or USDT walks the market from 0 again' },
    'next.unexplainedShare': { today: 0.04246276947021779, right: 0 },
    'next.adverseReturn': { today: -0.03612344847883986, right: 0.005_545_908_1 },
  },
  // Right once nothing is missing. Today the account counts as fully read, and no gap is reported.
  right: { 'first.done': true, 'next.gaps': [] },
};

/** The first page is empty. */
export const EMPTY_PAGE_01: Answers = {
  wrong: {
    'first.fills': { today: 0, right: 12 },
    'first.unexplainedShare': { today: 0.16985107788087117, right: 0 },
    'first.adverseReturn': { today: -0.14669571935885917, right: 0.005_545_908_1 },
  },
  right: { 'next.fills': 12, 'next.unexplainedShare': 0, 'next.adverseReturn': 0.00554590810132094 },
};

/** DOGE is bought for 10,000 and sold for 5,000. */
export const CLOSED_ROUND_TRIP_02: Answers = {
  wrong: {
    totalReturn: { today: 0, right: -0.5 },
    unexplainedShare: { today: 1, right: 0 },
    fills: { today: 0, right: 2 },
    'symbolsAsked.0': { today: undefined, right: /USDT$/, why: 'every listed market is read once' },
  },
  right: { adverseReturn: -0.5 },
};

/** 6,000 of 10,000 USDT are in the futures wallet, which is not read. */
export const WALLET_TRANSFER_03: Answers = {
  wrong: {
    counterWallets: { today: [], right: ['linear'], why: 'no kind of transfer between wallets is asked for' },
    unexplainedShare: { today: 1.5, right: 0 },
    totalReturn: {
      today: 0,
      right: -0.6,
      why: 'what is still away is a loss of the day it left (docs/metrics.md §1.2)',
    },
  },
  right: { adverseReturn: -0.6 },
};

/** One ETH and two small amounts of dust were converted to BNB. */
export const DUST_AND_CONVERT_04: Answers = {
  wrong: {
    fills: {
      today: 0,
      right: between(3, 5),
      why: 'from dribblet and tradeFlow; one transId is shared by two',
    },
    totalReturn: { today: 0.04907752591336978, right: -0.2515, within: 0.002 },
    adverseReturn: { today: -0.5536514408796569, right: -0.2515, within: 0.002 },
    unexplainedShare: { today: 0.9646371539462546, right: 0, within: 1e-3 },
  },
  right: { truth: -0.2514734460692093 },
};

/** GONE was deposited and sold; its pair is no longer listed. */
export const GONE_PAIR_05: Answers = {
  wrong: { 'gaps.0.stream': { today: undefined, right: /GONE/, why: 'a gap of fills that names the pair' } },
  right: { refusal: null, unavailable: ['prices of GONE'] },
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
  wrong: {
    totalReturn: { today: 0, right: -0.8 },
    adverseReturn: { today: -0.31034720569929075, right: -0.8, why: 'a floor is not above the truth' },
    unexplainedShare: {
      today: 0.45000274998625006,
      right: 0,
      why: 'the old coin is valued at the price of the new one',
    },
  },
};

/** 6,000 of 10,000 USDT and a fee of 1 are being withdrawn. */
export const WITHDRAWAL_PROCESSING_07: Answers = {
  wrong: {
    adverseReturn: { today: -0.6001000000000001, right: between(-0.001, 0), why: 'in transit is a holding' },
    unexplainedShare: { today: 1.5006251562890722, right: 0, within: 1e-3 },
  },
};

/** Two readings in a row, an hour before the end of the ban. */
export const BAN_IN_BODY_08: Answers = {
  wrong: {
    requests: { today: 5, right: 1, why: 'each attempt makes the ban longer' },
    requestsInAll: { today: 10, right: 1, why: 'the venue is left alone until 12:00, for everybody' },
  },
  right: { code: 'exchange_rate_limited' },
};

/** The last of four deposits has the same number as a transfer between two customers. */
export const TRANSFER_TYPE_09: Answers = {
  wrong: {
    deposits: {
      today: ['100', '100', '50'],
      right: ['100', '100', '50', '60'],
      why: 'without an id, txId, amount and time together are one',
    },
    unexplainedShare: { today: 0.1935483870967742, right: 0 },
    adverseReturn: { today: -0.19354838709677424, right: 0 },
  },
};
