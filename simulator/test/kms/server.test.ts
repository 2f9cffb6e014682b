import { createKms } from '@perf-aggregator/enclave/kms/client';
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { describe, expect, it } from 'vitest';
import { createNsmRoot } from '../../src/nsm/chain.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';
import { createAuthority } from '../../src/pki/authority.ts';
import {
  ACCOUNT,
  awsNameOf,
  CONTEXT,
  codeOf,
  connect,
  HOUR,
  keys,
  kmsClock,
  LoopbackAgent,
  login,
  newKey,
  nsmOf,
  policyOf,
  ROLE,
} from './service.ts';

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

  it('the policy state is locked, or mutable after any difference', async () => {
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

describe('when a request does not meet the policy', () => {
  it('another image is denied for a difference in any register', async () => {
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

  it('a denial that no register explains has a message that says so', async () => {
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
  it('the client refuses expired credentials, and KMS does if the owner states a later expiry', async () => {
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

describe('when KMS cannot be authenticated or reached', () => {
  it('nothing is sent to a server of another authority', async () => {
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
