import { PolicyError, VerificationError } from '@perf-aggregator/attestation';
import { decodeBase64Url, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { systemRandom } from '@perf-aggregator/shared/random';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildDocument } from '../../../attestation/test/nitro-builder.ts';
import { codeOf, codeOfRejection } from '../../../shared/test/codes.ts';
import { ClientError, SecurityError } from '../../src/errors.ts';
import { EXPECTATION_MEMBERS, type Expectations, verifyQuote } from '../../src/sdk/quote.ts';
import { SecureClient } from '../../src/sdk/secure-client.ts';
import { EXPECT, FakeService, MADE_AT, OTHER_NONCE, PCRS, quoteFor, quoteUserData } from './fake-service.ts';

const ACCOUNT = { userId: 'u', exchange: 'binance', apiKey: 'key-marker', apiSecret: 'secret-marker' };
const MINUTE = 60_000;
let service: FakeService;

beforeEach(() => {
  service = new FakeService();
});

function clientWith(expect: Expectations | undefined, now = MADE_AT): SecureClient {
  return new SecureClient({
    enclaveUrl: 'http://service.test',
    ...(expect ? { expect } : {}),
    clock: { now: () => now },
    random: systemRandom,
    adapter: service.adapter,
    ...ACCOUNT,
  });
}

/** Lets the service quote with `change`. */
function quoting(change: (nonce: Uint8Array) => Uint8Array): void {
  service.answer = (path) => {
    const nonce = /nonce=([\w-]+)/.exec(path)?.[1];
    if (nonce === undefined) return undefined;
    return { status: 200, body: { attestation: encodeBase64(change(decodeBase64Url(nonce))) } };
  };
}

describe('when a quote meets the expectations', () => {
  it('its contents are returned', async () => {
    const quote = await clientWith({
      ...EXPECT,
      configSha256: '05'.repeat(32).toUpperCase(),
      kmsPolicy: 'locked',
    }).quote();
    expect(quote).toMatchObject({
      simulated: true,
      configSha256: '05'.repeat(32),
      kmsPolicy: 'locked',
      reportKey: new Uint8Array(32).fill(4),
    });
    expect(quote.handshakePub).toHaveLength(32);
  });

  it('every quote has its own nonce', async () => {
    await clientWith(EXPECT).quote();
    await clientWith(EXPECT).quote();
    expect(new Set(service.requests.map(({ path }) => path)).size).toBe(2);
  });
});

describe('when the operator says which addresses venues see', () => {
  const saying = (beside: object) => {
    service.answer = (path) => {
      const nonce = /nonce=([\w-]+)/.exec(path)?.[1];
      if (nonce === undefined) return undefined;
      const attestation = encodeBase64(quoteFor(decodeBase64Url(nonce)));
      return { status: 200, body: { attestation, ...beside } };
    };
    return clientWith(EXPECT).quote();
  };

  it('the client returns them as unverified, and none when the operator names none', async () => {
    const addresses = ['203.0.113.7', '2001:db8::7'];
    expect((await saying({ egress_addresses: addresses })).egressAddressesUnverified).toEqual(addresses);
    expect((await saying({})).egressAddressesUnverified).toEqual([]);
  });

  it.each([
    ['text for a terminal', ['\u001b[2J203.0.113.7']],
    ['a name', ['venue.example']],
    ['a network', ['203.0.113.0/24']],
    ['no list', '203.0.113.7'],
    ['more than there can be', Array.from({ length: 17 }, (_, index) => `203.0.113.${index}`)],
  ])('%s is no quote of the protocol', async (_, addresses) => {
    expect(await codeOfRejection(saying({ egress_addresses: addresses }), SecurityError)).toBe(
      'quote_malformed',
    );
  });
});

