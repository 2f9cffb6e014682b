/** Key, instance and network of a deployment with the required parameters, and of one with every parameter. */
import { readdirSync, readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { checkPolicy } from '../../client/src/kms-policy/check-policy.ts';
import { readPolicy } from '../../client/src/kms-policy/read-policy.ts';
import { run } from '../../client/test/cli/cli.ts';
import { parseConfig } from '../../parent/src/config.ts';
import { formatEndpoint } from '../../shared/src/transport/endpoint.ts';
import { folder, measurements, PCRS, PREDECESSOR, ROLE_ARN, synthesise, write } from './deployment.ts';
import { type Resource, resourcesOf, tagsOf } from './template.ts';

const KEY_ARN = 'arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000';
const template = synthesise();
/** A deployment with every parameter, each different from its default. */
const whole = synthesise({
  measurements: `${folder}/measurements.json,${write('predecessor.json', measurements(PREDECESSOR))}`,
  name: 'perf-two',
  locked: 'true',
  enclaves: '2',
  instanceType: 'm6i.2xlarge',
  egressAllow: 'api.binance.com:443,api.example.com:443',
  clients: '192.0.2.0/24',
  domain: 'perf.example.com',
  hostedZoneId: 'Z0123',
  snapshot: 'snap-0123456789abcdef0',
  trail: 'existing',
  availabilityZones: 'eu-west-1b,eu-west-1c',
});

describe('when the key is made', () => {
  const policyOf = (from: typeof template) => resourcesOf('AWS::KMS::Key', from)[0]!.Properties['KeyPolicy'];
  const printed = async (...argv: string[]) =>
    JSON.parse(
      (await run(['kms-policy', ...argv], { clock: { now: () => 0 }, home: folder })).stdout,
    ) as unknown;

  it('its policy is the one that kms-policy prints', async () => {
    const flags = ['--pcr0', PCRS.pcr0, '--pcr1', PCRS.pcr1, '--pcr2', PCRS.pcr2, '--role-arn', ROLE_ARN];
    expect(policyOf(template)).toStrictEqual(await printed(...flags));
  });

  it('its policy is also the printed one for two images and a lock', async () => {
    const flags = ([0, 1, 2] as const).flatMap((index) => [
      `--pcr${index}`,
      PCRS[`pcr${index}`],
      PREDECESSOR[`pcr${index}`],
    ]);
    const roleArn = 'arn:aws:iam::123456789012:role/perf-two-parent';
    expect(policyOf(whole)).toStrictEqual(await printed(...flags, '--role-arn', roleArn, '--lock'));
    whole.hasResourceProperties('AWS::KMS::Key', { BypassPolicyLockoutSafetyCheck: true });
    template.hasResourceProperties('AWS::KMS::Key', { BypassPolicyLockoutSafetyCheck: false });
  });

  it('kms-policy --check accepts the policy as attested only', () => {
    const judged = checkPolicy(readPolicy(JSON.stringify(policyOf(template))), [PCRS.pcr0]);
    expect(judged).toMatchObject({ attestedOnly: true, locked: false });
  });

  it('the key outlives the stack, as do the role in its policy, the store and the logs', () => {
    const role = resourcesOf('AWS::IAM::Role', template).filter(
      ({ Properties }) => Properties['RoleName'] !== undefined,
    );
    const kept = ['AWS::KMS::Key', 'AWS::EC2::Volume', 'AWS::Logs::LogGroup', 'AWS::S3::Bucket'].flatMap(
      (type) => resourcesOf(type, template),
    );
    expect(role).toHaveLength(1);
    // The exception is a first deployment that fails: its resources are deleted.
    for (const { Type, DeletionPolicy, UpdateReplacePolicy } of [...role, ...kept]) {
      // CloudFormation cannot delete a bucket that holds objects, and the trail writes to its bucket at once.
      const kept = Type === 'AWS::S3::Bucket' ? 'Retain' : 'RetainExceptOnCreate';
      expect([Type, DeletionPolicy, UpdateReplacePolicy]).toEqual([Type, kept, 'Retain']);
    }
  });

  it('a locked key remains even after a failed first deployment: nobody may delete it, not even a rollback', () => {
    const [key] = resourcesOf('AWS::KMS::Key', whole);
    const { Statement } = key!.Properties['KeyPolicy'] as { readonly Statement: readonly object[] };
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Principal: '*',
        Action: expect.arrayContaining(['kms:ScheduleKeyDeletion']) as unknown,
      }),
    );
    expect([key!.DeletionPolicy, key!.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });
});

