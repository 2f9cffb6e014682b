/** Builds the deployment from its parts. */
import { POLICY_REGISTERS } from '@perf-aggregator/shared/kms/key-policy';
import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { createAlarms, createTopic } from './alarms.ts';
import type { Artifacts } from './artifacts.ts';
import { createBalancer } from './balancer.ts';
import { createCanaryRules } from './canary.ts';
import { createGroup, GROUP_ID } from './instance.ts';
import { INSTANCE_FOLDER } from './instance-files.ts';
import { createKey } from './key.ts';
import { createLogs } from './logs.ts';
import { createNetwork } from './network.ts';
import type { Parameters } from './parameters.ts';
import { createRole, grantInstance, parentRoleArn } from './role.ts';
import { createBackups, createVolume } from './store.ts';

interface Files {
  readonly eif: Asset;
  readonly parent: Asset;
  /** Units and scripts. */
  readonly bundle: Asset;
}

/** Everything for one deployment, in one stack. */
export class DeploymentStack extends Stack {
  readonly #zones: readonly string[];

  /** @param artifacts - already compared with each other; `readArtifacts` makes them */
  constructor(scope: Construct, parameters: Parameters, artifacts: Artifacts, props: StackProps = {}) {
    const { account, region, name } = parameters;
    super(scope, name, { env: { account, region }, ...props });
    // The zones are given, or CloudFormation chooses them. CDK would need credentials to look them up.
    this.#zones = parameters.availabilityZones ?? [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
    this.#build(parameters, artifacts);
  }

  override get availabilityZones(): string[] {
    return [...this.#zones];
  }

  #build(parameters: Parameters, artifacts: Artifacts): void {
    const { account, region } = parameters;
    const network = createNetwork(this, parameters);
    const role = createRole(this, parameters);
    const key = createKey(this, parameters, { images: artifacts.images, role });
    const volume = createVolume(this, parameters, network.subnet);
    createBackups(this, parameters);
    const balancer = createBalancer(this, parameters, network);
    const files = this.#addFiles(artifacts);
    const logs = createLogs(this, parameters);
    grantInstance(role, parameters, {
      stackArn: this.stackId,
      volumeArn: `arn:aws:ec2:${region}:${account}:volume/${volume.ref}`,
      files: Object.values(files).map((file) => `arn:aws:s3:::${placeOf(file)}`),
      logGroupArns: logs.map((group) => group.logGroupArn),
    });
    createGroup(this, parameters, {
      network,
      role,
      roleArn: parentRoleArn(parameters),
      keyArn: key.attrArn,
      targetGroupArn: balancer.targets.targetGroupArn,
      deployment: {
        ...this.#deployment(parameters),
        ...placesOf(artifacts, files),
        VOLUME: volume.ref,
        KEY_ARN: key.attrArn,
      },
    });
    const topic = createTopic(this, parameters);
    const rules = createCanaryRules(this, parameters, { keyArn: key.attrArn, topicArn: topic.topicArn });
    createAlarms(this, parameters, { balancer, rules, topic });
    this.#tell({
      BalancerName: balancer.balancer.loadBalancerDnsName,
      EgressAddress: network.egressAddress,
      KeyArn: key.attrArn,
      RoleArn: parentRoleArn(parameters),
      VolumeId: volume.ref,
      Measurements: flagsOf(artifacts),
    });
  }

  /** Files reach the instance through the bucket that `cdk bootstrap` made. Each file is named by its content. */
  #addFiles({ eif, parent }: Artifacts): Files {
    return {
      eif: new Asset(this, 'Eif', { path: eif.path }),
      parent: new Asset(this, 'ParentFiles', { path: parent.path }),
      bundle: new Asset(this, 'InstanceFiles', { path: INSTANCE_FOLDER }),
    };
  }

  /**
   * Names and sizes. They are a part of what `instance/user-data.sh` writes to `/etc/perf-aggregator/deployment.env`.
   */
  #deployment(parameters: Parameters): Readonly<Record<string, string>> {
    return {
      NAME: parameters.name,
      AWS_REGION: parameters.region,
      STACK: this.stackName,
      GROUP_ID,
      ENCLAVES: String(parameters.enclaves),
      ENCLAVE_CPUS: String(parameters.enclaveCpus),
      ENCLAVE_MEMORY_MIB: String(parameters.enclaveMemoryMib),
    };
  }

  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}

/** Another part of the same file: where the files are, and their digests. */
function placesOf({ eif, parent }: Artifacts, files: Files): Readonly<Record<string, string>> {
  return {
    BUNDLE: placeOf(files.bundle),
    EIF: placeOf(files.eif),
    EIF_SHA256: eif.sha256,
    PARENT: placeOf(files.parent),
    PARENT_SHA256: parent.sha256,
  };
}

function placeOf(file: Asset): string {
  return `${file.s3BucketName}/${file.s3ObjectKey}`;
}

/** What to demand of a quote, as flags for the command line. */
function flagsOf({ images }: Artifacts): string {
  return POLICY_REGISTERS.map((index) => `--pcr ${index}=${images[0]![index]}`).join(' ');
}
