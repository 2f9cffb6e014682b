// Numbers to measure with, from one seed.

/** Returns of about a normal distribution, with heavier tails. */
export function returns(count) {
  const random = xorshift(20_261_122);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const z = normal(random);
    values[i] = 0.00002 + 0.006 * (random() < 0.02 ? 4 * z : z);
  }
  return values;
}

/** Fills of a wandering price: side ±1, quantity in thousandths, price in hundredths. */
export function fills(count) {
  const random = xorshift(77_001);
  const columns = {
    side: new Float64Array(count),
    quantity: new Float64Array(count),
    price: new Float64Array(count),
  };
  let price = 30_000;
  for (let i = 0; i < count; i++) {
    price *= 1 + 0.0005 * normal(random);
    columns.side[i] = random() < 0.5 ? 1 : -1;
    columns.quantity[i] = 1 + Math.floor(random() * 999);
    columns.price[i] = Math.round(price * 100);
  }
  return columns;
}

/** Marsaglia's 32-bit xorshift, in [0, 1). */
export function xorshift(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Sum of twelve uniforms. */
export function normal(random) {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}