describe('when the instance is described', () => {
  it('enclaves are enabled, and its metadata service uses IMDSv2 only, with one hop, and shows the tags', () => {
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        EnclaveOptions: { Enabled: true },
        InstanceType: 'm6i.xlarge',
        MetadataOptions: {
          HttpEndpoint: 'enabled',
          HttpTokens: 'required',
          HttpPutResponseHopLimit: 1,
          InstanceMetadataTags: 'enabled',
        },
        KeyName: Match.absent(),
      },
    });
  });

  it('its tags contain the configuration of the parent', () => {
    expect(tagsOf(template)).toEqual({
      Name: 'perf-aggregator',
      'perf-aggregator-deployment': 'perf-aggregator',
      'perf-aggregator:ENCLAVE_ENDPOINT': 'vsock://16:5005',
      'perf-aggregator:EGRESS_ENDPOINT': 'vsock://4294967295:8003',
      'perf-aggregator:EGRESS_ALLOW': 'api.binance.com:443,fapi.binance.com:443,dapi.binance.com:443',
      'perf-aggregator:EGRESS_ADDRESSES': { Ref: 'Address' },
      'perf-aggregator:KMS_KEY_ARN': { 'Fn::GetAtt': ['Key', 'Arn'] },
      'perf-aggregator:KMS_ROLE_ARN': ROLE_ARN,
      'perf-aggregator:RATE_LIMIT_MAX': '3000',
      'perf-aggregator:TRUSTED_PROXIES': { 'Fn::GetAtt': [expect.stringMatching(/^Vpc/), 'CidrBlock'] },
      'perf-aggregator:DRAIN_DELAY': '25',
    });
    expect(tagsOf(whole)).toMatchObject({
      'perf-aggregator:ENCLAVE_ENDPOINT': 'vsock://16:5005,vsock://17:5005',
      'perf-aggregator:EGRESS_ALLOW': 'api.binance.com:443,api.example.com:443',
    });
  });

  /** Values that CloudFormation fills in. All others are the ARN of the key. */
  const RESOLVED: Readonly<Record<string, string>> = {
    'perf-aggregator:EGRESS_ADDRESSES': '203.0.113.7',
    'perf-aggregator:TRUSTED_PROXIES': '10.0.0.0/16',
  };

  it('the parent accepts all tags, and the image uses the same addresses', () => {
    const environment = Object.fromEntries(
      Object.entries(tagsOf(whole)).map(([name, value]) => [
        name.replace('perf-aggregator:', ''),
        typeof value === 'string' ? value : (RESOLVED[name] ?? KEY_ARN),
      ]),
    );
    const config = parseConfig(environment);
    expect(config.enclaves.map(formatEndpoint)).toEqual(['vsock://16:5005', 'vsock://17:5005']);
    expect(config.deployment).toEqual({
      keyArn: KEY_ARN,
      roleArn: 'arn:aws:iam::123456789012:role/perf-two-parent',
    });
    expect(config.egressAllow.at(-1)).toEqual({ host: 'kms.eu-west-1.amazonaws.com', port: 443 });
    expect(config.egressAddresses).toEqual(['203.0.113.7']);
    expect(config).toMatchObject({
      rateLimit: { max: 3_000 },
      trustedProxies: ['10.0.0.0/16'],
      drainDelayMs: 25_000,
    });
    const image = JSON.parse(
      readFileSync(new URL('../../enclave/image/enclave.json', import.meta.url), 'utf8'),
    ) as { readonly listen: string; readonly egress: string; readonly allow: readonly object[] };
    expect(image.listen).toBe(formatEndpoint(config.enclaves[0]!).replace('//16:', '//4294967295:'));
    expect(image.egress).toBe(formatEndpoint(config.egress).replace('//4294967295:', '//3:'));
    const { EGRESS_ALLOW } = Object.fromEntries(
      Object.entries(tagsOf(template)).map(([name, value]) => [
        name.replace('perf-aggregator:', ''),
        String(value),
      ]),
    );
    expect(image.allow).toEqual(
      EGRESS_ALLOW!
        .split(',')
        .map((place) => ({ host: place.split(':')[0], port: Number(place.split(':')[1]) })),
    );
  });

  it('there is one instance, and it is drained before the next one starts', () => {
    template.hasResource('AWS::AutoScaling::AutoScalingGroup', {
      Properties: {
        MinSize: '1',
        MaxSize: '1',
        DesiredCapacity: '1',
        HealthCheckType: 'ELB',
        LifecycleHookSpecificationList: [
          {
            LifecycleHookName: 'drain',
            LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
            DefaultResult: 'CONTINUE',
          },
        ],
      },
      UpdatePolicy: { AutoScalingRollingUpdate: { MinInstancesInService: 0, WaitOnResourceSignals: true } },
      CreationPolicy: { ResourceSignal: { Count: 1 } },
    });
  });

  it('the volume is encrypted, is in the zone of the instance, and may come from a snapshot', () => {
    const subnets = resourcesOf('AWS::AutoScaling::AutoScalingGroup', whole)[0]!.Properties[
      'VPCZoneIdentifier'
    ];
    const { Ref } = (subnets as readonly { readonly Ref: string }[])[0]!;
    const subnet = whole.findResources('AWS::EC2::Subnet')[Ref] as Resource;
    expect(subnet.Properties).toMatchObject({ AvailabilityZone: 'eu-west-1b', MapPublicIpOnLaunch: false });
    whole.hasResourceProperties('AWS::EC2::Volume', {
      AvailabilityZone: 'eu-west-1b',
      Encrypted: true,
      SnapshotId: 'snap-0123456789abcdef0',
    });
    template.hasResourceProperties('AWS::EC2::Volume', { SnapshotId: Match.absent(), Encrypted: true });
  });

  it('its first script gets every variable that the scripts read', () => {
    const launched = JSON.stringify(resourcesOf('AWS::EC2::LaunchTemplate', template)[0]!.Properties);
    const told = [...launched.matchAll(/(?<=\\n|DEPLOYMENT=')([A-Z][A-Z0-9_]+)=/g)].map(([, name]) => name!);
    const names = readdirSync(new URL('../instance/', import.meta.url)).filter((name) =>
      name.endsWith('.sh'),
    );
    const scripts = names
      .map((name) => readFileSync(new URL(`../instance/${name}`, import.meta.url), 'utf8'))
      .join('');
    const asked = [...scripts.matchAll(/\$\{?([A-Z][A-Z0-9_]+)/g)].map(([, name]) => name!);
    const [variables, read] = [new Set(told), new Set(asked)];
    variables.delete('DEPLOYMENT');
    read.delete('DEPLOYMENT');
    expect(variables).toContain('VOLUME');
    for (const name of read) expect(variables).toContain(name);
    for (const name of variables) expect(scripts).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('when the network is made', () => {
  it('there is no VPC endpoint for KMS: the egress proxy would refuse its private address', () => {
    const endpoints = JSON.stringify(resourcesOf('AWS::EC2::VPCEndpoint', template));
    for (const service of ['logs', 'ssm', 'ssmmessages', '.s3']) expect(endpoints).toContain(service);
    expect(endpoints).not.toContain('kms');
  });

  it('clients connect to the load balancer by TLS, it connects to the parent, and the parent sends HTTPS', () => {
    whole.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Load balancer: clients in, parent out',
      SecurityGroupIngress: [{ CidrIp: '192.0.2.0/24', FromPort: 443, ToPort: 443 }],
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Parent: load balancer in, HTTPS out',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }],
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 3000, ToPort: 3000 });
    expect(
      resourcesOf('AWS::ElasticLoadBalancingV2::Listener', template).map(({ Properties }) => Properties),
    ).toMatchObject([{ Port: 443, Protocol: 'HTTPS', SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06' }]);
  });

  it('the health check is /ready, each client address has a limit, and no access log holds URLs', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: '/ready',
      Port: 3000,
      Protocol: 'HTTP',
    });
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Rules: [{ Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 300 } } }],
    });
    template.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
    expect(JSON.stringify(resourcesOf('AWS::ElasticLoadBalancingV2::LoadBalancer', template))).not.toContain(
      'access_logs',
    );
  });

  it('the service has the given DNS name', () => {
    whole.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'perf.example.com',
      HostedZoneId: 'Z0123',
    });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
  });
});
