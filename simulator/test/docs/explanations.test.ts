/** The client's explanations of codes equal docs/errors.md. The client is published without that document. */
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
  it('the explanations equal docs/errors.md (if not, run node scripts/explanations.mjs)', () => {
    expect(text('client/src/present/explanations.ts')).toBe(explanationsModule(text('docs/errors.md')));
  });

  it('every entry has a meaning and an advice in plain text', () => {
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

  it('every code that a service may return has its own advice for ServiceError', () => {
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
