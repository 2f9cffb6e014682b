/** The module behind its port: requests and responses over a device that transports bytes. */
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { NsmError } from './errors.ts';
import type { Nsm, NsmDevice } from './port.ts';
import { encodeRequest, type NsmRequest } from './request.ts';
import { decodeResponse, type NsmDescription, type NsmResponse } from './response.ts';

/** A module that can also describe itself. */
export interface DescribedNsm extends Nsm {
  /** @throws NsmError */
  describe(): Promise<NsmDescription>;
}

/** Registers that the hypervisor fills and locks before the image starts (AWS, nsm-check.rs). The others are ours. */
const MEASURED_REGISTERS = 16;
/** SHA-384. */
const REGISTER_BYTES = 48;

/**
 * The module at the other end of `device`. This code does not check that its documents verify under `trustAnchor`. The
 * reader of the evidence does.
 * @param trustAnchor - DER of the root that this device's documents end in
 */
export function createNsm(device: NsmDevice, trustAnchor: Uint8Array): DescribedNsm {
  return {
    trustAnchor,
    async attest({ publicKey = null, userData = null, nonce = null }) {
      const { document } = await ask(device, { type: 'Attestation', userData, nonce, publicKey });
      return document;
    },
    async describePcrs() {
      const pcrs = new Map<number, Uint8Array>();
      for (let index = 0; index < MEASURED_REGISTERS; index++) pcrs.set(index, await register(device, index));
      return pcrs;
    },
    async describe() {
      const { type: _, ...description } = await ask(device, { type: 'DescribeNSM' });
      return description;
    },
    random: (length) => gather(device, length),
  };
}

async function register(device: NsmDevice, index: number): Promise<Uint8Array> {
  const { data } = await ask(device, { type: 'DescribePCR', index });
  if (data.length === REGISTER_BYTES) return data;
  throw new NsmError('nsm_response_malformed', `PCR${index} has ${data.length} bytes, not ${REGISTER_BYTES}`);
}

/** Gathers bytes over several calls. One call gives 256 bytes at most. */
async function gather(device: NsmDevice, length: number): Promise<Uint8Array> {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new NsmError('nsm_request_invalid', `${length} is no number of bytes`);
  }
  const parts: Uint8Array[] = [];
  for (let missing = length; missing > 0; missing -= parts.at(-1)!.length) {
    const { random } = await ask(device, { type: 'GetRandom' });
    if (random.length === 0) throw new NsmError('nsm_response_malformed', 'GetRandom gave no bytes');
    parts.push(random.subarray(0, missing));
  }
  return concatBytes(...parts);
}

type Answer<Type extends NsmRequest['type']> = Extract<NsmResponse, { readonly type: Type }>;

/** The answer to `request`, checked to be of the same type. @throws NsmError */
async function ask<Type extends NsmRequest['type']>(
  device: NsmDevice,
  request: Extract<NsmRequest, { readonly type: Type }>,
): Promise<Answer<Type>> {
  const response = decodeResponse(await device.call(encodeRequest(request)));
  if (response.type === request.type) return response as Answer<Type>;
  if (response.type !== 'Error') {
    throw new NsmError('nsm_response_malformed', `${request.type} was answered with ${response.type}`);
  }
  const code = response.word === 'InputTooLarge' ? 'nsm_input_too_large' : 'nsm_refused';
  throw new NsmError(code, `the module answered ${request.type} with ${response.word}`);
}
