/** The histories of the attackers' accounts. Each begins with 200,000 USDT and has no event today. */
import type { Plan } from './attack.ts';
import type { Script } from './script.ts';

/** A purchase of SOL that ends in a loss. */
interface Gamble {
  readonly day: number;
  readonly from: number;
  readonly to: number;
  readonly quantity: string;
  readonly loss: number;
}

/** Start and end hours of possible gambles. */
const SPANS = [
  [8.5, 15.5],
  [10, 20],
  [1, 7.5],
  [16.5, 23],
] as const;

/** Bitcoin bought and kept. */
export function holding(quantity: string): Plan {
  return (script) => {
    script.deposit(0, 9, 'USDT', '200000');
    script.fill(1, 11, 'BTC', 'buy', quantity);
  };
}

/** Three trades of bitcoin. */
export const honest: Plan = (script) => {
  holding('0.5')(script);
  script.fill(60, 11, 'BTC', 'sell', '0.4');
  script.fill(90, 11, 'BTC', 'buy', '0.4');
};

/**
 * Adds gambles of SOL to {@link honest}. Each is closed on the same day, and together they lose at most `most`.
 * `toppedUp`: a wallet that nobody reads pays each loss back on the same evening, to the cent.
 */
export function gambling(stake: number, most: number, toppedUp: boolean): Plan {
  return (script) => {
    honest(script);
    let lost = 0;
    for (let first = 2; first < 190; first += 4) {
      const { day, from, to, quantity, loss } = worstGamble(script, first, stake);
      if (lost + loss > most) continue;
      script.fill(day, from, 'SOL', 'buy', quantity);
      script.fill(day, to, 'SOL', 'sell', quantity);
      if (toppedUp) script.deposit(day, 23.5, 'USDT', loss.toFixed(5), true);
      lost += loss;
    }
  };
}

/** The gamble that loses most within three days. There always is one with a loss. */
function worstGamble(script: Script, first: number, stake: number): Gamble {
  const days = [first, first + 1, first + 2];
  const gambles = days.flatMap((day) =>
    SPANS.map(([from, to]) => {
      const price = script.price('SOL', day, from);
      const quantity = thousandths(stake / price);
      return { day, from, to, quantity, loss: Number(quantity) * (price - script.price('SOL', day, to)) };
    }),
  );
  return gambles.reduce((worst, gamble) => (gamble.loss > worst.loss ? gamble : worst));
}

/** Bitcoin is bought and sold. A little SOL is bought at the end, so that the market of SOL is read. */
export const shortTrade: Plan = (script) => {
  holding('0.3')(script);
  script.fill(40, 11, 'BTC', 'sell', '0.3');
  script.fill(197, 11, 'SOL', 'buy', '0.1');
};

/** A hundred days of bitcoin and losses in SOL. SOL is still held, so its market is read. */
export const losingStreak: Plan = (script) => {
  holding('0.3')(script);
  script.fill(40, 11, 'BTC', 'sell', '0.3');
  losing(script, 51, 100, 150_000);
  script.fill(110, 11, 'BTC', 'buy', '0.3');
  script.deposit(199, 3, 'SOL', '0.001');
};

/** Buys SOL with all of `usdt`, and loses, whenever the next day closes lower. */
export function losing(script: Script, fromDay: number, toDay: number, usdt: number): void {
  let left = usdt;
  for (let day = fromDay; day < toDay; day++) {
    const [bought, sold] = [script.price('SOL', day, 10), script.price('SOL', day + 1, 10)];
    if (sold >= bought) continue;
    const quantity = thousandths(left / bought);
    script.fill(day, 10, 'SOL', 'buy', quantity);
    script.fill(day + 1, 10, 'SOL', 'sell', quantity);
    left -= Number(quantity) * (bought - sold);
    day += 1;
  }
}

/** Every twenty days: buys 100 SOL at `low` times the price, and sells it two hours later at `high` times the price. */
export function tradingWithOneself(low: number, high: number): Plan {
  return (script) => {
    script.deposit(0, 9, 'USDT', '200000');
    for (let day = 5; day < 190; day += 20) {
      const price = script.price('SOL', day, 10);
      script.fill(day, 10, 'SOL', 'buy', '100', price * low);
      script.fill(day, 12, 'SOL', 'sell', '100', price * high);
    }
    script.deposit(199, 3, 'SOL', '0.001');
  };
}

function thousandths(quantity: number): string {
  return (Math.floor(quantity * 1000) / 1000).toFixed(3);
}
