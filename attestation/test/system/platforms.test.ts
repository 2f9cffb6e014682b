/**
 * Runs the same suite on the supported platforms: Chromium, Node 20 and Node 24, with the conditions of the package.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Case } from '../conformance/case.ts';
import { CASES } from '../conformance/cases.ts';
import { SIGNATURES } from '../conformance/signatures.ts';
import type { Outcome, runSuite } from '../conformance/suite.ts';
import { type Bundle, bundle, externals } from './bundle.ts';

// Ten times the duration on an idle machine: thousands of signature checks in JavaScript.
vi.setConfig({ testTimeout: 300_000 });

const SUITE = { file: 'suite-main.ts' } as const;

function allAgree(cases: readonly Case[]): Outcome {
  return { judged: 2 * cases.length + SIGNATURES.length, disagreements: [] };
}

let folder: string;
let byDefault: Bundle;
let forNode: Bundle;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pa-platforms-'));
  byDefault = await bundle(SUITE, 'browser');
  forNode = await bundle(SUITE, 'node');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('when the package is bundled', () => {
  const verifier = { text: "export * from '@perf-aggregator/attestation'" };

  it('its default entry imports nothing from Node', async () => {
    const made = await bundle(verifier, 'browser');
    expect(externals(made)).toEqual([]);
    expect(Object.keys(made.meta.inputs).filter((path) => path.endsWith('crypto/noble.js'))).toHaveLength(1);
    expect(externals(byDefault)).toEqual([]);
  });

  it('a bundle of only the document verifier contains no report schemas and no ciphers', async () => {
    const made = await bundle(
      { text: "export { verifyAttestation } from '@perf-aggregator/attestation'" },
      'browser',
    );
    const [output] = Object.values(made.meta.outputs);
    const taken = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    const foreign = taken.flatMap(
      ([path]) => /node_modules\/((?:@[\w-]+\/)?[\w-]+)\/(?!.*node_modules)/.exec(path)?.[1] ?? [],
    );
    expect([...new Set(foreign)].sort()).toEqual(['@noble/curves', '@noble/hashes']);
  });

  it('under the condition `node` it verifies with node:crypto', async () => {
    const made = await bundle(verifier, 'node');
    expect(externals(made)).toContain('node:crypto');
    expect(Object.keys(made.meta.inputs).filter((path) => path.endsWith('crypto/noble.js'))).toEqual([]);
  });
});

describe('when the suite runs in Chromium', () => {
  it('all verdicts are the same as here, under a policy that forbids eval', async () => {
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    try {
      const page = await browser.newPage();
      const policy = "default-src 'none'; script-src 'unsafe-inline'";
      await page.setContent(`<meta http-equiv="Content-Security-Policy" content="${policy}">`);
      await page.addScriptTag({ content: byDefault.code });
      const told = await page.evaluate(
        ([cases, signatures]) =>
          (globalThis as unknown as { runSuite: typeof runSuite }).runSuite(cases, signatures),
        [CASES, SIGNATURES] as const,
      );
      expect(told).toEqual(allAgree(CASES));
    } finally {
      await browser.close();
    }
  });
});

describe.each(['20.20.2', '24.21.0'])('when the suite runs in Node %s', (version) => {
  // Chromium's V8 already ran all cases in JavaScript, so the real documents are enough here.
  const real = CASES.filter(({ rule }) => rule === 0);
  it.each([
    ['default', real],
    ['node', CASES],
  ] as const)('all verdicts are the same as here, %s exports', async (exports, cases) => {
    const script = join(folder, `${version}-${exports}.cjs`);
    const data = JSON.stringify([cases, SIGNATURES]);
    const { code } = exports === 'node' ? forNode : byDefault;
    writeFileSync(
      script,
      `${code}\nconsole.log(JSON.stringify([process.versions.node, runSuite(...${data})]));`,
    );
    const command = ['-y', '-p', `node@${version}`, '--', 'node', script];
    const { stdout } = await promisify(execFile)('npx', command, { maxBuffer: 1 << 24 });
    expect(JSON.parse(stdout)).toEqual([version, allAgree(cases)]);
  });
});
