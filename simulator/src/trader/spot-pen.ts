/** Writes what happens in spot, in Simple Earn and at the account's edges. */
import { formatAmount, parseAmount, UNIT } from '../market/amount.ts';
import type { TraderDeposit, TraderFill, TraderWithdrawal } from './event.ts';
import type { Pen } from './pen.ts';
import type { EarnReward, Fiat, WalletName } from './wallet-event.ts';

/** Fee of a trade, parts of 100,000. */
const TRADE_FEE = 100n;
/** What the venue keeps of dust, parts of 100. */
const DUST_CHARGE = 2n;

/** What a trade may differ in. */
export type FillChanges = Partial<Pick<TraderFill, 'price' | 'fee' | 'isMaker' | 'offBook' | 'visibleFrom'>>;

/** The pen for spot. Amounts are decimal text. */
export class SpotPen {
  readonly #pen: Pen;

  constructor(pen: Pen) {
    this.#pen = pen;
  }

  deposit(time: number, asset: string, amount: string, changes: Partial<TraderDeposit> = {}): void {
    const id = this.#pen.nextId();
    this.#pen.write({ kind: 'deposit', id, time, asset, amount, ...this.#onChain(), ...changes });
  }

  /** On a whole second. A withdrawal that fails comes back after its `processingMs`. */
  withdraw(
    time: number,
    asset: string,
    amount: string,
    fee: string,
    changes: Partial<TraderWithdrawal> = {},
  ): void {
    const id = this.#pen.random.hex(32);
    const second = Math.ceil(time / 1_000) * 1_000;
    this.#pen.write({
      kind: 'withdrawal',
      id,
      time: second,
      asset,
      amount,
      fee,
      ...this.#onChain(),
      ...changes,
    });
    if (!changes.fails) return;
    const back = formatAmount(parseAmount(amount) + parseAmount(fee));
    const returned = second + (changes.processingMs ?? 108_000);
    this.#pen.writeLater({ kind: 'returned', id, time: returned, asset, amount: back });
  }

  /** At the market's price, for a fee of 0.1 % of what arrives. */
  fill(
    time: number,
    symbol: string,
    side: 'buy' | 'sell',
    quantity: string,
    changes: FillChanges = {},
  ): void {
    const price = changes.price ?? formatAmount(this.#pen.spotPrice(symbol, time));
    const [base = '', quote = ''] = symbol.split('/');
    const received =
      side === 'buy' ? parseAmount(quantity) : (parseAmount(quantity) * parseAmount(price)) / UNIT;
    const fee = formatAmount((received * TRADE_FEE) / 100_000n);
    this.#pen.write({
      kind: 'fill',
      id: this.#pen.nextTradeId(symbol, time),
      orderId: Number(this.#pen.nextId()),
      time,
      symbol,
      side,
      price,
      quantity,
      fee: { amount: fee, asset: side === 'buy' ? base : quote },
      isMaker: false,
      ...changes,
    });
  }

  /** Buys or sells for about so many units of the quote asset, on the lot step. Returns the quantity. */
  fillFor(time: number, symbol: string, side: 'buy' | 'sell', quoteAmount: string): string {
    const { lotStep } = this.#pen.seriesOf(symbol);
    const quantity = (parseAmount(quoteAmount) * UNIT) / this.#pen.spotPrice(symbol, time);
    const text = formatAmount((quantity / lotStep) * lotStep);
    this.fill(time, symbol, side, text);
    return text;
  }

  /** Sells all, on the lot step: a rest below one lot stays. */
  sellAll(time: number, symbol: string): void {
    const [base = ''] = symbol.split('/');
    const { lotStep } = this.#pen.seriesOf(symbol);
    const held = parseAmount(this.#pen.all('spot', base, time));
    if (held >= lotStep) this.fill(time, symbol, 'sell', formatAmount((held / lotStep) * lotStep));
  }

  transfer(time: number, from: WalletName, to: WalletName, asset: string, amount: string): void {
    this.#pen.write({ kind: 'transfer', id: this.#pen.nextId(), time, asset, amount, from, to });
  }

  /** All that spot holds of some assets becomes BNB. */
  dust(time: number, assets: readonly string[]): void {
    const items = assets.map((asset) => {
      const amount = parseAmount(this.#pen.all('spot', asset, time));
      const price = this.#pen.usdtPrice(asset, time);
      const bnb = (amount * price) / this.#pen.spotPrice('BNB/USDT', time);
      const charge = (bnb * DUST_CHARGE) / 100n;
      return {
        asset,
        amount: formatAmount(amount),
        serviceCharge: formatAmount(charge),
        received: formatAmount(bnb - charge),
      };
    });
    this.#pen.write({ kind: 'dust', id: this.#pen.nextId(), time, items });
  }

  /** One asset for another, both priced in USDT, for nothing else. */
  convert(time: number, from: string, amount: string, to: string): void {
    const price = (asset: string): bigint => this.#pen.usdtPrice(asset, time);
    const received = (parseAmount(amount) * price(from)) / price(to);
    this.#pen.write({
      kind: 'convert',
      id: this.#pen.nextId(),
      quoteId: this.#pen.random.hex(32),
      time,
      from: { asset: from, amount },
      to: { asset: to, amount: formatAmount(received) },
    });
  }

  dividend(time: number, asset: string, amount: string, enInfo: string): void {
    this.#pen.write({ kind: 'dividend', id: this.#pen.nextId(), time, asset, amount, enInfo });
  }

  earn(
    time: number,
    direction: 'subscribe' | 'redeem',
    product: 'flexible' | 'locked',
    asset: string,
    amount: string,
  ): void {
    this.#pen.write({ kind: 'earn', id: this.#pen.nextId(), time, direction, product, asset, amount });
  }

  reward(
    time: number,
    type: EarnReward['type'],
    asset: string,
    amount: string,
    changes: Pick<EarnReward, 'isAlsoDividend' | 'visibleFrom'> = {},
  ): void {
    const product = type === 'REWARDS' ? 'locked' : 'flexible';
    this.#pen.write({
      kind: 'reward',
      id: this.#pen.nextId(),
      time,
      product,
      type,
      asset,
      amount,
      ...changes,
    });
  }

  fiat(time: number, direction: Fiat['direction'], asset: string, amount: string, fee: string): void {
    this.#pen.write({ kind: 'fiat', id: this.#pen.random.hex(32), time, direction, asset, amount, fee });
  }

  /** Coins for money on a card, at 2 % above the market. */
  card(time: number, asset: string, amount: string, currency: string): void {
    const worth = (parseAmount(amount) * this.#pen.usdtPrice(asset, time)) / UNIT;
    const paid = (worth * 102n) / 100n;
    const fiat = { currency, amount: formatAmount(paid), fee: formatAmount(paid - worth) };
    this.#pen.write({
      kind: 'card',
      id: this.#pen.random.hex(32),
      time,
      direction: 'buy',
      asset,
      amount,
      fiat,
    });
  }

  personal(
    time: number,
    channel: 'pay' | 'p2p',
    direction: 'in' | 'out',
    asset: string,
    amount: string,
  ): void {
    this.#pen.write({ kind: 'personal', id: this.#pen.nextId(), time, channel, direction, asset, amount });
  }

  subTransfer(time: number, direction: 'in' | 'out', asset: string, amount: string): void {
    const counterparty = 'other@example.com';
    this.#pen.write({
      kind: 'subTransfer',
      id: this.#pen.nextId(),
      time,
      direction,
      asset,
      amount,
      counterparty,
    });
  }

  credit(time: number, wallet: WalletName, asset: string, amount: string): void {
    this.#pen.write({ kind: 'credit', id: this.#pen.nextId(), time, wallet, asset, amount });
  }

  /** An order takes hold of money, or lets go of it. */
  order(time: number, direction: 'lock' | 'release', asset: string, amount: string): void {
    this.#pen.write({ kind: 'order', id: this.#pen.nextId(), time, direction, asset, amount });
  }

  rename(time: number, from: string, to: string, ratio: number): void {
    this.#pen.write({ kind: 'rename', id: this.#pen.nextId(), time, from, to, ratio });
  }

  #onChain(): Pick<TraderDeposit, 'network' | 'address' | 'transactionHash'> {
    const { random } = this.#pen;
    return { network: 'ETH', address: `0x${random.hex(40)}`, transactionHash: `0x${random.hex(64)}` };
  }
}
