/**
 * The role of the instance, whose credentials the parent hands to the enclave. It may do nothing with the key by IAM:
 * the key's policy alone lets it, and only with an attestation.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

/** ARN of the role; known before it exists, so that the key's policy is the same text everywhere. */
export function parentRoleArn({ account, name }: Pick<Parameters, 'account' | 'name'>): string {
  return `arn:aws:iam::${account}:role/${name}-parent`;
}

/** What the instance has to do with. */
export interface RoleFacts {
  readonly stackArn: string;
  readonly volumeArn: string;
  /** ARNs of the files that the instance reads. */
  readonly files: readonly string[];
  readonly logGroupArns: readonly string[];
}

/**
 * Makes the role, without permissions yet: the key and the volume need it first. It outlives the stack as the key does:
 * KMS knows it by a number, and one that was made again under the same name would be another one.
 */
export function createRole(scope: Construct, { name }: Parameters): Role {
  const role = new Role(scope, 'ParentRole', {
    roleName: `${name}-parent`,
    description: 'Parent of the enclaves; the KMS key knows it by name',
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  return role;
}

/** Gives the role what the scripts in `instance/` call, and no more. */
export function grantInstance(role: Role, parameters: Parameters, facts: RoleFacts): void {
  const { account, region, name } = parameters;
  const instances = `arn:aws:ec2:${region}:${account}:instance/*`;
  const group = `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`;
  const volumeActions = ['ec2:AttachVolume', 'ec2:DetachVolume'];
  const statements: readonly [readonly string[], readonly string[], Record<string, string>?][] = [
    [['s3:GetObject'], facts.files],
    [volumeActions, [facts.volumeArn]],
    [volumeActions, [instances], { 'aws:ResourceTag/perf-aggregator-deployment': name }],
    [['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'], facts.logGroupArns],
    [['cloudwatch:PutMetricData'], ['*'], { 'cloudwatch:namespace': name }],
    [['autoscaling:CompleteLifecycleAction'], [group]],
    [['cloudformation:SignalResource'], [facts.stackArn]],
    // Session Manager's agent; AWS lets none of these be narrowed.
    [
      [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      ['*'],
    ],
  ];
  for (const [actions, resources, equals] of statements) {
    const conditions = equals === undefined ? {} : { conditions: { StringEquals: equals } };
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...resources],
        ...conditions,
      }),
    );
  }
}
