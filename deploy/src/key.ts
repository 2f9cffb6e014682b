/**
 * The KMS key. Its policy is exactly the one that `perf-aggregator kms-policy` prints and the enclave compares with.
 */
import { type ImagePcrs, keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import { CfnDeletionPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';
import { parentRoleArn } from './role.ts';

/** The users of the key. */
export interface KeyUsers {
  readonly images: readonly ImagePcrs[];
  /** Role of the parent. */
  readonly role: Role;
}

/** Makes the key. The key outlives the stack: without it all sealed state and the service's report key are lost. */
export function createKey(scope: Construct, parameters: Parameters, { images, role }: KeyUsers): CfnKey {
  const { account, locked } = parameters;
  const key = new CfnKey(scope, 'Key', {
    description: `${parameters.name}: root of the enclaves`,
    // A plain CloudFormation resource is used, because CDK's own Key would rewrite the statements.
    keyPolicy: keyPolicy({ account, roleArn: parentRoleArn(parameters), images, locked }),
    enableKeyRotation: true,
    bypassPolicyLockoutSafetyCheck: locked,
  });
  // KMS refuses a policy that names a missing role.
  key.node.addDependency(role.node.defaultChild!);
  // A locked policy lets nobody delete the key. A rollback that tried to delete it would fail and leave the stack
  // stuck.
  key.cfnOptions.deletionPolicy = locked
    ? CfnDeletionPolicy.RETAIN
    : CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  key.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return key;
}
