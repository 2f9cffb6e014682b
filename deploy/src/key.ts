/** The KMS key, under exactly the policy that `perf-aggregator kms-policy` prints and the enclave compares with. */
import { type ImagePcrs, keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { CfnDeletionPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';
import { parentRoleArn } from './role.ts';

/** Whom the key serves. */
export interface KeyUsers {
  readonly images: readonly ImagePcrs[];
  /** Role of the parent. */
  readonly role: Role;
}

/** Makes the key. It outlives the stack: without it all sealed state and the service's report key are lost. */
export function createKey(scope: Construct, parameters: Parameters, { images, role }: KeyUsers): CfnKey {
  const { account, locked } = parameters;
  const key = new CfnKey(scope, 'Key', {
    description: `${parameters.name}: root of the enclaves`,
    // A plain resource: CDK's own Key would write statements anew.
    keyPolicy: keyPolicy({ account, roleArn: parentRoleArn(parameters), images, locked }),
    enableKeyRotation: true,
    bypassPolicyLockoutSafetyCheck: locked,
  });
  // KMS refuses a policy that names a role which does not exist.
  key.node.addDependency(role.node.defaultChild!);
  // A locked policy lets nobody delete the key: a rollback that tried would fail, and leave the stack stuck.
  key.cfnOptions.deletionPolicy = locked
    ? CfnDeletionPolicy.RETAIN
    : CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  key.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return key;
}
