/** A change of any byte of a genuine bundle is refused. */
import { explainReport } from '@perf-aggregator/attestation';
import { POLICY_ERROR_CODES, VERIFICATION_ERROR_CODES } from '@perf-aggregator/attestation/errors';
import { REPORT_ERROR_CODES } from '@perf-aggregator/attestation/report/errors';
import { crypto } from '@perf-aggregator/shared/crypto';
import { describe, expect, it } from 'vitest';
import { remembering } from '../../../attestation/test/remembering.ts';
import { ReportWorld } from './world.ts';

const CODES: readonly string[] = [...REPORT_ERROR_CODES, ...VERIFICATION_ERROR_CODES, ...POLICY_ERROR_CODES];

describe('when any one byte of the bundle is changed', () => {
  it('it is refused with a code', async () => {
    const world = await ReportWorld.create();
    const text = JSON.stringify(await world.issue());
    const backend = remembering(crypto);
    expect(explainReport(text, world.policy, backend).code).toBeNull();
    const accepted: string[] = [];
    let attempts = 0;
    for (const at of positions(text)) {
      for (const other of alternatives(text[at]!, at)) {
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        const { verified, code } = explainReport(changed, world.policy, backend);
        if (verified || !CODES.includes(code ?? '')) accepted.push(`${at}: ${text[at]} → ${other}`);
        attempts += 1;
      }
    }
    expect(accepted).toEqual([]);
    expect(attempts).toBe(3 * positions(text).length);
    expect(attempts).toBeGreaterThan(5_000);
  });

  /** Positions of all structural bytes of the bundle, and of every seventh byte of the base64 between them. */
  function positions(text: string): number[] {
    return text
      .split('')
      .flatMap((character, at) => (at % 7 === 0 || !/[A-Za-z0-9+_-]/.test(character) ? [at] : []));
  }

  /** Three other printable characters: a space, the next one in base64, and one with a meaning in JSON. */
  function alternatives(character: string, at: number): string[] {
    const flipped = String.fromCharCode(character.charCodeAt(0) ^ 1);
    const others = [' ', flipped, '"\\~.{=A/'[at % 8]!, '-', '0'];
    return [...new Set(others)].filter((other) => other !== character).slice(0, 3);
  }
});
