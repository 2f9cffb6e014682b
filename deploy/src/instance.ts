/**
 * The one instance: launch template, group, and how it ends. The group holds one instance, because the embedded store
 * is one process's; when it is replaced, the old one goes first and the new one takes the volume.
 */
import { readFileSync } from 'node:fs';
import { type CfnCreationPolicy, Fn, type Stack } from 'aws-cdk-lib';
import { CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { CfnLaunchTemplate, MachineImage } from 'aws-cdk-lib/aws-ec2';
import { CfnInstanceProfile, type Role } from 'aws-cdk-lib/aws-iam';
import { instanceFile } from './instance-files.ts';
import type { Network } from './network.ts';
import type { Parameters } from './parameters.ts';

/** CID of the first enclave; the next ones follow. 0 to 3 have meanings of their own. */
export const FIRST_CID = 16;
/** Port that an enclave listens on, and port of the parent's egress proxy; both stand in the image's configuration. */
const ENCLAVE_VSOCK_PORT = 5005;
const EGRESS_VSOCK_PORT = 8003;
/** Any CID of the machine that listens. */
const ANY_CID = 4_294_967_295;
/** Requests of one source in 15 minutes: three a second, besides what the load balancer's firewall lets through. */
const SERVICE_RATE_LIMIT = '3000';
/** How long a parent that ends goes on answering while `/ready` says no, s: whoever watches it has time to notice. */
const DRAIN_DELAY_S = '25';
const START_TIMEOUT = 'PT20M';
/** Longer than a start: an instance that cannot serve is replaced at last, not in a loop. */
const HEALTH_GRACE_S = 1_800;
const DRAIN_S = 300;

/** What the instance is made of and stands in. */
export interface InstanceFacts {
  readonly network: Network;
  readonly role: Role;
  readonly roleArn: string;
  readonly keyArn: string;
  readonly targetGroupArn: string;
  /** `NAME=VALUE` for the scripts in `instance/`. */
  readonly deployment: Readonly<Record<string, string>>;
}

/** Makes launch template and group. */
export function createGroup(scope: Stack, parameters: Parameters, facts: InstanceFacts): CfnAutoScalingGroup {
  const template = createTemplate(scope, parameters, facts);
  const group = new CfnAutoScalingGroup(scope, GROUP_ID, {
    autoScalingGroupName: parameters.name,
    minSize: '1',
    maxSize: '1',
    desiredCapacity: '1',
    vpcZoneIdentifier: [facts.network.subnet.subnetId],
    launchTemplate: { launchTemplateId: template.ref, version: template.attrLatestVersionNumber },
    targetGroupArns: [facts.targetGroupArn],
    healthCheckType: 'ELB',
    healthCheckGracePeriod: HEALTH_GRACE_S,
    lifecycleHookSpecificationList: [
      {
        lifecycleHookName: 'drain',
        lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        heartbeatTimeout: DRAIN_S,
        defaultResult: 'CONTINUE',
      },
    ],
  });
  const signals: CfnCreationPolicy = { resourceSignal: { count: 1, timeout: START_TIMEOUT } };
  group.cfnOptions.creationPolicy = signals;
  group.cfnOptions.updatePolicy = {
    autoScalingRollingUpdate: {
      minInstancesInService: 0,
      maxBatchSize: 1,
      waitOnResourceSignals: true,
      pauseTime: START_TIMEOUT,
      suspendProcesses: ['HealthCheck', 'ReplaceUnhealthy', 'AZRebalance', 'AlarmNotification'],
    },
  };
  // Its first steps need the way out, and the role's permissions.
  group.node.addDependency(facts.network.vpc, facts.role);
  return group;
}

/** Logical id of the group, which the instance reports its start to. */
export const GROUP_ID = 'Group';

function createTemplate(scope: Stack, parameters: Parameters, facts: InstanceFacts): CfnLaunchTemplate {
  const { name, instanceType } = parameters;
  const profile = new CfnInstanceProfile(scope, 'Profile', { roles: [facts.role.roleName] });
  const tags = Object.entries({
    Name: name,
    'perf-aggregator-deployment': name,
    ...parentTags(parameters, facts),
  });
  return new CfnLaunchTemplate(scope, 'Template', {
    launchTemplateData: {
      imageId: MachineImage.latestAmazonLinux2023().getImage(scope).imageId,
      instanceType,
      enclaveOptions: { enabled: true },
      iamInstanceProfile: { arn: profile.attrArn },
      securityGroupIds: [facts.network.instance.securityGroupId],
      // The parent is no container: one hop is enough, and nothing further away gets the role's credentials.
      metadataOptions: {
        httpEndpoint: 'enabled',
        httpTokens: 'required',
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: 'enabled',
      },
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: { volumeType: 'gp3', volumeSize: 30, encrypted: true, deleteOnTermination: true },
        },
      ],
      tagSpecifications: [{ resourceType: 'instance', tags: tags.map(([key, value]) => ({ key, value })) }],
      userData: Fn.base64(userData(facts.deployment)),
    },
  });
}

/** The parent's configuration, which it reads from the tags of its instance. */
function parentTags(parameters: Parameters, facts: InstanceFacts): Readonly<Record<string, string>> {
  const cids = Array.from({ length: parameters.enclaves }, (_, index) => FIRST_CID + index);
  const variables = {
    ENCLAVE_ENDPOINT: cids.map((cid) => `vsock://${cid}:${ENCLAVE_VSOCK_PORT}`).join(),
    EGRESS_ENDPOINT: `vsock://${ANY_CID}:${EGRESS_VSOCK_PORT}`,
    EGRESS_ALLOW: parameters.egressAllow.join(),
    EGRESS_ADDRESSES: facts.network.egressAddress,
    KMS_KEY_ARN: facts.keyArn,
    KMS_ROLE_ARN: facts.roleArn,
    RATE_LIMIT_MAX: SERVICE_RATE_LIMIT,
    // The load balancer says who a request is from, and nobody else can reach the parent.
    TRUSTED_PROXIES: facts.network.vpc.vpcCidrBlock,
    DRAIN_DELAY: DRAIN_DELAY_S,
  };
  return Object.fromEntries(
    Object.entries(variables).map(([variable, value]) => [`perf-aggregator:${variable}`, value]),
  );
}

/** The script in `instance/`, told what it installs. */
function userData(deployment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(deployment).map(([variable, value]) => `${variable}=${value}`);
  const [shebang, ...script] = readFileSync(instanceFile('user-data.sh'), 'utf8').split('\n');
  return [shebang, `DEPLOYMENT='${lines.join('\n')}'`, ...script].join('\n');
}
