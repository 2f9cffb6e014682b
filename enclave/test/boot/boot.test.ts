import type { KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import { encodeBootRequest } from '@perf-aggregator/shared/wire/boot';
import type { Deployment } from '@perf-aggregator/shared/wire/deployment';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { boot } from '../../src/boot/boot.ts';
import { type BootContext, Lifecycle } from '../../src/boot/lifecycle.ts';
import { Allowance } from '../../src/context/allowance.ts';
import type { EnclaveContext } from '../../src/context/context.ts';
import { Refusal } from '../../src/errors.ts';
import { KmsError } from '../../src/kms/errors.ts';

const DEPLOYMENT: Deployment = {
  keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000',
  roleArn: 'arn:aws:iam::123456789012:role/parent',
};

/** An enclave that serves under one policy, and a KMS that reports another; `asked` counts the calls of the KMS. */
function serving(kmsPolicy: KmsPolicyState, says: () => KmsPolicyState) {
  const logged: unknown[] = [];
  const kms = {
    asked: 0,
    policyState: async () => {
      kms.asked += 1;
      return says();
    },
  };
  const lifecycle = new Lifecycle();
  lifecycle.serve({ config: { kms: DEPLOYMENT }, kms, kmsPolicy } as unknown as EnclaveContext);
  const log = (...line: unknown[]) => logged.push(line);
  const context = { lifecycle, log, bytesUnderWay: new Allowance(1e6, 'bytes') } as unknown as BootContext;
  const again = (deployment: Partial<Deployment> = {}) => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't', expiration: 1 };
    const asked = { credentials, deployment: { ...DEPLOYMENT, ...deployment }, sharers: 1, genesis: null };
    const body = encodeBootRequest(asked);
    return boot(context, { operation: 'boot', session: null, version: null, body, state: null });
  };
  return { again, kms, logged, policy: () => lifecycle.serving().kmsPolicy };
}

describe('when a serving enclave is booted again', () => {
  it('a changed policy becomes the policy of the enclave', async () => {
    const { again, logged, policy } = serving('mutable', () => 'locked');
    expect(await again()).toMatchObject({ outcome: 'ok' });
    expect([policy(), logged]).toEqual(['locked', [['kms_policy', { kmsPolicy: 'locked' }]]]);
  });

  it.each(['mutable', 'unknown'] as const)(
    'a policy that is reported as %s does not change it',
    async (said) => {
      const { again, kms, logged, policy } = serving('mutable', () => said);
      await again();
      expect([policy(), kms.asked, logged]).toEqual(['mutable', 1, []]);
    },
  );

  it('an enclave under a locked policy does not call the KMS again', async () => {
    const { again, kms, policy } = serving('locked', () => 'mutable');
    await again();
    expect([policy(), kms.asked]).toEqual(['locked', 0]);
  });

  it.each([
    ['key', { keyArn: DEPLOYMENT.keyArn.replace('key/0', 'key/1') }],
    ['role', { roleArn: `${DEPLOYMENT.roleArn}-two` }],
  ])('with another %s it refuses, and makes no calls', async (_, deployment) => {
    const { again, kms, policy } = serving('mutable', () => 'locked');
    expect(await codeOfRejection(again(deployment), Refusal)).toBe('deployment_refused');
    expect([policy(), kms.asked]).toEqual(['mutable', 0]);
  });

  it('a KMS that does not answer is logged by its code, and the policy stays unchanged', async () => {
    const { again, logged, policy } = serving('mutable', () => {
      throw new KmsError('kms_unavailable', 'no way out');
    });
    expect(await codeOfRejection(again(), Refusal)).toBe('kms_unavailable');
    expect(policy()).toBe('mutable');
    expect(logged).toEqual([['kms_failed', { code: 'kms_unavailable', reason: 'no way out' }]]);
  });
});
