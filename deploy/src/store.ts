/** The store's volume and its daily snapshots. The volume outlives the instance. */
import { CfnDeletionPolicy, type CfnTag } from 'aws-cdk-lib';
import { CfnLifecyclePolicy } from 'aws-cdk-lib/aws-dlm';
import { CfnVolume, type ISubnet } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

const SNAPSHOTS_KEPT = 14;
const BACKUP_TAG = 'perf-aggregator-backup';

/**
 * Makes the volume, in the instance's zone. The parent writes only sealed data on it. The disk is encrypted in
 * addition.
 */
export function createVolume(scope: Construct, parameters: Parameters, subnet: ISubnet): CfnVolume {
  const { name, volumeGib, snapshot } = parameters;
  const tags: CfnTag[] = [
    { key: 'Name', value: `${name}-store` },
    { key: BACKUP_TAG, value: name },
  ];
  const volume = new CfnVolume(scope, 'Store', {
    availabilityZone: subnet.availabilityZone,
    volumeType: 'gp3',
    size: volumeGib,
    encrypted: true,
    ...(snapshot === null ? {} : { snapshotId: snapshot }),
    tags,
  });
  volume.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  volume.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return volume;
}

/**
 * Daily snapshots of the volume, kept for two weeks. A snapshot holds the whole volume at one instant. Every commit of
 * LMDB is on the disk before it counts. A snapshot therefore opens like a store after a power failure.
 */
export function createBackups(scope: Construct, { name }: Parameters): void {
  const role = new Role(scope, 'BackupRole', {
    assumedBy: new ServicePrincipal('dlm.amazonaws.com'),
    managedPolicies: [
      ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSDataLifecycleManagerServiceRole'),
    ],
  });
  new CfnLifecyclePolicy(scope, 'Backups', {
    description: `${name} store daily`,
    state: 'ENABLED',
    executionRoleArn: role.roleArn,
    policyDetails: {
      resourceTypes: ['VOLUME'],
      targetTags: [{ key: BACKUP_TAG, value: name }],
      schedules: [
        {
          name: 'daily',
          createRule: { interval: 24, intervalUnit: 'HOURS', times: ['03:00'] },
          retainRule: { count: SNAPSHOTS_KEPT },
          copyTags: true,
        },
      ],
    },
  });
}
