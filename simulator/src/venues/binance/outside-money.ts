/** Binance's lists of money from banks, cards and other persons. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, formatAmount, parseAmount, UNIT } from '../../market/amount.ts';
import type { CardPayment, Personal } from '../../trader/wallet-event.ts';
import type { Call } from './call.ts';
import { between, pageOf, windowOf } from './page.ts';
import { refusals } from './refusal.ts';

/** [r]: the longest window of bank and card lists, and what is shown where no time is sent. */
const FIAT_WINDOW = {
  maxMs: 500 * DAY_MS,
  defaultMs: 30 * DAY_MS,
  names: ['beginTime', 'endTime'] as const,
};
const FIAT_PAGE = { size: 100, max: 500, names: ['page', 'rows'] as const };
const PAY_WINDOW = { maxMs: 90 * DAY_MS };
const P2P_WINDOW = { maxMs: 30 * DAY_MS, names: ['startTimestamp', 'endTimestamp'] as const };

/** GET /sapi/v1/fiat/orders: `transactionType` 0 is a deposit, 1 a withdrawal. @throws BinanceRefusal */
export function fiatOrders({ parameters, records, now }: Call): object {
  const direction = directionOf(parameters.required('transactionType')) === 0 ? 'deposit' : 'withdrawal';
  const { from, to } = windowOf(parameters, FIAT_WINDOW, now);
  const rows = between(records.events('fiat'), from, to, now).filter((one) => one.direction === direction);
  const page = pageOf(parameters, rows, FIAT_PAGE);
  const data = page.rows.map(({ id, asset, amount, fee, time }) => ({
    orderNo: id,
    fiatCurrency: asset,
    indicatedAmount: formatAmount(parseAmount(amount) + parseAmount(fee)),
    amount,
    totalFee: fee,
    method: 'BankAccount',
    status: 'Successful',
    createTime: time,
    updateTime: time,
  }));
  return { code: '000000', message: 'success', data, total: page.total, success: true };
}

/** GET /sapi/v1/fiat/payments: `transactionType` 0 is a purchase by card, 1 a sale. @throws BinanceRefusal */
export function fiatPayments({ parameters, records, now }: Call): object {
  const direction = directionOf(parameters.required('transactionType')) === 0 ? 'buy' : 'sell';
  const { from, to } = windowOf(parameters, FIAT_WINDOW, now);
  const rows = between(records.events('card'), from, to, now).filter((one) => one.direction === direction);
  const page = pageOf(parameters, rows, FIAT_PAGE);
  const data = page.rows.map(cardRow);
  return { code: '000000', message: 'success', data, total: page.total, success: true };
}

/** In a purchase the source is money, in a sale the coin. */
function cardRow({ id, direction, asset, amount, fiat, time }: CardPayment): object {
  const paid = parseAmount(fiat.amount);
  return {
    orderNo: id,
    sourceAmount: direction === 'buy' ? fiat.amount : amount,
    fiatCurrency: fiat.currency,
    obtainAmount: direction === 'buy' ? amount : fiat.amount,
    cryptoCurrency: asset,
    totalFee: fiat.fee,
    price: fixed8(((paid - parseAmount(fiat.fee)) * UNIT) / parseAmount(amount)),
    status: 'Completed',
    paymentMethod: 'Credit Card',
    createTime: time,
    updateTime: time,
  };
}

function directionOf(type: string): 0 | 1 {
  if (type !== '0' && type !== '1') throw refusals.invalid('transactionType');
  return type === '0' ? 0 : 1;
}

/** GET /sapi/v1/pay/transactions: newest first, at most 100. What was paid is below zero. @throws BinanceRefusal */
export function payTransactions({ parameters, records, now }: Call): object {
  const { from, to } = windowOf(parameters, PAY_WINDOW, now);
  const limit = parameters.limit(100, 100);
  const data = between(ofChannel(records, 'pay'), from, to, now)
    .toReversed()
    .slice(0, limit)
    .map(({ id, time, asset, amount, direction }) => {
      const signed = direction === 'in' ? amount : `-${amount}`;
      return {
        orderType: 'C2C',
        transactionId: id,
        transactionTime: time,
        amount: signed,
        currency: asset,
        walletType: 1,
        walletTypes: [1],
        fundsDetail: [{ currency: asset, amount: signed, walletAssetCost: [{ '1': signed }] }],
      };
    });
  return { code: '000000', message: 'success', data, success: true };
}

/** GET /sapi/v1/c2c/orderMatch/listUserOrderHistory: trades between persons, by pages of at most 100. */
export function p2pOrders({ parameters, records, market, now }: Call): object {
  const { from, to } = windowOf(parameters, P2P_WINDOW, now);
  const side = parameters.optional('tradeType');
  const rows = between(ofChannel(records, 'p2p'), from, to, now).filter(
    (one) => (side ?? sideOf(one)) === sideOf(one),
  );
  const page = pageOf(parameters, rows, { size: 100, max: 100, names: ['page', 'rows'] });
  const data = page.rows.map((one) => {
    const price = market.euro.priceAt(one.time);
    const total = (parseAmount(one.amount) * 10_000n) / price;
    return {
      orderNumber: one.id,
      advNo: `1${one.id}`,
      tradeType: sideOf(one),
      asset: one.asset,
      fiat: 'EUR',
      fiatSymbol: '€',
      amount: fixed8(parseAmount(one.amount)),
      totalPrice: fixed8(total),
      unitPrice: fixed8((total * UNIT) / parseAmount(one.amount)),
      orderStatus: 'COMPLETED',
      createTime: one.time,
      commission: '0',
      counterPartNickName: 'ab***',
      advertisementRole: 'TAKER',
    };
  });
  return { code: '000000', message: 'success', data, total: page.total, success: true };
}

function ofChannel(records: Call['records'], channel: Personal['channel']): readonly Personal[] {
  return records.list(channel, () => records.events('personal').filter((one) => one.channel === channel));
}

function sideOf({ direction }: Personal): 'BUY' | 'SELL' {
  return direction === 'in' ? 'BUY' : 'SELL';
}
