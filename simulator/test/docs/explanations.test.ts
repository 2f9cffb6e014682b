/** What the client says of codes, held against docs/errors.md: the client is published without it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { adviceOn, explanationsOf } from '@perf-aggregator/client/present/explain';
import { SEALED_TITLE_CODES } from '@perf-aggregator/client/present/titles';
import { PUBLIC_CODES } from '@perf-aggregator/shared/wire/failure';
import { describe, expect, it } from 'vitest';
import { explanationsModule } from '../../../scripts/explanations.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const text = (file: string) => readFileSync(`${ROOT}${file}`, 'utf8');
const sections = text('docs/errors.md').split(/^## /m).slice(1);
const rows = sections.flatMap((section) => [...section.matchAll(/^(?:\|| ?-) `(\w+)`/gm)]);

describe('when the client explains codes', () => {
  it('it says what docs/errors.md says: else run node scripts/explanations.mjs', () => {
    expect(text('client/src/present/explanations.ts')).toBe(explanationsModule(text('docs/errors.md')));
  });

  it('it knows every entry, with a meaning and an advice in plain text', () => {
    expect(rows.length).toBeGreaterThan(200);
    for (const [, code] of rows) {
      const known = explanationsOf(code!);
      expect(known).toHaveLength(rows.filter(([, other]) => other === code).length);
      for (const { meaning, advice, of } of known) {
        expect(of.length).toBeGreaterThan(0);
        for (const said of [meaning, advice]) expect(said).toMatch(/^[^`|*[\]]*[^`|*[\]\s]$/);
      }
    }
  });

  it('every code that a service may say has an advice of its own class', () => {
    for (const code of [...PUBLIC_CODES, ...SEALED_TITLE_CODES]) {
      const advice = adviceOn(code, 'ServiceError');
      const own = explanationsOf(code).find(({ of }) =>
        of.some((name) => ['ServiceError', 'SealedRefusal', 'ExchangeError'].includes(name)),
      );
      expect([code, advice]).toEqual([code, own?.advice]);
      expect(advice).toBeTypeOf('string');
    }
  });
});
