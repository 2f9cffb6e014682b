/**
 * A device that speaks the module's protocol without a hypervisor. A simulated module answers the requests that
 * production's adapter sends to `/dev/nsm`. It refuses what a real one refuses, by AWS's nsm-api (`nsm-check.rs`,
 * `attestation_process.md` §2.2). Where those do not specify it, the device does what QEMU's `virtio-nsm` does.
 */
import type { Nsm, NsmDevice } from '@perf-aggregator/enclave/nsm/port';
import {
  decodeRequest,
  MAX_ATTESTATION_INPUT_BYTES,
  type NsmRequest,
} from '@perf-aggregator/enclave/nsm/request';
import { encodeResponse, type NsmErrorWord, type NsmResponse } from '@perf-aggregator/enclave/nsm/response';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';

/** The inputs of a simulated device. */
export interface SimulatedDeviceConfig {
  /** Makes the documents and knows the measurements. */
  readonly nsm: Nsm;
  /** `i-…-enc…`, as in its documents. */
  readonly moduleId: string;
}

interface Register {
  data: Uint8Array;
  lock: boolean;
}

const MAX_PCRS = 32;
/** Registers that are locked before an image starts. */
const MEASURED_PCRS = 16;
const RANDOM_BYTES = 256;

/** A device with its own 32 registers. The first 16 are locked. */
export async function createSimulatedDevice(config: SimulatedDeviceConfig): Promise<NsmDevice> {
  const measured = await config.nsm.describePcrs();
  const registers = Array.from({ length: MAX_PCRS }, (_, index): Register => {
    return { data: measured.get(index) ?? new Uint8Array(48), lock: index < MEASURED_PCRS };
  });
  return {
    async call(bytes) {
      let request: NsmRequest;
      try {
        request = decodeRequest(bytes);
      } catch {
        return encodeResponse(refusal('InvalidOperation'));
      }
      return encodeResponse(await answer(config, registers, request));
    },
  };
}

async function answer(
  { nsm, moduleId }: SimulatedDeviceConfig,
  registers: readonly Register[],
  request: NsmRequest,
): Promise<NsmResponse> {
  switch (request.type) {
    case 'DescribeNSM':
      return { type: 'DescribeNSM', ...describe(moduleId, registers) };
    case 'GetRandom':
      return { type: 'GetRandom', random: await nsm.random(RANDOM_BYTES) };
    case 'LockPCRs':
      return lockRange(registers, request.range);
    case 'Attestation':
      return attest(nsm, request);
    case 'DescribePCR':
    case 'ExtendPCR':
    case 'LockPCR':
      return atRegister(registers[request.index], request);
  }
}

function describe(moduleId: string, registers: readonly Register[]) {
  const lockedPcrs = registers.flatMap(({ lock }, index) => (lock ? [index] : []));
  const version = { versionMajor: 1, versionMinor: 0, versionPatch: 0 };
  return { ...version, moduleId, maxPcrs: registers.length, lockedPcrs, digest: 'SHA384' as const };
}

function lockRange(registers: readonly Register[], range: number): NsmResponse {
  if (range > registers.length) return refusal('InvalidIndex');
  for (const register of registers.slice(0, range)) register.lock = true;
  return { type: 'LockPCRs' };
}

type AtRegister = Extract<NsmRequest, { readonly index: number }>;

function atRegister(register: Register | undefined, request: AtRegister): NsmResponse {
  if (register === undefined) return refusal('InvalidIndex');
  if (request.type === 'DescribePCR') {
    return { type: 'DescribePCR', lock: register.lock, data: register.data };
  }
  if (register.lock) return refusal('ReadOnlyIndex');
  if (request.type === 'LockPCR') {
    register.lock = true;
    return { type: 'LockPCR' };
  }
  register.data = crypto.sha384(concatBytes(register.data, request.data));
  return { type: 'ExtendPCR', data: register.data };
}

async function attest(
  nsm: Nsm,
  { userData, nonce, publicKey }: Extract<NsmRequest, { readonly type: 'Attestation' }>,
): Promise<NsmResponse> {
  const inputs = { userData, nonce, publicKey };
  const given = Object.entries(inputs).filter((entry): entry is [string, Uint8Array] => entry[1] !== null);
  if (given.some(([, input]) => input.length > MAX_ATTESTATION_INPUT_BYTES)) return refusal('InputTooLarge');
  return { type: 'Attestation', document: await nsm.attest(Object.fromEntries(given)) };
}

function refusal(word: NsmErrorWord): NsmResponse {
  return { type: 'Error', word };
}
