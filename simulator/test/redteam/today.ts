/**
 * Today's answers to attacks by the trader, the operator and the account's administrator, and the right answers.
 * T: the trader. H: with a hostile operator. A: the administrator. S, V: what a verifier reads. `truth` is computed
 * from the events themselves. Dust counts as worth nothing.
 */
import { type Answers, between, oneOf } from '../../../shared/test/field/answers.ts';

/**
 * 38 gambles of SOL. Each loss is topped up to the cent. 138,495 of 200,000 USDT were lost (69.2 %); time-weighted
 * -47.1 %, -36.7 % with all top-ups at the start. The claims are those of a report that is asked for all the same.
 */
export const HIDDEN_LOSS_T1: Answers = {
  wrong: {
    'claims.fullHistoryReturn': {
      today: -0.367_025_977_277_386_2,
      right: between(-1, -0.4706),
      why: 'the floor, as the top-ups are explained by nothing (docs/metrics.md §1.3)',
    },
    'claims.fullHistoryMaxDrawdown': { today: 0.379_559_977_883_793_8, right: between(0.4816, 1) },
  },
  right: {
    'truth.totalReturn': -0.47069821585322263,
    'truth.maxDrawdown': 0.4816381202382287,
    // What moved USDT in spot is named, and no report is made.
    refusal: 'history_incomplete',
    'metrics.totalReturn': -0.367_025_977_277_386_2,
    'claims.adverseReturn': -0.776_174_806_886_792_1,
    'claims.reconciliation.unexplainedShare': 0.646_391_186_560_125_1,
    'claims.coverage.0.symbols': ['BTCUSDT', 'SOLUSDT'],
  },
};

/** The same number of gambles at half the stake, without top-ups. */
export const HIDDEN_LOSS_KEPT_T1: Answers = {
  right: {
    'truth.totalReturn': -0.2749445592,
    refusal: null,
    'metrics.totalReturn': -0.2749445592,
    'claims.fullHistoryReturn': -0.2749445592,
    'claims.adverseReturn': -0.2749445592,
    'claims.reconciliation.unexplainedShare': 0,
  },
};

/**
 * After everything was walked, a thousand of two thousand USDT are lost in one market, and come back from a place that
 * no list shows, before the next reading. The balance is what it was, so nothing asks for that market.
 */
export const REFILLED_BETWEEN_READINGS_T1: Answers = {
  wrong: {
    after: { today: 'complete', right: 'partial', why: 'a refill from nowhere is a difference' },
    fills: { today: 0, right: 2, why: 'markets are walked again although no balance moved' },
  },
  right: { before: 'complete' },
};

/** The losing streak of T5, without dust. */
export const LOSING_STREAK_T5: Answers = {
  right: {
    'metrics.totalReturn': -0.3307350704505887,
    'metrics.observationCount': 200,
    'claims.fullHistoryMaxDrawdown': 0.3881055844921184,
    'truth.totalReturn': -0.3307350704505891,
  },
};

/** The same, with 0.001 XYZ from the day before it until the day after it. */
export const LOSING_STREAK_WITH_DUST_T5: Answers = {
  wrong: {
    'metrics.totalReturn': { today: 0.07586801182566982, right: -0.3307 },
    'metrics.observationCount': { today: 148, right: 200 },
    'metrics.sharpeRatio': { today: 1.7674436324677059, right: -4.142122464740394 },
    'claims.fullHistoryReturn': { today: 0.07586801182566982, right: -0.3307 },
    'claims.fullHistoryMaxDrawdown': { today: 0.02903405759003652, right: 0.3881 },
  },
  right: { 'claims.adverseReturn': -0.3307350704505887, 'claims.dataQuality.unpricedAssets': ['XYZ'] },
};

/** 0.001 XYZ arrives before a long losing streak, and stays. */
export const DUST_KEPT_T5B: Answers = {
  wrong: {
    'metrics.totalReturn': { today: 0.000_396_210_000_000_563_06, right: -0.6424 },
    'metrics.observationCount': { today: 50, right: 200 },
    'metrics.navEnd': { today: null, right: '71528.20892' },
    'claims.fullHistoryReturn': { today: 0.000_396_210_000_000_563_06, right: -0.6424 },
    'claims.fullHistoryMaxDrawdown': { today: 0.016_214_325_690_188_547, right: 0.6474 },
  },
  right: { 'truth.totalReturn': -0.6423589554, 'truth.maxDrawdown': 0.6473581554261597 },
};

