import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { Agent } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { systemClock } from '@perf-aggregator/shared/clock';
import { decodeUserData } from '@perf-aggregator/shared/messages/user-data';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKms } from '../../src/kms/client.ts';
import { KmsError } from '../../src/kms/errors.ts';
import type { AttestationRequest } from '../../src/nsm/port.ts';

const ARN = 'arn:aws:kms:us-east-1:123456789012:key/k';
const HOUR = 3_600_000;
const credentials = {
  accessKeyId: 'ASIA',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiration: systemClock.now() + HOUR,
};
const envelopes = JSON.parse(
  readFileSync(new URL('./fixtures/ciphertext-for-recipient.json', import.meta.url), 'utf8'),
) as { samples: { cmsBase64: string }[] };

/** The next answer of the fake KMS; `undefined` means that it never answers. */
let next: { status: number; body: string } | undefined;
/** The answer to GetKeyPolicy, when it differs. */
let denialPolicy: string | undefined;
const requests: { target: unknown; body: Record<string, unknown> }[] = [];
const attested: AttestationRequest[] = [];
let server: Server;

/** Connects without TLS. The agent of the tunnel adds TLS itself, and this test uses none. */
class PlainAgent extends Agent {
  override createConnection(): Socket {
    return connect((server.address() as AddressInfo).port, '127.0.0.1');
  }
}

const kms = (timeoutMs = 5_000) =>
  createKms({
    keyArn: ARN,
    roleArn: 'arn:aws:iam::123456789012:role/parent',
    encryptionContext: { app: 'test' },
    configSha256: new Uint8Array(32).fill(9),
    predecessors: [],
    agent: new PlainAgent(),
    nsm: {
      trustAnchor: new Uint8Array(),
      attest: async (request) => {
        attested.push(request);
        return Uint8Array.of(1, 2, 3);
      },
      describePcrs: async () => new Map([[0, new Uint8Array(48).fill(7)]]),
      random: async (length) => new Uint8Array(length),
    },
    clock: systemClock,
    random: systemRandom,
    timeoutMs,
  });

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      requests.push({
        target: request.headers['x-amz-target'],
        body: JSON.parse(text) as Record<string, unknown>,
      });
      if (denialPolicy !== undefined && request.headers['x-amz-target'] === 'TrentService.GetKeyPolicy') {
        response.end(JSON.stringify({ Policy: denialPolicy }));
        return;
      }
      if (next === undefined) return;
      response.writeHead(next.status, { 'content-type': 'application/x-amz-json-1.1' }).end(next.body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KmsError);
  return (error as KmsError).code;
}

function answer(status: number, body: unknown): void {
  next = { status, body: JSON.stringify(body) };
}

const good = {
  KeyId: ARN,
  CiphertextBlob: 'AAAA',
  CiphertextForRecipient: envelopes.samples[0]!.cmsBase64,
};

describe('when a call is made', () => {
  it('each call has a fresh attested key, the context, the key of the enclave and typed user data', async () => {
    answer(200, good);
    requests.length = 0;
    attested.length = 0;
    await codeOf(kms().generateDataKey(credentials));
    await codeOf(kms().decrypt(credentials, Uint8Array.of(7)));
    expect(requests.map((one) => one.target)).toEqual([
      'TrentService.GenerateDataKey',
      'TrentService.Decrypt',
    ]);
    for (const { body } of requests) {
      expect(body).toMatchObject({
        KeyId: ARN,
        EncryptionContext: { app: 'test' },
        Recipient: { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: 'AQID' },
      });
    }
    expect(attested.map((one) => one.publicKey?.length)).toEqual([294, 294]);
    expect(attested[0]?.publicKey).not.toEqual(attested[1]?.publicKey);
    expect(decodeUserData(attested[0]!.userData!, 'kms').config_sha256).toEqual(new Uint8Array(32).fill(9));
  });
});

describe('when the answer of KMS is invalid', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['another key', { ...good, KeyId: `${ARN}2` }, 'kms_key_mismatch'],
    ['no key', { ...good, KeyId: undefined }, 'kms_key_mismatch'],
    ['a plaintext', { ...good, Plaintext: 'AAAA' }, 'kms_bad_response'],
    ['no envelope', { ...good, CiphertextForRecipient: undefined }, 'kms_bad_response'],
    ['no blob', { ...good, CiphertextBlob: undefined }, 'kms_bad_response'],
    ['an envelope that is none', { ...good, CiphertextForRecipient: 'AAAA' }, 'kms_envelope_malformed'],
    ['an envelope for somebody else', good, 'kms_envelope_unopened'],
  ])('%s is refused', async (_, body, code) => {
    answer(200, body);
    expect(await codeOf(kms().generateDataKey(credentials))).toBe(code);
  });
});

