/**
 * The only instance: its launch template, its group, and how it ends. The group holds one instance, because only one
 * process can use the embedded store. In a replacement, the old instance ends first, and the new one takes over the
 * volume.
 */
import { readFileSync } from 'node:fs';
import { type CfnCreationPolicy, Fn, type Stack } from 'aws-cdk-lib';
import { CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { CfnLaunchTemplate, MachineImage } from 'aws-cdk-lib/aws-ec2';
import { CfnInstanceProfile, type Role } from 'aws-cdk-lib/aws-iam';
import { instanceFile } from './instance-files.ts';
import type { Network } from './network.ts';
import type { Parameters } from './parameters.ts';

/** CID of the first enclave. Further enclaves get the next CIDs. 0 to 3 have meanings of their own. */
export const FIRST_CID = 16;
/** Port on which an enclave listens, and port of the parent's egress proxy. Both are in the image's configuration. */
const ENCLAVE_VSOCK_PORT = 5005;
const EGRESS_VSOCK_PORT = 8003;
/** Any CID of the listening machine. */
const ANY_CID = 4_294_967_295;
/**
 * Requests of one source in 15 minutes. This is three a second. The limit of the load balancer's firewall comes in
 * addition.
 */
const SERVICE_RATE_LIMIT = '3000';
/** How long an ending parent still answers while `/ready` says no, s. It gives watchers time to notice. */
const DRAIN_DELAY_S = '25';
const START_TIMEOUT = 'PT20M';
/** Longer than a start. An instance that cannot serve is replaced in the end, but not in a loop. */
const HEALTH_GRACE_S = 1_800;
const DRAIN_S = 300;

/** The parts and the surroundings of the instance. */
export interface InstanceFacts {
  readonly network: Network;
  readonly role: Role;
  readonly roleArn: string;
  readonly keyArn: string;
  readonly targetGroupArn: string;
  /** `NAME=VALUE` for the scripts in `instance/`. */
  readonly deployment: Readonly<Record<string, string>>;
}

/** Makes the launch template and the group. */
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
  // The first steps of the instance need the way out and the role's permissions.
  group.node.addDependency(facts.network.vpc, facts.role);
  return group;
}

/** Logical id of the group. The instance reports its start to it. */
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
      // The parent is not in a container, so one hop is enough. Nothing further away gets the role's credentials.
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

/** The parent's configuration. The parent reads it from the tags of its instance. */
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
    // The load balancer states the source of a request. Nothing else can reach the parent.
    TRUSTED_PROXIES: facts.network.vpc.vpcCidrBlock,
    DRAIN_DELAY: DRAIN_DELAY_S,
  };
  return Object.fromEntries(
    Object.entries(variables).map(([variable, value]) => [`perf-aggregator:${variable}`, value]),
  );
}

/** The script in `instance/`, with the facts of what it installs. */
function userData(deployment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(deployment).map(([variable, value]) => `${variable}=${value}`);
  const [shebang, ...script] = readFileSync(instanceFile('user-data.sh'), 'utf8').split('\n');
  return [shebang, `DEPLOYMENT='${lines.join('\n')}'`, ...script].join('\n');
}
