/** A simulated KMS on loopback with two fresh keys for each test, and the enclave’s client for it. */
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createKms } from '@perf-aggregator/enclave/kms/client';
import { KmsError } from '@perf-aggregator/enclave/kms/errors';
import type { Kms } from '@perf-aggregator/enclave/kms/port';
import type { Nsm } from '@perf-aggregator/enclave/nsm/port';
import { systemClock } from '@perf-aggregator/shared/clock';
import { keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createKmsKey, type KmsKey } from '../../src/kms/key.ts';
import { createKmsServer } from '../../src/kms/server.ts';
import type { IssuedCredentials } from '../../src/kms/sigv4.ts';
import { issueCredentials } from '../../src/kms/sts.ts';
import { createNsmRoot, type NsmRoot } from '../../src/nsm/chain.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';
import { createAuthority, issueServerCertificate, type PemPair } from '../../src/pki/authority.ts';

export const REGION = 'us-east-1';
export const HOST = `kms.${REGION}.amazonaws.com`;
export const ACCOUNT = '123456789012';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/parent`;
export const HOUR = 3_600_000;
export const CONTEXT = { app: 'perf-aggregator' };

/** Connects to loopback under the requested host name, as the resolver of the egress proxy does. */
export class LoopbackAgent extends https.Agent {
  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ) {
    const { port } = server.address() as AddressInfo;
    return super.createConnection({ ...options, servername: HOST, host: '127.0.0.1', port }, callback);
  }
}

let authority: PemPair;
let root: NsmRoot;
let server: https.Server;
export let agent: LoopbackAgent;
export const kmsClock = { skew: 0, now: () => Date.now() + kmsClock.skew };
export const keys: KmsKey[] = [];
const sessions = new Map<string, IssuedCredentials>();

export function policyOf(locked: boolean): string {
  return JSON.stringify(keyPolicy({ account: ACCOUNT, roleArn: ROLE, images: [SIMULATED_PCRS_HEX], locked }));
}

export function login(changes: Partial<IssuedCredentials> = {}): RoleCredentials {
  const credentials = { ...issueCredentials(ROLE, Date.now() + HOUR, random), ...changes };
  sessions.set(credentials.accessKeyId, credentials);
  return credentials;
}

export function nsmOf(pcrs = simulatedPcrs(), clock = systemClock): Nsm {
  return createSimulatedNsm({ root, pcrs, clock, random });
}

export function connect(changes: { nsm?: Nsm; keyArn?: string; context?: Record<string, string> } = {}): Kms {
  return createKms({
    keyArn: changes.keyArn ?? keys[0]!.arn,
    roleArn: ROLE,
    encryptionContext: changes.context ?? CONTEXT,
    configSha256: new Uint8Array(32),
    predecessors: [],
    agent,
    nsm: changes.nsm ?? nsmOf(),
    clock: systemClock,
    random,
    timeoutMs: 5_000,
  });
}

export function newKey(): KmsKey {
  return createKmsKey({
    region: REGION,
    account: ACCOUNT,
    policy: policyOf(true),
    createdAt: Date.now(),
    random,
  });
}

export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KmsError);
  return (error as KmsError).code;
}

/** The AWS name of the error that caused a KmsError. */
export async function awsNameOf(attempt: Promise<unknown>): Promise<unknown> {
  const error = await attempt.catch((thrown: unknown) => thrown);
  return ((error as KmsError).cause as Error).name;
}

beforeAll(async () => {
  authority = await createAuthority('test');
  root = await createNsmRoot(random);
  const { certPem, keyPem } = await issueServerCertificate(authority, [HOST]);
  const handler = createKmsServer({
    region: REGION,
    keys,
    credentials: sessions,
    nsmRoot: root.rootCertDer,
    clock: kmsClock,
    random,
  });
  server = https.createServer({ cert: certPem, key: keyPem }, handler);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  agent = new LoopbackAgent({ ca: authority.certPem, keepAlive: true });
});

afterAll(async () => {
  agent.destroy();
  await new Promise((resolve) => void server.close(resolve));
});

beforeEach(() => {
  keys.length = 0;
  keys.push(newKey(), newKey());
  kmsClock.skew = 0;
});
