/** The adapter of production with a simulated device: its requests, the answers, and the refusals. */
import { readFileSync } from 'node:fs';
import { PolicyError, VerificationError, verifyAttestation } from '@perf-aggregator/attestation';
import { NsmError } from '@perf-aggregator/enclave/nsm/errors';
import { createNsm, type DescribedNsm } from '@perf-aggregator/enclave/nsm/module';
import type { NsmDevice } from '@perf-aggregator/enclave/nsm/port';
import { encodeRequest, type NsmRequest } from '@perf-aggregator/enclave/nsm/request';
import { decodeResponse } from '@perf-aggregator/enclave/nsm/response';
import { TrustedClock } from '@perf-aggregator/enclave/nsm/trusted-clock';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { crypto } from '@perf-aggregator/shared/crypto';
import { systemRandom } from '@perf-aggregator/shared/random';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf, codeOfRejection } from '../../../shared/test/codes.ts';
import { createNsmRoot } from '../../src/nsm/chain.ts';
import { createSimulatedDevice } from '../../src/nsm/device.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';

const START = Date.UTC(2026, 10, 23, 1);
const MODULE_ID = 'i-0123456789abcdef0-enc0123456789abcdef';
const clock = { now: () => START };
const root = await createNsmRoot(systemRandom);
const parts = { root, pcrs: simulatedPcrs(), clock, random: systemRandom, moduleId: MODULE_ID };

let device: NsmDevice;
let nsm: DescribedNsm;
beforeEach(async () => {
  device = await createSimulatedDevice({ nsm: createSimulatedNsm(parts), moduleId: MODULE_ID });
  nsm = createNsm(device, root.rootCertDer);
});

async function ask(request: NsmRequest) {
  return decodeResponse(await device.call(encodeRequest(request)));
}

function refused(word: string) {
  return { type: 'Error', word };
}

describe('when the adapter uses a device', () => {
  it('its documents contain the requested fields and verify under its own root only', async () => {
    const request = {
      publicKey: new Uint8Array(1024).fill(1),
      userData: new Uint8Array(1024).fill(2),
      nonce: new Uint8Array(1024).fill(3),
    };
    const document = await nsm.attest(request);
    const policy = { pcrs: [SIMULATED_PCRS_HEX] };
    expect(verifyAttestation(document, { roots: [nsm.trustAnchor], at: START, policy })).toMatchObject({
      ...request,
      moduleId: MODULE_ID,
      timestamp: START,
    });
    expect(codeOf(() => verifyAttestation(document, { at: START, policy }), VerificationError)).toBe(
      'root_untrusted',
    );
    const other = { pcrs: [{ ...SIMULATED_PCRS_HEX, 0: '11'.repeat(48) }] };
    const elsewhere = () =>
      verifyAttestation(document, { roots: [nsm.trustAnchor], at: START, policy: other });
    expect(codeOf(elsewhere, PolicyError)).toBe('pcr_mismatch');
  });

  it('its documents contain no other fields', async () => {
    const policy = { pcrs: [SIMULATED_PCRS_HEX] };
    const told = verifyAttestation(await nsm.attest({}), { roots: [nsm.trustAnchor], at: START, policy });
    expect(told).toMatchObject({ publicKey: null, userData: null, nonce: null });
  });

  it('its measurements equal those in its documents', async () => {
    expect(await nsm.describePcrs()).toEqual(simulatedPcrs());
  });

  it('it describes itself', async () => {
    expect(await nsm.describe()).toEqual({
      versionMajor: 1,
      versionMinor: 0,
      versionPatch: 0,
      moduleId: MODULE_ID,
      maxPcrs: 32,
      lockedPcrs: Array.from({ length: 16 }, (_, index) => index),
      digest: 'SHA384',
    });
  });

  it('its entropy has the requested length, and differs each time', async () => {
    const [one, other] = [await nsm.random(300), await nsm.random(300)];
    expect([one.length, other.length]).toEqual([300, 300]);
    expect(one).not.toEqual(other);
  });

  it('its time sets the clock', async () => {
    const guest = { now: () => START + 6_000 };
    const { clock: trusted, reading } = await TrustedClock.start({ nsm, monotonic: () => 0, guest });
    expect(trusted.now()).toBe(START);
    expect(reading.guestAheadMs).toBe(6_000);
  });
});

