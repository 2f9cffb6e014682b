/** KMS is called at the host that is on the allow list: both follow from the ARN, in every partition. */
import https from 'node:https';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { keyService } from '@perf-aggregator/shared/wire/deployment';
import { describe, expect, it } from 'vitest';
import { createKms } from '../../src/kms/client.ts';

const credentials = { accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C', expiration: 1 };

async function dialledFor(keyArn: string): Promise<string[]> {
  const dialled: string[] = [];
  const agent = new https.Agent();
  agent.createConnection = ({ host }: { host?: string }) => {
    dialled.push(String(host));
    throw Object.assign(new Error('no way out'), { code: 'egress_unreachable' });
  };
  const kms = createKms({
    keyArn,
    agent,
    roleArn: 'arn:aws:iam::111122223333:role/parent',
    nsm: { attest: async () => new Uint8Array(1) } as never,
    ...{ predecessors: [], configSha256: new Uint8Array(32), encryptionContext: {} },
    ...{ clock: { now: () => 0 }, random, timeoutMs: 1_000 },
  });
  await expect(kms.generateDataKey(credentials)).rejects.toMatchObject({ code: 'kms_unavailable' });
  return dialled;
}

describe('when KMS is called', () => {
  it.each([
    ['aws', 'eu-west-1', 'kms.eu-west-1.amazonaws.com'],
    ['aws-us-gov', 'us-gov-west-1', 'kms.us-gov-west-1.amazonaws.com'],
    ['aws-cn', 'cn-north-1', 'kms.cn-north-1.amazonaws.com.cn'],
  ])('in %s the host of %s is %s', async (partition, region, host) => {
    const keyArn = `arn:${partition}:kms:${region}:111122223333:key/01234567-89ab-cdef-0123-456789abcdef`;
    expect(new Set(await dialledFor(keyArn))).toEqual(new Set([host]));
    expect(keyService(keyArn)).toEqual({ region, host });
  });

  it('an unchecked ARN is not used', async () => {
    await expect(dialledFor('arn:aws:kms:eu-west-1:111122223333:alias/x')).rejects.toThrow(TypeError);
  });
});
