/**
 * Detects who used the key without an attestation, and who changed what may use it.
 *
 * CloudTrail records every call of KMS. Only calls with an attestation document carry `additionalEventData.recipient`,
 * and all of them do (AWS KMS Developer Guide, "Monitoring attested requests"). A call that succeeded (no `errorCode`)
 * without it means that the key's policy has a hole, whoever made the call. The parent's own attempts
 * (`instance/canary.sh`) find a hole before somebody uses it. These rules find what no parent can hide.
 */
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Parameters } from './parameters.ts';

/** Calls that use key material. The template allows the first two, with an attestation. */
const USES = [
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'Encrypt',
  'ReEncrypt',
];
/** Calls that may change the policy or delete the key. */
const CHANGES = [
  'PutKeyPolicy',
  'CreateGrant',
  'ReplicateKey',
  'ImportKeyMaterial',
  'DisableKey',
  'ScheduleKeyDeletion',
];

/** Names of the two rules. */
export interface CanaryRules {
  readonly unattestedUse: string;
  readonly keyChanged: string;
}

/** What the rules watch, and whom they notify. */
export interface Watch {
  readonly keyArn: string;
  /** The topic gets the whole event: who, when, from where. */
  readonly topicArn: string;
}

/** Makes the rules and the trail. Without the trail, EventBridge sees no call of KMS. */
export function createCanaryRules(scope: Stack, parameters: Parameters, watch: Watch): CanaryRules {
  const { name, trail } = parameters;
  if (trail === 'create') createTrail(scope);
  const rule = (id: string, ruleName: string, description: string, detail: object) => {
    new CfnRule(scope, id, {
      name: ruleName,
      description,
      // Decrypt and GenerateDataKey count as reads. By default, rules do not see reads.
      state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
      eventPattern: {
        source: ['aws.kms'],
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['kms.amazonaws.com'],
          errorCode: [{ exists: false }],
          resources: { ARN: [watch.keyArn] },
          ...detail,
        },
      },
      targets: [{ id: 'alarms', arn: watch.topicArn }],
    });
    return ruleName;
  };
  return {
    unattestedUse: rule(
      'UnattestedUseRule',
      `${name}-unattested-use`,
      'The key was used without attestation',
      {
        eventName: USES,
        // EventBridge can test only leaves for absence. Every attestation of an enclave has this leaf.
        additionalEventData: { recipient: { attestationDocumentModuleId: [{ exists: false }] } },
      },
    ),
    keyChanged: rule('KeyChangedRule', `${name}-key-changed`, 'The key, its policy or its grants changed', {
      eventName: CHANGES,
    }),
  };
}

function createTrail(scope: Stack): void {
  const bucket = new Bucket(scope, 'TrailBucket', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    lifecycleRules: [{ expiration: Duration.days(365) }],
    // The trail writes into the bucket at once, and CloudFormation deletes no bucket that holds anything. A rollback
    // that tried to delete it would fail and leave the stack stuck.
    removalPolicy: RemovalPolicy.RETAIN,
  }) as IBucket;
  new Trail(scope, 'Trail', {
    bucket,
    managementEvents: ReadWriteType.ALL,
    isMultiRegionTrail: false,
    includeGlobalServiceEvents: false,
    enableFileValidation: true,
  });
}
