import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { NsmError } from '../../src/nsm/errors.ts';
import { createNsm } from '../../src/nsm/module.ts';
import { decodeRequest, type NsmRequest } from '../../src/nsm/request.ts';
import { encodeResponse, NSM_ERROR_WORDS, type NsmResponse } from '../../src/nsm/response.ts';

const ROOT = Uint8Array.of(1);

/** A module whose device answers with `answer`. The requests are recorded in order. */
function moduleThat(answer: (request: NsmRequest) => NsmResponse) {
  const asked: NsmRequest[] = [];
  const device = {
    call: async (bytes: Uint8Array) => {
      const request = decodeRequest(bytes);
      asked.push(request);
      return encodeResponse(answer(request));
    },
  };
  return { nsm: createNsm(device, ROOT), asked };
}

describe('when a module is called through its device', () => {
  it('an attestation contains its inputs in their fields', async () => {
    const document = Uint8Array.of(0x84);
    const { nsm, asked } = moduleThat(() => ({ type: 'Attestation', document }));
    const [userData, nonce, publicKey] = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)];
    expect(await nsm.attest({ userData, nonce, publicKey })).toEqual(document);
    expect(await nsm.attest({})).toEqual(document);
    expect(asked).toEqual([
      { type: 'Attestation', userData, nonce, publicKey },
      { type: 'Attestation', userData: null, nonce: null, publicKey: null },
    ]);
    expect(nsm.trustAnchor).toBe(ROOT);
  });

  it('the measurements are registers 0 to 15', async () => {
    const { nsm } = moduleThat((request) => {
      const index = request.type === 'DescribePCR' ? request.index : 99;
      return { type: 'DescribePCR', lock: true, data: new Uint8Array(48).fill(index) };
    });
    const expected = Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48).fill(index)]);
    expect([...(await nsm.describePcrs())]).toEqual(expected);
  });

  it('a register of another length is refused', async () => {
    const { nsm } = moduleThat(() => ({ type: 'DescribePCR', lock: true, data: new Uint8Array(32) }));
    expect(await codeOfRejection(nsm.describePcrs(), NsmError)).toBe('nsm_response_malformed');
  });

  it.each([
    [0, 0],
    [1, 1],
    [256, 1],
    [257, 2],
    [600, 3],
  ])('%d random bytes take %d calls, and no byte is returned twice', async (length, calls) => {
    let next = 0;
    const { nsm, asked } = moduleThat(() => ({
      type: 'GetRandom',
      random: Uint8Array.from({ length: 256 }, () => next++ % 251),
    }));
    expect(await nsm.random(length)).toEqual(Uint8Array.from({ length }, (_, index) => index % 251));
    expect(asked).toHaveLength(calls);
  });

  it('a module without entropy is refused after a limited number of calls', async () => {
    const { nsm, asked } = moduleThat(() => ({ type: 'GetRandom', random: new Uint8Array() }));
    expect(await codeOfRejection(nsm.random(1), NsmError)).toBe('nsm_response_malformed');
    expect(asked).toHaveLength(1);
  });

  it.each([-1, 0.5, Number.POSITIVE_INFINITY])('%d random bytes are refused', async (length) => {
    const { nsm, asked } = moduleThat(() => ({ type: 'GetRandom', random: Uint8Array.of(1) }));
    expect(await codeOfRejection(nsm.random(length), NsmError)).toBe('nsm_request_invalid');
    expect(asked).toEqual([]);
  });

  it('its description has the values of the module', async () => {
    const description = {
      versionMajor: 1,
      versionMinor: 2,
      versionPatch: 3,
      moduleId: 'i-0-enc0',
      maxPcrs: 32,
      lockedPcrs: [0, 1],
      digest: 'SHA384' as const,
    };
    const { nsm } = moduleThat(() => ({ type: 'DescribeNSM', ...description }));
    expect(await nsm.describe()).toEqual(description);
  });

  it.each(NSM_ERROR_WORDS)('%s is a refusal, with its name', async (word) => {
    const { nsm } = moduleThat(() => ({ type: 'Error', word }));
    const code = word === 'InputTooLarge' ? 'nsm_input_too_large' : 'nsm_refused';
    expect(await codeOfRejection(nsm.attest({}), NsmError)).toBe(code);
    await expect(nsm.attest({})).rejects.toThrow(word);
  });

  it('an answer to another question is refused', async () => {
    const { nsm } = moduleThat(() => ({ type: 'LockPCR' }));
    expect(await codeOfRejection(nsm.random(1), NsmError)).toBe('nsm_response_malformed');
  });
});
