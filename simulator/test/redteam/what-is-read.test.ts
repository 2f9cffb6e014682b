/** What a verifier reads on the command line: the verdict on a report with every defect, and control characters. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import type { ReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { afterAll, describe } from 'vitest';
import { buildDocument } from '../../../attestation/test/nitro-builder.ts';
import { run } from '../../../client/test/cli/cli.ts';
import { NOON } from '../../../enclave/test/sessions/states.ts';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import { createNsmRoot } from '../../src/nsm/chain.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';
import { makeBundle } from '../report/bundles.ts';
import { ESCAPES_V1, UGLY_S6 } from './today.ts';

const home = mkdtempSync(join(tmpdir(), 'pa-redteam-'));
const world = { clock: { now: () => NOON }, home };
afterAll(() => rmSync(home, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(home, name);
  writeFileSync(path, content);
  return path;
}

function pem(der: Uint8Array): string {
  const lines = encodeBase64(der).replaceAll(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** Every defect that should stop an allocator, in one report. */
function ugly(claims: ReportClaims): object {
  const parameters = { currency: 'BTC', minimumAcceptableReturnAnnual: -0.5, costBasis: 'hifo' };
  return {
    ...claims,
    kmsPolicy: 'mutable',
    backfilledShare: 1,
    asOf: NOON - 200 * DAY_MS,
    provenance: { fetched: 0, sealed: 5000 },
    parameters: { ...claims.parameters, ...parameters, filters: ['account=a0'] },
    keyPermissions: [{ account: 'a0', canTrade: 'yes', canWithdraw: 'unknown' }],
    coverage: [
      {
        account: 'a0',
        venue: 'binance',
        symbols: ['BTC/USDT'],
        from: NOON - 100 * DAY_MS,
        to: NOON,
        gaps: [{ stream: 'fills', from: 1, to: NOON }],
        unavailable: ['deposits', 'withdrawals', 'permissions'],
      },
    ],
    productsNotRead: ['spot markets other than the symbols given', 'margin', 'USDⓈ-M futures'],
    reconciliation: {
      unexplainedShare: 0.95,
      unclassifiedCreditsShare: 0.5,
      unmatchedTransfers: 77,
      missingAcquisitions: 9,
    },
    dataQuality: { ...claims.dataQuality, stalePrices: 400, positionMoves: 33 },
  };
}

/** The text that `verify` should print for each defect. */
const SAID: Readonly<Record<string, RegExp>> = {
  keyPolicy: /mutable/,
  forgeable: /\b5,?000\b|forg/,
  age: /\b200 days\b|stale/,
  gaps: /\bgap/i,
  unavailable: /withdrawals/,
  scope: /futures/,
  unexplained: /95(?:\.00)? %/,
  unclassified: /50(?:\.00)? %/,
  missing: /without an acquisition|missing acq/i,
  tradingKey: /can trade/i,
  parameters: /\bBTC\b/,
  stale: /\b400\b/,
  moves: /\b33\b/,
  backfilled: /backfilled|watched/i,
};

describe('S6: when a genuine report has everything that should stop its reader', () => {
  itAnswers(UGLY_S6, async () => {
    const root = await createNsmRoot(random);
    const nsm = createSimulatedNsm({ root, pcrs: simulatedPcrs(), clock: world.clock, random });
    const userData = { kms_policy: 'mutable' } as const;
    const bundle = await makeBundle(nsm, { claims: ugly, userData: (data) => ({ ...data, ...userData }) });
    const measured = Object.entries(SIMULATED_PCRS_HEX).flatMap(([index, hex]) => [
      '--pcr',
      `${index}=${hex}`,
    ]);
    const trust = ['--root', file('root.pem', pem(root.rootCertDer)), ...measured];
    const command = ['verify', file('ugly.json', JSON.stringify(bundle)), ...trust];
    const { code, stdout } = await run(command, world);
    const told = JSON.parse((await run([...command, '--json'], world)).stdout) as { verified: boolean };
    const said = Object.entries(SAID).map(([what, pattern]) => [what, pattern.test(stdout)]);
    return { exit: code, verified: told.verified, said: Object.fromEntries(said) as object };
  });
});

/** The control characters in a text, and the characters that change its direction. */
function controlsOf(text: string): readonly string[] {
  const found = text.match(/[\p{Cc}\p{Cf}\u2028\u2029]/gu) ?? [];
  const names = new Set(found.filter((letter) => letter !== '\n').map((letter) => letter.codePointAt(0)!));
  return [...names]
    .sort((a, b) => a - b)
    .map((code) => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`);
}

describe('V1: when the names in a document that does not verify are hostile', () => {
  const csi = '\u009b';
  const name = `i-0${csi}8m${csi}1A${csi}2K${csi}0m${csi}32m VERIFIED made 2026-01-15 12:00:00 UTC \u202e`;
  const { bytes } = buildDocument({ payload: { module_id: name, [`x${csi}31mRED\u2028line`]: 1 } });
  const bundle = { version: 1, sdJwt: 'a.b.c~', attestation: encodeBase64(bytes) };

  itAnswers(ESCAPES_V1, async () => {
    const trust = ['--any-image', '--at', 'document'];
    const document = await run(['verify-attestation', file('V1.bin', bytes), ...trust], world);
    const report = await run(['verify', file('V1.json', JSON.stringify(bundle)), ...trust], world);
    return {
      document: { exit: document.code, controls: controlsOf(document.stdout + document.stderr) },
      bundle: { exit: report.code, controls: controlsOf(report.stdout + report.stderr) },
    };
  });
});
