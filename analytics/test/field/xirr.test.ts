/** Payments from public bug reports about the internal rate of return in other programs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import { xirr } from '../../src/series/xirr.ts';
import { XIRR_46 } from './today.ts';

type Payments = readonly (readonly [day: string, amount: number])[];

const monthly = [
  '2012-01-29',
  '2012-02-29',
  '2012-03-29',
  '2012-04-29',
  '2012-05-29',
  '2012-06-29',
  '2012-07-29',
];

const REPORTS: Readonly<Record<string, Payments>> = {
  peliot4: [
    ['2014-02-27', -4000],
    ['2015-03-06', 2050.2],
  ],
  peliot3: [['2011-12-29', -9000], ...monthly.map((day) => [day, 305.38] as const), ['2012-08-29', 133.04]],
  javaxirr24: [
    ['2022-01-24', -10_000],
    ['2022-01-28', 9800],
  ],
  beangrow51: [
    ['2020-05-20', -72],
    ['2020-11-01', 99],
  ],
  pyxirr65: [
    ['2020-05-27', 187.5],
    ['2020-05-27', -30],
    ['2020-05-27', 187.5],
    ['2020-05-27', 187.5],
    ...[1, 2, 3, 4, 5].map(() => ['2020-05-28', -188] as const),
  ],
  totalLoss: [
    ['2020-01-01', -1000],
    ['2020-12-31', 0],
  ],
  almostTotalLoss: [
    ['2020-01-01', -1000],
    ['2020-12-31', 0.01],
  ],
  twoRootsClose: [
    ['2020-01-01', -1000],
    ['2021-01-01', 2209.99],
    ['2022-01-01', -1220.9889],
  ],
  // With the leap day this equation has no root.
  doubleRoot: [
    ['2020-01-01', -1000],
    ['2021-01-01', 2200],
    ['2022-01-01', -1210],
  ],
  tarioch13: [
    ['2015-08-03', 5046],
    ['2015-10-20', 5037.3],
    ['2016-01-11', 4995.25],
    ['2016-04-06', 5795.5],
    ['2016-04-26', -1085.6],
    ['2016-07-19', 4998],
    ['2016-10-11', 4557.8],
    ['2017-01-11', 4815],
    ['2017-04-11', 4928],
    ['2017-04-25', -2197.05],
    ['2017-10-12', 5424],
    ['2018-04-24', -2565],
    ['2019-04-23', -2872.8],
    ['2020-02-25', 10_085],
    ['2020-03-03', 9500],
    ['2020-03-09', 9976.8],
    ['2020-04-06', 14_880],
    ['2020-04-23', -6094.7],
    ['2020-06-05', 19_522.36],
    ['2020-08-05', 18_035],
    ['2020-08-19', 10_477.44],
  ],
};

describe.each(Object.entries(REPORTS))('46: when the payments are those of %s', (name, payments) => {
  const amounts = payments.map(([day, amount]) => ({ time: Date.parse(`${day}T00:00:00Z`), amount }));
  itAnswers(XIRR_46[name]!, () => xirr(amounts));
});

it('the expected number of each is listed in its case', () => {
  const file = new URL('fixtures/46-xirr-reports.expected.json', import.meta.url);
  const { product: _, ...expected } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const rights = Object.keys(expected).map((name) => [name, XIRR_46[name]!.right!['xirr']]);
  expect(Object.fromEntries(rights)).toEqual(expected);
});