it('the time of a genuine document sets the clock', async () => {
  const file = new URL('../fixtures/dstack-debug-2025.b64', import.meta.url);
  const genuine = decodeBase64(readFileSync(file, 'utf8').trim());
  const sources = { nsm: { attest: async () => genuine }, monotonic: () => 0, guest: clock };
  const { clock: trusted } = await TrustedClock.start(sources);
  // The eight bytes after `timestamp` in the file: 0000019b54989d71.
  expect(trusted.now()).toBe(1_766_650_846_577);
});

describe('when a device refuses', () => {
  it('an input of more than 1,024 bytes is too large, on either side', async () => {
    const userData = new Uint8Array(1025);
    expect(await codeOfRejection(nsm.attest({ userData }), NsmError)).toBe('nsm_input_too_large');
    // This bypasses the check of the adapter.
    const bytes = encodeCbor({ Attestation: { user_data: userData, nonce: null, public_key: null } });
    expect(decodeResponse(await device.call(bytes))).toEqual(refused('InputTooLarge'));
  });

  it.each([32, 65_535])('register %d does not exist', async (index) => {
    for (const type of ['DescribePCR', 'LockPCR'] as const) {
      expect(await ask({ type, index })).toEqual(refused('InvalidIndex'));
    }
    expect(await ask({ type: 'ExtendPCR', index, data: Uint8Array.of(1) })).toEqual(refused('InvalidIndex'));
  });

  it('measured registers can be neither extended nor locked again', async () => {
    for (const index of [0, 15]) {
      expect(await ask({ type: 'LockPCR', index })).toEqual(refused('ReadOnlyIndex'));
      const extend = await ask({ type: 'ExtendPCR', index, data: Uint8Array.of(1) });
      expect(extend).toEqual(refused('ReadOnlyIndex'));
    }
    expect(await nsm.describePcrs()).toEqual(simulatedPcrs());
  });

  it('registers for applications can be extended until they are locked', async () => {
    const data = Uint8Array.of(1, 2, 3);
    const once = crypto.sha384(concatBytes(new Uint8Array(48), data));
    const twice = crypto.sha384(concatBytes(once, data));
    expect(await ask({ type: 'ExtendPCR', index: 16, data })).toEqual({ type: 'ExtendPCR', data: once });
    expect(await ask({ type: 'ExtendPCR', index: 16, data })).toEqual({ type: 'ExtendPCR', data: twice });
    expect(await ask({ type: 'LockPCR', index: 16 })).toEqual({ type: 'LockPCR' });
    expect(await ask({ type: 'ExtendPCR', index: 16, data })).toEqual(refused('ReadOnlyIndex'));
    expect(await ask({ type: 'LockPCR', index: 16 })).toEqual(refused('ReadOnlyIndex'));
    expect(await ask({ type: 'DescribePCR', index: 16 })).toEqual({
      type: 'DescribePCR',
      lock: true,
      data: twice,
    });
  });

  it('a range is locked up to its end, and not beyond the last register', async () => {
    expect(await ask({ type: 'LockPCRs', range: 33 })).toEqual(refused('InvalidIndex'));
    expect((await nsm.describe()).lockedPcrs).toHaveLength(16);
    expect(await ask({ type: 'LockPCRs', range: 18 })).toEqual({ type: 'LockPCRs' });
    expect((await nsm.describe()).lockedPcrs).toEqual(Array.from({ length: 18 }, (_, index) => index));
    expect(await ask({ type: 'LockPCRs', range: 32 })).toEqual({ type: 'LockPCRs' });
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['what no module knows', encodeCbor('Unknown')],
    ['fields that are missing', encodeCbor({ DescribePCR: {} })],
    ['more than 4 KiB', encodeCbor({ ExtendPCR: { index: 16, data: new Uint8Array(4096) } })],
  ])('%s is not an operation', async (_, bytes) => {
    expect(decodeResponse(await device.call(bytes))).toEqual(refused('InvalidOperation'));
  });
});