describe('when KMS refuses or fails', () => {
  it.each<[string, string]>([
    ['AccessDeniedException', 'kms_access_denied'],
    ['ExpiredTokenException', 'kms_credentials_expired'],
    ['ExpiredToken', 'kms_credentials_expired'],
    ['UnrecognizedClientException', 'kms_credentials_invalid'],
    ['InvalidSignatureException', 'kms_credentials_invalid'],
    ['IncompleteSignatureException', 'kms_credentials_invalid'],
    ['SignatureDoesNotMatch', 'kms_credentials_invalid'],
    ['MissingAuthenticationTokenException', 'kms_credentials_invalid'],
    ['InvalidClientTokenId', 'kms_credentials_invalid'],
    ['RequestExpired', 'kms_clock_skewed'],
    ['RequestInTheFuture', 'kms_clock_skewed'],
    ['RequestTimeTooSkewed', 'kms_clock_skewed'],
    ['InvalidCiphertextException', 'kms_ciphertext_invalid'],
    ['IncorrectKeyException', 'kms_ciphertext_invalid'],
    ['NotFoundException', 'kms_key_unusable'],
    ['DisabledException', 'kms_key_unusable'],
    ['KMSInvalidStateException', 'kms_key_unusable'],
    ['InvalidKeyUsageException', 'kms_key_unusable'],
    ['KeyUnavailableException', 'kms_unavailable'],
    ['DependencyTimeoutException', 'kms_unavailable'],
    ['Throttling', 'kms_throttled'],
    ['ThrottlingException', 'kms_throttled'],
    ['TooManyRequestsException', 'kms_throttled'],
    ['LimitExceededException', 'kms_throttled'],
    ['ValidationException', 'kms_request_refused'],
    ['SomethingNewException', 'kms_request_refused'],
    ['constructor', 'kms_request_refused'],
  ])('%s is %s', async (name, code) => {
    answer(400, { __type: name, message: 'secret text' });
    const attempt = kms().decrypt(credentials, Uint8Array.of(1));
    expect(await codeOf(attempt)).toBe(code);
    await expect(attempt).rejects.not.toThrow('secret text');
  });

  it('a denial names the sent values and those of the policy, and repeats no other part of it', async () => {
    const expected = 'ab'.repeat(48);
    const Statement = [
      { Condition: { StringEquals: { 'kms:RecipientAttestation:PCR0': [expected, 'secret text'] } } },
    ];
    denialPolicy = JSON.stringify({ Statement });
    answer(400, { __type: 'AccessDeniedException', message: 'secret text' });
    const attempt = kms().decrypt(credentials, Uint8Array.of(1));
    expect(await codeOf(attempt)).toBe('kms_access_denied');
    await expect(attempt).rejects.toThrow(`wants ${expected} or no measurement, sent ${'07'.repeat(48)}`);
    await expect(attempt).rejects.not.toThrow('secret text');
    denialPolicy = undefined;
    await expect(kms().decrypt(credentials, Uint8Array.of(1))).rejects.toThrow(
      `PCR0 sent ${'07'.repeat(48)}; the key policy cannot be read`,
    );
  });

  it('throttling and internal failures are tried three times', async () => {
    requests.length = 0;
    answer(400, { __type: 'ThrottlingException' });
    expect(await codeOf(kms().decrypt(credentials, Uint8Array.of(1)))).toBe('kms_throttled');
    expect(requests).toHaveLength(3);
    answer(500, { __type: 'KMSInternalException' });
    expect(await codeOf(kms().decrypt(credentials, Uint8Array.of(1)))).toBe('kms_unavailable');
    expect(requests).toHaveLength(6);
  });

  it('a missing answer means unavailable', async () => {
    next = undefined;
    expect(await codeOf(kms(50).decrypt(credentials, Uint8Array.of(1)))).toBe('kms_unavailable');
  });

  it('an answer that is not JSON is invalid', async () => {
    next = { status: 200, body: '<html>' };
    expect(await codeOf(kms().decrypt(credentials, Uint8Array.of(1)))).toMatch(
      /^kms_(unavailable|bad_response)$/,
    );
  });

  it('a request with expired credentials is not sent', async () => {
    requests.length = 0;
    const expired = { ...credentials, expiration: systemClock.now() };
    expect(await codeOf(kms().decrypt(expired, Uint8Array.of(1)))).toBe('kms_credentials_expired');
    expect(await kms().policyState(expired)).toBe('unknown');
    expect(requests).toHaveLength(0);
  });
});
