/** An enclave has no home folder, no users and no AWS profile, so the SDK must not look for them. */
import https from 'node:https';
import os from 'node:os';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { expect, it } from 'vitest';

it('KMS is called without access to a home folder', async () => {
  const looked: string[] = [];
  for (const name of ['homedir', 'userInfo', 'hostname', 'networkInterfaces'] as const) {
    // This runs before the SDK is loaded, because the SDK keeps references to these functions.
    os[name] = (() => {
      looked.push(name);
      throw new Error('ENOENT');
    }) as never;
  }
  delete process.env['HOME'];
  const { createKms } = await import('../../src/kms/client.ts');
  const agent = new https.Agent();
  agent.createConnection = () => {
    throw Object.assign(new Error('no way out'), { code: 'egress_unreachable' });
  };
  const kms = createKms({
    keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef',
    roleArn: 'arn:aws:iam::111122223333:role/parent',
    agent,
    nsm: { attest: async () => new Uint8Array(1) } as never,
    predecessors: [],
    configSha256: new Uint8Array(32),
    encryptionContext: {},
    clock: { now: () => 0 },
    random,
    timeoutMs: 1_000,
  });
  const credentials = { accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C', expiration: 1 };
  await expect(kms.generateDataKey(credentials)).rejects.toMatchObject({
    code: 'kms_unavailable',
    message: 'KMS: egress_unreachable',
  });
  expect(looked).toEqual([]);
});
