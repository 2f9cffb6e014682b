import { readFileSync } from 'node:fs';
import {
  REPORT_CLAIMS,
  REPORT_HEADERS,
  REPORT_STATEMENT,
} from '@perf-aggregator/shared/messages/report/claims';
import { DISCLOSABLE_METRICS } from '@perf-aggregator/shared/messages/report/metrics';
import { PHASES } from '@perf-aggregator/shared/wire/boot';
import { PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { MAX_FRAME_BYTES, REFUSALS } from '@perf-aggregator/shared/wire/frame';
import { OPERATION_NAMES } from '@perf-aggregator/shared/wire/operations';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

function section(number: number): string {
  const from = text.indexOf(`\n## ${number}. `);
  const to = text.indexOf(`\n## ${number + 1}. `);
  expect(from).toBeGreaterThan(0);
  return text.slice(from, to < 0 ? undefined : to);
}

/** The `names` that the section does not contain as code. */
function missing(number: number, names: readonly string[]): readonly string[] {
  return names.filter((name) => !section(number).includes(`\`${name}\``));
}

describe('when docs/protocol.md is compared with the code', () => {
  it('has the sections that the code refers to', () => {
    expect([...text.matchAll(/^## (\d)\./gm)].map(([, number]) => number)).toEqual('1234567'.split(''));
  });

  it('names every operation, refusal and phase, and the longest frame', () => {
    expect(missing(1, [...OPERATION_NAMES, ...REFUSALS, ...PHASES])).toEqual([]);
    expect(section(1)).toContain(MAX_FRAME_BYTES.toLocaleString('en-US'));
  });

  it('names every claim, every metric and the statement of a report', () => {
    expect(missing(6, Object.keys(REPORT_CLAIMS[2].shape))).toEqual([]);
    expect(missing(6, DISCLOSABLE_METRICS)).toEqual([]);
    expect(section(6).replaceAll(/\s+/g, ' ')).toContain(REPORT_STATEMENT);
    for (const { typ } of Object.values(REPORT_HEADERS)) expect(section(6)).toContain(`\`${typ}\``);
  });

  it('lists exactly the public codes, with their status and title', () => {
    const rows = [...section(7).matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \|$/gm)].map(
      ([, code, status, title]) => [code, [Number(status), title]],
    );
    expect(Object.fromEntries(rows)).toEqual(PUBLIC_FAILURES);
  });
});
