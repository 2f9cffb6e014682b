/** This release opens a world that an earlier release wrote, with the clock set to the time of that world. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type ExportedSession,
  type MetricsResult,
  SecureClient,
  verifyReport,
} from '@perf-aggregator/client';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIMULATED_PCRS_HEX } from '../../src/nsm/measurements.ts';
import type { WorldState } from '../../src/world/state.ts';
import { eventually } from './eventually.ts';
import { startTestWorld, type TestWorld } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';

/** The files of the release of 2026-11-22 (test/fixtures/README.md). */
interface KeptWorld {
  /** The clock at its end, ms. */
  readonly instant: number;
  readonly state: WorldState & {
    readonly nsm: { readonly rootKeyPkcs8: string; readonly rootCertDer: string };
  };
  readonly session: ExportedSession;
  /** Its answer at that time. */
  readonly metrics: MetricsResult;
}

/** The report key in the genesis evidence of the store. */
const REPORT_KEY = '5f49fcaa532f3039867eff1cc6662bcb144c055ff5a7f49995ffe296c2dced1c';

const folder = new URL('../fixtures/kept-world/', import.meta.url);
const kept = JSON.parse(readFileSync(new URL('world.json', folder), 'utf8')) as KeptWorld;
const { rootKeyPkcs8, rootCertDer } = kept.state.nsm;
const state: WorldState = {
  ...kept.state,
  nsm: { rootKeyPkcs8: decodeBase64(rootKeyPkcs8), rootCertDer: decodeBase64(rootCertDer) },
};

let test: TestWorld;
let client: SecureClient;

beforeAll(async () => {
  test = await startTestWorld(
    {
      state,
      prepareStore: (path) => {
        mkdirSync(path, { recursive: true });
        const store = readFileSync(new URL('store.mdb.gz', folder));
        writeFileSync(join(path, 'data.mdb'), gunzipSync(store));
      },
    },
    new ManualClock(kept.instant),
  );
  client = SecureClient.resume({ ...kept.session, enclaveUrl: test.world.url }, test.world.ports);
});
afterAll(() => test.world.stop());

describe('when a world of the previous release is opened', () => {
  it('its session gives the same answer from sealed storage alone', async () => {
    const metrics = await client.getMetrics();
    // Members that are newer than that release (CHANGELOG).
    const accounts = kept.metrics.accounts.map((account: (typeof metrics.accounts)[number]) => ({
      ...account,
      coverage: { ...account.coverage, scope: expect.objectContaining({ state: 'partial' }) as unknown },
    }));
    expect(metrics).toEqual({
      ...kept.metrics,
      ...{ coveredPeriods: kept.metrics.observationCount, longestSpan: 1, excludesSpans: false },
      accounts,
      provenance: { fetched: 0, sealed: kept.metrics.provenance.fetched },
    });
  });

  it('its session continues: new entries are added to the stored ones', async () => {
    await client.renew(604_800);
    test.clock.advance(24 * 3_600_000);
    const later = await client.getMetrics();
    expect(later.observationCount).toBeGreaterThanOrEqual(kept.metrics.observationCount);
    expect(later.provenance.sealed).toBe(kept.metrics.provenance.fetched);
  });

  it('stores it in the form of this release, which another process opens', async () => {
    const before = await client.getMetrics();
    await test.world.stopEnclave();
    await test.world.startEnclave();
    const after = await eventually(() => client.getMetrics());
    const { fetched, sealed } = before.provenance;
    expect(after.provenance).toEqual({ fetched: 0, sealed: fetched + sealed });
    expect(after.totalReturn).toBe(before.totalReturn);
    await test.world.stopParent();
    const store = openLmdbStore(test.world.storePath);
    const stored = (await store.state(kept.session.sessionId))!;
    await store.close();
    await test.world.startParent();
    // One batch: it was begun when the session was opened, and closed by the step a day later.
    expect(stored.chunks).toHaveLength(1);
  });

  it('still issues reports under the key that it drew then', async () => {
    const { reportKey } = await test.world.client().quote();
    expect(encodeHex(reportKey)).toBe(REPORT_KEY);
    const report = verifyReport(JSON.stringify(await client.getReport()), {
      roots: [state.nsm.rootCertDer],
      pcrs: [SIMULATED_PCRS_HEX],
      instant: test.clock.now(),
    });
    expect(report.claims.earliestActivity).toBe(kept.metrics.earliestActivity);
  });
});