describe('when a quote does not meet the expectations, nothing but the question was sent', () => {
  const refusal = async (
    type: Parameters<typeof codeOfRejection>[1],
    expectations: Expectations | undefined = EXPECT,
    now = MADE_AT,
  ) => {
    const code = await codeOfRejection(clientWith(expectations, now).register(), type);
    expect(service.paths.filter((path) => path !== 'GET /attestation/quote')).toEqual([]);
    expect(JSON.stringify(service.requests)).not.toMatch(/key-marker|secret-marker/);
    return code;
  };

  it('no expectation: the question is not sent either', async () => {
    expect(await codeOfRejection(clientWith(undefined).register(), SecurityError)).toBe(
      'expectations_missing',
    );
    expect(service.requests).toEqual([]);
    expect(await refusal(PolicyError, { ...EXPECT, measurements: [] })).toBe('policy_empty');
  });

  it('another image', async () => {
    expect(await refusal(PolicyError, { ...EXPECT, measurements: [{ ...PCRS, 1: 'ab'.repeat(48) }] })).toBe(
      'pcr_mismatch',
    );
  });

  it("another root, where AWS's root is the default", async () => {
    expect(await refusal(VerificationError, { measurements: 'any-image' })).toBe('root_untrusted');
  });

  it('another nonce, or none', async () => {
    quoting(() => quoteFor(OTHER_NONCE));
    expect(await refusal(PolicyError)).toBe('nonce_mismatch');
    quoting((nonce) => quoteFor(nonce, { nonce: null }));
    expect(await refusal(PolicyError)).toBe('nonce_mismatch');
  });

  it('an old document, or one of the future', async () => {
    expect(await refusal(PolicyError, EXPECT, MADE_AT + 5 * MINUTE + 1)).toBe('document_not_fresh');
    expect(await refusal(PolicyError, EXPECT, MADE_AT - 5 * MINUTE - 1)).toBe('document_not_fresh');
    expect(await refusal(VerificationError, EXPECT, MADE_AT + 61 * MINUTE)).toBe('certificate_expired');
  });

  it('an enclave in debug mode, unless that is allowed', async () => {
    const pcrs = new Map(Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48)] as const));
    quoting((nonce) => quoteFor(nonce, { pcrs }));
    expect(await refusal(PolicyError, { ...EXPECT, measurements: 'any-image' })).toBe('debug_mode');
    await expect(
      clientWith({ ...EXPECT, measurements: 'any-image', allowDebug: true }).quote(),
    ).resolves.toMatchObject({ simulated: true, attestation: { debug: true } });
  });

  it('another configuration or KMS policy', async () => {
    expect(await refusal(SecurityError, { ...EXPECT, configSha256: '06'.repeat(32) })).toBe(
      'config_mismatch',
    );
    expect(await refusal(SecurityError, { ...EXPECT, kmsPolicy: 'mutable' })).toBe('kms_policy_unacceptable');
  });

  it.each(['mutable', 'unknown'] as const)(
    'a key whose policy is %s, unless that state or the configuration is named',
    async (kms_policy) => {
      quoting((nonce) => quoteFor(nonce, { user_data: quoteUserData({ kms_policy }) }));
      expect(await refusal(SecurityError)).toBe('kms_policy_unacceptable');
      expect(await refusal(SecurityError, { ...EXPECT, kmsPolicy: 'locked' })).toBe(
        'kms_policy_unacceptable',
      );
      const named = { configSha256: '05'.repeat(32) };
      for (const choice of [{ kmsPolicy: kms_policy }, named, { ...named, kmsPolicy: kms_policy }]) {
        await expect(clientWith({ ...EXPECT, ...choice }).quote()).resolves.toMatchObject({
          kmsPolicy: kms_policy,
        });
      }
      expect(await refusal(SecurityError, { ...EXPECT, ...named, kmsPolicy: 'locked' })).toBe(
        'kms_policy_unacceptable',
      );
    },
  );

  it.each([
    [
      'a document for something else',
      { user_data: quoteUserData({ t: 'kms', report_key: undefined, kms_policy: undefined }) },
    ],
    ['no user data', { user_data: null }],
    ['a report', { user_data: null, public_key: new Uint8Array(32) }],
    ['no handshake key', { public_key: null }],
    ['a handshake key of another length', { public_key: new Uint8Array(31) }],
  ])('%s', async (_, payload) => {
    quoting((nonce) => quoteFor(nonce, payload));
    expect(await refusal(SecurityError)).toBe('quote_malformed');
  });

  it('a document with an invalid signature', async () => {
    quoting((nonce) => {
      const fields = { nonce, user_data: quoteUserData(), public_key: new Uint8Array(32).fill(1) };
      return buildDocument({
        payload: fields,
        signature: (bytes) => bytes.map((byte, index) => (index === 5 ? byte ^ 1 : byte)),
      }).bytes;
    });
    expect(await refusal(VerificationError)).toBe('signature_invalid');
  });

  it.each([[{}], [{ attestation: 1 }], [{ attestation: '*' }], [null], ['text']])(
    'no document: %j',
    async (body) => {
      service.answer = () => ({ status: 200, body });
      expect(await refusal(SecurityError)).toBe('quote_malformed');
    },
  );

  it('a redirect, or a page of another server', async () => {
    service.answer = () => ({ status: 302, body: null });
    expect(await refusal(ClientError)).toBe('service_malformed');
  });
});

describe('when a quote is verified later', () => {
  it('it is verified at its own time', () => {
    const quote = quoteFor(OTHER_NONCE);
    expect(verifyQuote(quote, OTHER_NONCE, EXPECT, MADE_AT + 5 * MINUTE).simulated).toBe(true);
  });
});

describe('when expectations have an unknown member', () => {
  const WHOLE: Required<Expectations> = {
    ...{ measurements: EXPECT.measurements, roots: EXPECT.roots!, allowDebug: false },
    ...{ configSha256: '05'.repeat(32), kmsPolicy: 'locked' },
  };

  it('the list of members holds exactly those of the type, and all are accepted', async () => {
    expect(Object.keys(EXPECTATION_MEMBERS).sort()).toEqual(Object.keys(WHOLE).sort());
    await expect(clientWith(WHOLE).quote()).resolves.toMatchObject({ simulated: true });
  });

  it.each([
    'config_sha256',
    'configSHA256',
    'kms_policy',
    'kmspolicy',
    'root',
    'pcrs',
    'nonce',
    'policy',
    'allow_debug',
  ])('%s is refused before any request, and for a local document too', async (name) => {
    const expectations = { ...WHOLE, [name]: undefined } as Expectations;
    expect(await codeOfRejection(clientWith(expectations).quote(), PolicyError)).toBe('policy_invalid');
    expect(await codeOfRejection(clientWith(expectations).register(), PolicyError)).toBe('policy_invalid');
    expect(service.requests).toEqual([]);
    const document = quoteFor(OTHER_NONCE);
    expect(codeOf(() => verifyQuote(document, OTHER_NONCE, expectations, MADE_AT), PolicyError)).toBe(
      'policy_invalid',
    );
  });

  it.each([
    { configSha256: '05' },
    { configSha256: null },
    { configSha256: `${'05'.repeat(32)}\n` },
    { kmsPolicy: 'Locked' },
    { kmsPolicy: null },
    { measurements: [{ 1: PCRS[1] }] },
    { measurements: [{ 0: '0'.repeat(96) }] },
  ])('%j is refused', async (members) => {
    const expectations = { ...WHOLE, ...members } as unknown as Expectations;
    expect(await codeOfRejection(clientWith(expectations).quote(), PolicyError)).toBe('policy_invalid');
  });
});
