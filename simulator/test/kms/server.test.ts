import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createKms } from '@perf-aggregator/enclave/kms/client';
import { openEnvelope, parseEnvelope } from '@perf-aggregator/enclave/kms/cms';
import { KmsError } from '@perf-aggregator/enclave/kms/errors';
import type { Kms } from '@perf-aggregator/enclave/kms/port';
import type { Nsm } from '@perf-aggregator/enclave/nsm/port';
import { systemClock } from '@perf-aggregator/shared/clock';
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealForRecipient } from '../../src/kms/envelope.ts';
import { createKmsKey, type KmsKey } from '../../src/kms/key.ts';
import { createKmsServer } from '../../src/kms/server.ts';
import type { IssuedCredentials } from '../../src/kms/sigv4.ts';
import { issueCredentials } from '../../src/kms/sts.ts';
import { createNsmRoot, type NsmRoot } from '../../src/nsm/chain.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';
import { createAuthority, issueServerCertificate, type PemPair } from '../../src/pki/authority.ts';

const REGION = 'us-east-1';
const HOST = `kms.${REGION}.amazonaws.com`;
const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/parent`;
const HOUR = 3_600_000;
const CONTEXT = { app: 'perf-aggregator' };

/** Dials loopback under the name that was asked for, as the egress proxy's resolver does. */
class LoopbackAgent extends https.Agent {
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
let agent: LoopbackAgent;
const kmsClock = { skew: 0, now: () => Date.now() + kmsClock.skew };
const keys: KmsKey[] = [];
const sessions = new Map<string, IssuedCredentials>();

function policyOf(locked: boolean): string {
  return JSON.stringify(keyPolicy({ account: ACCOUNT, roleArn: ROLE, images: [SIMULATED_PCRS_HEX], locked }));
}

function login(changes: Partial<IssuedCredentials> = {}): RoleCredentials {
  const credentials = { ...issueCredentials(ROLE, Date.now() + HOUR, random), ...changes };
  sessions.set(credentials.accessKeyId, credentials);
  return credentials;
}

function nsmOf(pcrs = simulatedPcrs(), clock = systemClock): Nsm {
  return createSimulatedNsm({ root, pcrs, clock, random });
}

function connect(changes: { nsm?: Nsm; keyArn?: string; context?: Record<string, string> } = {}): Kms {
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

function newKey(): KmsKey {
  return createKmsKey({
    region: REGION,
    account: ACCOUNT,
    policy: policyOf(true),
    createdAt: Date.now(),
    random,
  });
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KmsError);
  return (error as KmsError).code;
}

/** AWS's name of the error behind a KmsError. */
async function awsNameOf(attempt: Promise<unknown>): Promise<unknown> {
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

describe('when attested code with good credentials calls', () => {
  it('GenerateDataKey and Decrypt give the same 32 bytes', async () => {
    const kms = connect();
    const credentials = login();
    const key = await kms.generateDataKey(credentials);
    expect(key.plaintext).toHaveLength(32);
    expect(await kms.decrypt(credentials, key.ciphertextBlob)).toEqual(key.plaintext);
    const other = await kms.generateDataKey(credentials);
    expect(other.plaintext).not.toEqual(key.plaintext);
  });

  it('the policy state is locked, or mutable for any difference', async () => {
    const kms = connect();
    expect(await kms.policyState(login())).toBe('locked');
    keys[0]!.policy = policyOf(false);
    expect(await kms.policyState(login())).toBe('mutable');
    keys[0]!.policy = policyOf(true);
    keys[0]!.grants = [{ GrantId: 'g', Operations: ['Decrypt'] }];
    expect(await kms.policyState(login())).toBe('mutable');
    keys[0]!.grants = [];
    keys[0]!.enabled = false;
    expect(await kms.policyState(login())).toBe('mutable');
  });

  it('the policy state is unknown when it may not be read', async () => {
    keys[0]!.policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    expect(await connect().policyState(login())).toBe('unknown');
    expect(await connect({ keyArn: newKey().arn }).policyState(login())).toBe('unknown');
  });

  it('a clock that differs by a day is corrected by the one of KMS', async () => {
    kmsClock.skew = 24 * HOUR;
    const nsm = nsmOf(simulatedPcrs(), kmsClock);
    const credentials = login({ expiration: Date.now() + 48 * HOUR });
    expect((await connect({ nsm }).generateDataKey(credentials)).plaintext).toHaveLength(32);
  });
});

describe('when something is not as the policy wants it', () => {
  it('another image is denied, whichever register differs', async () => {
    const { ciphertextBlob } = await connect().generateDataKey(login());
    for (const index of [0, 2]) {
      const pcrs = new Map(simulatedPcrs()).set(index, new Uint8Array(48).fill(7));
      const attempt = connect({ nsm: nsmOf(pcrs) }).decrypt(login(), ciphertextBlob);
      expect(await codeOf(attempt)).toBe('kms_access_denied');
    }
    const pcrs = new Map(simulatedPcrs()).set(0, new Uint8Array(48).fill(7));
    await expect(connect({ nsm: nsmOf(pcrs) }).decrypt(login(), ciphertextBlob)).rejects.toThrow(
      `PCR0: the key policy wants ${SIMULATED_PCRS_HEX[0]}, sent ${'07'.repeat(48)}`,
    );
    const debug = new Map([...simulatedPcrs()].map(([index]) => [index, new Uint8Array(48)]));
    expect(await codeOf(connect({ nsm: nsmOf(debug) }).generateDataKey(login()))).toBe('kms_access_denied');
  });

  it('another role is denied, even with IAM policies that allow everything', async () => {
    const stranger = login({ roleArn: `arn:aws:iam::${ACCOUNT}:role/other`, iamActions: ['kms:*'] });
    const attempt = connect().generateDataKey(stranger);
    expect(await codeOf(attempt)).toBe('kms_access_denied');
    await expect(attempt).rejects.toThrow('role, account or IAM decided');
  });

  it('a denial that no register explains says so', async () => {
    const policy = JSON.parse(policyOf(true)) as { Statement: { Sid: string }[] };
    const Statement = policy.Statement.filter(({ Sid }) => Sid !== 'AttestedUse');
    keys[0]!.policy = JSON.stringify({ ...policy, Statement });
    await expect(connect().generateDataKey(login())).rejects.toThrow(
      `PCR0 sent ${SIMULATED_PCRS_HEX[0]}, as the key policy wants`,
    );
  });

  it('another encryption context or another key does not open the blob', async () => {
    const { ciphertextBlob } = await connect().generateDataKey(login());
    const other = connect({ context: { app: 'other' } }).decrypt(login(), ciphertextBlob);
    expect(await codeOf(other)).toBe('kms_ciphertext_invalid');
    const wrong = connect({ keyArn: keys[1]!.arn }).decrypt(login(), ciphertextBlob);
    expect(await awsNameOf(wrong)).toBe('IncorrectKeyException');
    const missing = connect({ keyArn: newKey().arn }).decrypt(login(), ciphertextBlob);
    expect(await codeOf(missing)).toBe('kms_key_unusable');
  });

  it('an altered blob does not open', async () => {
    const { ciphertextBlob } = await connect().generateDataKey(login());
    for (const at of [0, ciphertextBlob.length - 1]) {
      const altered = ciphertextBlob.slice();
      altered[at] = altered[at]! ^ 1;
      expect(await codeOf(connect().decrypt(login(), altered))).toMatch(
        /^kms_(ciphertext_invalid|key_unusable)$/,
      );
    }
  });

  it('a document made ten minutes ago, or under another root, is refused', async () => {
    const stale = nsmOf(simulatedPcrs(), { now: () => Date.now() - HOUR / 6 });
    const attempt = connect({ nsm: stale }).generateDataKey(login());
    expect(await codeOf(attempt)).toBe('kms_request_refused');
    expect(await awsNameOf(attempt)).toBe('ValidationException');
    const otherRoot = await createNsmRoot(random);
    const nsm = createSimulatedNsm({ root: otherRoot, pcrs: simulatedPcrs(), clock: systemClock, random });
    expect(await codeOf(connect({ nsm }).generateDataKey(login()))).toBe('kms_request_refused');
  });
});

describe('when the credentials are not good', () => {
  it('expired ones are refused here, and by KMS if their owner lies about it', async () => {
    const past = Date.now() - 1;
    expect(await codeOf(connect().generateDataKey(login({ expiration: past })))).toBe(
      'kms_credentials_expired',
    );
    const lied = { ...login({ expiration: past }), expiration: Date.now() + HOUR };
    const attempt = connect().generateDataKey(lied);
    expect(await codeOf(attempt)).toBe('kms_credentials_expired');
    expect(await awsNameOf(attempt)).toBe('ExpiredTokenException');
  });

  it('a wrong secret, a wrong token and an unknown id are refused', async () => {
    const secret = connect().generateDataKey({ ...login(), secretAccessKey: 'x' });
    expect(await codeOf(secret)).toBe('kms_credentials_invalid');
    expect(await awsNameOf(secret)).toBe('InvalidSignatureException');
    const token = connect().generateDataKey({ ...login(), sessionToken: 'x' });
    expect(await codeOf(token)).toBe('kms_credentials_invalid');
    const id = connect().generateDataKey({ ...login(), accessKeyId: 'ASIAUNKNOWN' });
    expect(await awsNameOf(id)).toBe('UnrecognizedClientException');
  });
});

describe('when KMS cannot be believed or reached', () => {
  it('a server of another authority is never spoken to', async () => {
    const other = await createAuthority('other');
    const stranger = new LoopbackAgent({ ca: other.certPem });
    const kms = createKms({
      keyArn: keys[0]!.arn,
      roleArn: ROLE,
      encryptionContext: CONTEXT,
      configSha256: new Uint8Array(32),
      predecessors: [],
      agent: stranger,
      nsm: nsmOf(),
      clock: systemClock,
      random,
      timeoutMs: 5_000,
    });
    expect(await codeOf(kms.generateDataKey(login()))).toBe('kms_unavailable');
    stranger.destroy();
  });
});

/** A request without the SDK. */
function post(
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const options = { host: HOST, method: 'POST', path: '/', agent, headers };
    const request = https.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, answer: JSON.parse(text) as Record<string, unknown> });
      });
    });
    request.on('error', reject).end(body);
  });
}

class Sha256 {
  readonly #hash;

  constructor(secret?: Uint8Array | string) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
}

function signerOf({ accessKeyId, secretAccessKey, sessionToken }: RoleCredentials): SignatureV4 {
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return new SignatureV4({ credentials, region: REGION, service: 'kms', sha256: Sha256 as never });
}

/** Signs with AWS's own signer and sends. */
async function call(credentials: RoleCredentials, operation: string, body: string) {
  const headers = {
    host: HOST,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `TrentService.${operation}`,
  };
  const request = { method: 'POST', protocol: 'https:', hostname: HOST, path: '/', headers, body };
  return post(body, (await signerOf(credentials).sign(request)).headers);
}

describe('when a call comes without our client', () => {
  it('without a signature it is refused before anything else', async () => {
    const told = await post('{}', { 'x-amz-target': 'TrentService.Decrypt' });
    expect(told).toMatchObject({ status: 400, answer: { __type: 'MissingAuthenticationTokenException' } });
    const odd = await post('{}', { authorization: 'AWS4-HMAC-SHA256 Credential=x' });
    expect(odd).toMatchObject({ status: 400, answer: { __type: 'IncompleteSignatureException' } });
  });

  it.each([
    ['an unknown operation', 'Encrypt', '{}', 'UnknownOperationException'],
    ['no JSON', 'Decrypt', '{', 'SerializationException'],
    ['no object', 'Decrypt', '[]', 'SerializationException'],
    ['a blob that is no base64', 'Decrypt', '{"CiphertextBlob":"*"}', 'ValidationException'],
    ['a blob that is none', 'Decrypt', '{"CiphertextBlob":"AAAA"}', 'InvalidCiphertextException'],
    ['no key', 'GenerateDataKey', '{"KeySpec":"AES_256"}', 'ValidationException'],
    ['another policy', 'GetKeyPolicy', '{"KeyId":"KEY","PolicyName":"x"}', 'NotFoundException'],
    ['another algorithm', 'GenerateDataKey', '{"KeyId":"KEY","Recipient":{}}', 'ValidationException'],
  ])('%s is refused as AWS does', async (_, operation, body, name) => {
    const told = await call(login(), operation, body.replace('KEY', keys[0]!.arn));
    expect(told).toMatchObject({ status: 400, answer: { __type: name } });
  });

  it('an altered body does not match its signature', async () => {
    const credentials = login();
    const signer = signerOf(credentials);
    const headers = { host: HOST, 'x-amz-target': 'TrentService.Decrypt' };
    const request = { method: 'POST', protocol: 'https:', hostname: HOST, path: '/', headers, body: '{}' };
    const signed = (await signer.sign(request)).headers;
    expect((await post('{ }', signed)).answer).toMatchObject({ __type: 'InvalidSignatureException' });
    expect((await post('{}', signed)).answer).toMatchObject({ __type: 'ValidationException' });
  });

  it('the template denies what is not attested; the default policy with IAM behind it does not', async () => {
    const ask = async (credentials: RoleCredentials) =>
      (
        await call(
          credentials,
          'GenerateDataKey',
          JSON.stringify({ KeyId: keys[0]!.arn, KeySpec: 'AES_256' }),
        )
      ).answer;
    expect(await ask(login())).toMatchObject({ __type: 'AccessDeniedException' });
    expect(await ask(login({ iamActions: ['kms:*'] }))).toMatchObject({ __type: 'AccessDeniedException' });
    keys[0]!.policy = policyOf(false);
    expect(await ask(login({ iamActions: ['kms:*'] }))).toMatchObject({ __type: 'AccessDeniedException' });
    const account = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
    const statement = { Effect: 'Allow', Principal: account, Action: 'kms:*', Resource: '*' };
    keys[0]!.policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    expect(await ask(login())).toMatchObject({ __type: 'AccessDeniedException' });
    const answer = await ask(login({ iamActions: ['kms:GenerateDataKey'] }));
    expect(decodeBase64(answer['Plaintext'] as string)).toHaveLength(32);
    expect(answer['CiphertextForRecipient']).toBeUndefined();
  });
});

describe('when an envelope is written', () => {
  it('the reader of real envelopes reads it, in one piece and in many', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    for (const length of [0, 15, 16, 32, 999, 1000, 4096]) {
      const plaintext = random.bytes(length);
      const sealed = sealForRecipient(plaintext, spki, random);
      expect(openEnvelope(sealed, privateKey)).toEqual(plaintext);
      expect(parseEnvelope(sealed).recipient).toEqual(
        new Uint8Array(createHash('sha256').update(spki).digest()),
      );
    }
  });

  it('it has the length and the headers of a real one of the same plaintext', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const sealed = sealForRecipient(
      random.bytes(32),
      new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
      random,
    );
    // Real envelopes of 32 bytes have 493 and begin and end like this.
    expect(sealed).toHaveLength(493);
    expect(encodeBase64(sealed)).toMatch(/^MIAGCSqGSIb3DQEHA6CAMIACAQIxggFrMIIBZwIBAoAg/);
    expect(sealed.subarray(-10)).toEqual(new Uint8Array(10));
  });
});