/** 0.001 XYZ from before the first deposit until the losses are over. The record seems to begin after them. */
export const DUST_FIRST_T5C: Answers = {
  wrong: {
    'metrics.totalReturn': { today: 0.018685638079784406, right: -0.5181 },
    'metrics.observationCount': { today: 49, right: 200 },
    'claims.fullHistoryReturn': { today: 0.018685638079784406, right: -0.5181 },
    'claims.fullHistoryMaxDrawdown': { today: 0.03986686531360162, right: 0.5335 },
  },
  right: { 'claims.adverseReturn': -0.5180625709499995, 'truth.totalReturn': -0.51806257095 },
};

/** A stranger sends 0.00000001 XYZ and so ends the record of an honest trader. */
export const DUST_OF_A_STRANGER_T5D: Answers = {
  wrong: {
    'metrics.totalReturn': { today: 0.000_879_734_999_999_826_1, right: 0.00039763, within: 1e-9 },
    'metrics.observationCount': { today: 3, right: 200 },
    'metrics.navEnd': { today: null, right: '200079.526' },
    'claims.fullHistoryMaxDrawdown': { today: 0, right: 0.0162 },
  },
  right: { 'truth.totalReturn': 0.0003976300000000002 },
};

/** 0.0001 DUST at the peak of a generated account. */
export const DUST_WHOLE_SYSTEM_43: Answers = {
  wrong: {
    'metrics.totalReturn': { today: 0.39674858617689535, right: 3.8822 },
    'metrics.maxDrawdown': { today: 0.12995757209497272, right: 0.2237 },
    'metrics.sharpeRatio': { today: 3.2813217059610844, right: 2.2658 },
    'metrics.observationCount': { today: 106, right: 730 },
    'metrics.annualizedReturn': {
      today: 2.1600910906419615,
      right: 1.2096,
      why: '106 returns are not 730 days',
    },
    'claims.fullHistoryReturn': { today: 0.39674858617689535, right: 3.8822 },
    'claims.fullHistoryMaxDrawdown': { today: 0.12995757209497272, right: 0.2237 },
  },
  right: {
    'claims.dataQuality.unpricedAssets': ['DUST'],
    'claims.dataQuality.gapCount': 0,
    'truth.totalReturn': 3.88219674153929,
    'truth.maxDrawdown': 0.22366106091830196,
  },
};

/** The trader's own orders fill each other: bought at half the price, sold at one and a half. No others trade there. */
export const SELF_TRADE_T6: Answers = {
  wrong: {
    'metrics.totalReturn': {
      today: 0.8249800135499932,
      right: 0,
      within: 0.05,
      why: 'own prints set no range: booked at the market, the rest is a flow (docs/metrics.md §1.4)',
    },
    'claims.fullHistoryReturn': { today: 0.8249800135499932, right: 0, within: 0.05 },
    'claims.adverseReturn': { today: 0.8249800135499932, right: between(-1, 0.05) },
  },
};

/** The answer to each question: the claims of its report, or its refusal. */
export const PARAMETERS_T3: Readonly<Record<string, Answers>> = {
  'nothing is asked': {
    wrong: {
      'metrics.annualizedReturn': {
        today: 0.07430069686271999,
        right: null,
        why: '200 days (docs/metrics.md §1.5)',
      },
    },
    right: {
      'metrics.totalReturn': 0.04005250500000024,
      'metrics.sharpeRatio': 1.3713106182683423,
      'metrics.sortinoRatio': 2.2009019429421537,
      fullHistoryReturn: 0.04005250500000024,
    },
  },
  'the worst weeks of bitcoin, in USDT': {
    wrong: { 'metrics.annualizedReturn': { today: -0.08206836693403965, right: null } },
    right: {
      'metrics.totalReturn': -0.01905408745237447,
      fullHistoryReturn: 0.04005250500000024,
    },
  },
  'the same weeks, in bitcoin': {
    wrong: {
      'metrics.annualizedReturn': { today: 1.3538866084295438, right: null },
      fullHistoryReturn: {
        today: -0.24809743259046912,
        right: 0.0401,
        why: 'the full history is told in the currency of the session (docs/metrics.md §1.5)',
      },
      fullHistoryMaxDrawdown: { today: 0.45103086196793574, right: 0.0214 },
    },
    right: { 'metrics.totalReturn': 0.2120608463168221, 'parameters.currency': 'BTC' },
  },
  'a risk-free rate of -50 %': {
    wrong: {
      'metrics.sharpeRatio': {
        today: 14.364031122495437,
        right: undefined,
        why: 'refused: outside of 0 to 25 %',
      },
    },
  },
  'a minimum acceptable return of -50 %': {
    wrong: {
      'metrics.sortinoRatio': {
        today: 41.52863205307078,
        right: undefined,
        why: 'refused: outside of 0 to 25 %',
      },
    },
  },
  'five days': {
    wrong: { 'metrics.annualizedReturn': { today: 0.6677357312048926, right: null, why: 'five days' } },
    right: { 'metrics.totalReturn': 0.007030997510973025 },
  },
};

