/** Quantiles of the normal distribution: M. J. Wichura 1988, "Algorithm AS 241", Applied Statistics 37 (3). */

/** Coefficients of a numerator and a denominator, the highest power first. Those of the paper, as doubles. */
type Rational = readonly [numerator: readonly number[], denominator: readonly number[]];

/** |p − 1/2| ≤ 0.425. */
const CENTRE: Rational = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
];
/** Further out, down to a tail of exp(−25). */
const SHOULDER: Rational = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
];
/** Beyond that. */
const TAIL: Rational = [
  [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
    0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
    0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
  ],
];
const CENTRE_HALF_WIDTH = 0.425;
const SHOULDER_START = 1.6;
const TAIL_START = 5;

/**
 * Phi⁻¹(p), to a relative error of about 1e-15. −Infinity for 0, Infinity for 1. Near 1 the double p itself has few
 * digits of the tail left: ask for −Phi⁻¹ of the tail instead. Not checked: that p is between 0 and 1.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= CENTRE_HALF_WIDTH) return q * ratio(CENTRE, CENTRE_HALF_WIDTH ** 2 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  if (r === Number.POSITIVE_INFINITY) return q * r;
  const distance = r <= TAIL_START ? ratio(SHOULDER, r - SHOULDER_START) : ratio(TAIL, r - TAIL_START);
  return q < 0 ? -distance : distance;
}

function ratio([numerator, denominator]: Rational, x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x);
}

/** Horner's scheme. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
