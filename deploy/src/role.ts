/**
 * The role of the instance. The parent hands its credentials to the enclave. IAM gives the role no permission for the
 * key. Only the key's policy allows the use of the key, and only with an attestation.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

/** ARN of the role. It is known before the role exists, so that the key's policy has the same text everywhere. */
export function parentRoleArn({ account, name }: Pick<Parameters, 'account' | 'name'>): string {
  return `arn:aws:iam::${account}:role/${name}-parent`;
}

/** What the instance works with. */
export interface RoleFacts {
  readonly stackArn: string;
  readonly volumeArn: string;
  /** ARNs of the files that the instance reads. */
  readonly files: readonly string[];
  readonly logGroupArns: readonly string[];
}

/**
 * Makes the role, without permissions at first, because the key and the volume need the role before them. Like the key,
 * the role outlives the stack. KMS knows the role by a number. A new role with the same name would be a different role
 * to KMS.
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

/** Allows the role exactly the calls that the scripts in `instance/` make. */
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
    // For Session Manager's agent. AWS does not allow any of these actions to be narrowed.
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