/** The key is revoked at the peak. The report is requested 30 days later. */
export const FROZEN_T4: Answers = {
  wrong: {
    refusal: { today: null, right: 'data_stale', why: 'data of more than 48 hours (docs/metrics.md §1.5)' },
    ageDays: { today: 30, right: undefined },
    'claims.fullHistoryReturn': { today: 0.06675417500000114, right: undefined },
    'metrics.adverseReturn': {
      today: 0.06675417500000114,
      right: -1,
      why: 'worth nothing in the floor (docs/metrics.md §1.2)',
    },
  },
};

/**
 * Three sessions with the key of one account. Their heads differ, because each has its own instants in its batches (ADR
 * 0023): whether reports are of one account is for a tag to say, and only where the holder wants it.
 */
export const UNLINKED_T7: Answers = {
  wrong: { isLinked: { today: false, right: true, why: 'by a tag of the account, equal for one audience' } },
  right: { ledgerHeads: 3, accountsInSession: [1, 1, 1] },
};

/** The operator restores the store of before the loss. The client that saw the loss is not asked. */
export const ROLLED_BACK_H1: Answers = {
  wrong: {
    'young.saysDataAge': {
      today: false,
      right: true,
      why: 'nothing shows that a younger state was there; the age of the data is told',
    },
    'old.refusal': {
      today: null,
      right: 'data_stale',
      why: 'data of more than 48 hours (docs/metrics.md §1.5)',
    },
    'old.claims.fullHistoryReturn': { today: 0.06946104500000216, right: undefined },
  },
  right: { before: 0.06946104500000216, after: -0.41320117999999884, ofTheWitness: 'rollback_detected' },
};

/** The administrator creates the key, takes the root while the policy allows it, and locks the key. */
export const STOLEN_ROOT_A1: Answers = {
  wrong: {
    policyOfTheQuote: {
      today: 'locked',
      right: oneOf(undefined, 'mutable'),
      why: 'the weaker of what the policy was at genesis and is now',
    },
    'claims.kmsPolicy': { today: 'locked', right: oneOf(undefined, 'mutable') },
    'claims.fullHistoryReturn': {
      today: 0.20026252500000008,
      right: oneOf(undefined, 0.0401),
      why: 'four fifths of the deposit were forged away; the verifier demands a locked key',
    },
    'claims.reconciliation.unexplainedShare': { today: 0, right: undefined },
  },
  right: {
    honestReturn: 0.04005250500000024,
    decryptsBeforeTheLock: true,
    decryptsAfterTheLock: false,
    rootIsTheReportKeys: true,
    readsTheApiKey: true,
  },
};

/** A genuine report with every possible defect, checked with `verify`. */
export const UGLY_S6: Answers = {
  wrong: {
    exit: { today: 0, right: 1 },
    verified: { today: true, right: false, why: 'genuine, but refused: each reason is told' },
    'said.forgeable': { today: false, right: true, why: 'all 5,000 entries came back from storage' },
    'said.age': { today: false, right: true, why: 'the data are 200 days old' },
    'said.gaps': { today: false, right: true, why: 'no fill was read' },
    'said.unavailable': { today: false, right: true, why: 'neither deposits nor withdrawals can be read' },
    'said.scope': { today: false, right: true, why: 'margin and futures are not read' },
    'said.unexplained': { today: false, right: true, why: '95 % of the value' },
    'said.unclassified': { today: false, right: true, why: 'credits of 50 % of the value' },
    'said.missing': { today: false, right: true, why: 'sold without an acquisition nine times' },
    'said.tradingKey': { today: false, right: true, why: 'the key can trade' },
    'said.parameters': { today: false, right: true, why: 'in bitcoin, hifo, against -50 % a year' },
    'said.stale': { today: false, right: true, why: '400 stale prices' },
    'said.moves': { today: false, right: true, why: '33 position moves' },
    'said.backfilled': { today: false, right: true, why: 'no day of it was watched' },
  },
  // The rules of the verdict already show that the policy of the key is mutable.
  right: { 'said.keyPolicy': true },
};

/** A document that does not verify. Its names move the cursor, colour the text and reverse its direction. */
export const ESCAPES_V1: Answers = {
  right: {
    'document.exit': 1,
    'document.controls': [],
    'bundle.exit': 1,
    'bundle.controls': [],
  },
};
