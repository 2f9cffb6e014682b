import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INSTANCE_FOLDER } from '../src/instance-files.ts';
import { COUNTED } from '../src/logs.ts';
import { CONTEXT, PCRS, stagedFor, synthesise } from './deployment.ts';
import { resourcesOf, tagsOf, toldBy } from './template.ts';

const template = synthesise();

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const listOf = (value: unknown) => [value].flat().map(String);
const statements = (from = template) =>
  resourcesOf('AWS::IAM::Policy', from).flatMap(
    ({ Properties }) =>
      (Properties['PolicyDocument'] as { readonly Statement: readonly Statement[] }).Statement,
  );

describe('when a deployment is synthesised', () => {
  it('the template equals the reviewed one', async () => {
    const text = JSON.stringify(template.toJSON(), null, 2).replaceAll(/[0-9a-f]{64}/g, 'SHA256');
    await expect(`${text}\n`).toMatchFileSnapshot('template.snap');
  });

  it('it outputs the measurements that a client demands of a quote', () => {
    template.hasOutput('Measurements', {
      Value: `--pcr 0=${PCRS.pcr0} --pcr 1=${PCRS.pcr1} --pcr 2=${PCRS.pcr2}`,
    });
  });

  it('synthesis needs no account and no network: no context is missing', () => {
    expect(JSON.stringify(template.toJSON())).not.toContain('dummy-value-for');
    const parameters = Object.values(template.toJSON()['Parameters'] as Record<string, { Type: string }>);
    expect(parameters.map(({ Type }) => Type)).toEqual([
      'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      'AWS::SSM::Parameter::Value<String>',
    ]);
  });
});

describe('when files are brought to the instance', () => {
  const told = toldBy(template);
  const files = [
    ['EIF', CONTEXT['eif']!],
    ['PARENT', CONTEXT['parent']!],
  ] as const;

  it.each(files)('%s is the place to which the file is uploaded, and comes with its digest', (name, path) => {
    const content = readFileSync(path);
    expect(readFileSync(stagedFor(told[name]!)).equals(content)).toBe(true);
    expect(told[`${name}_SHA256`]).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('BUNDLE is the place to which the scripts and units are uploaded', () => {
    expect(readdirSync(stagedFor(told['BUNDLE']!)).toSorted()).toEqual(
      readdirSync(INSTANCE_FOLDER).toSorted(),
    );
  });

  it('the role of the instance may read these files, and nothing else', () => {
    const readable = statements().filter(({ Action }) => listOf(Action).includes('s3:GetObject'));
    expect(readable.flatMap(({ Resource }) => listOf(Resource)).toSorted()).toEqual(
      ['BUNDLE', 'EIF', 'PARENT'].map((name) => `arn:aws:s3:::${told[name]}`).toSorted(),
    );
  });
});

describe('when roles get permissions', () => {
  it('no action is a wildcard, and only actions that AWS cannot restrict are for all resources', () => {
    for (const { Action } of statements()) expect(listOf(Action).join()).not.toContain('*');
    const wide = statements().filter(
      ({ Resource, Condition }) => Resource === '*' && Condition === undefined,
    );
    expect(wide.flatMap(({ Action }) => listOf(Action)).toSorted()).toEqual([
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ]);
  });

  it('volumes may be attached only to instances of this deployment, and metrics written only under its name', () => {
    const [instances, metrics] = ['instance/*', '"*"'].map((resource) =>
      statements().filter(
        ({ Resource, Condition }) => Condition && JSON.stringify(Resource).includes(resource),
      ),
    );
    expect(instances).toMatchObject([
      { Condition: { StringEquals: { 'aws:ResourceTag/perf-aggregator-deployment': 'perf-aggregator' } } },
    ]);
    expect(metrics).toMatchObject([
      { Condition: { StringEquals: { 'cloudwatch:namespace': 'perf-aggregator' } } },
    ]);
    expect(tagsOf(template)['perf-aggregator-deployment']).toBe('perf-aggregator');
  });

  it('IAM gives no permission on the key', () => {
    expect(JSON.stringify(statements())).not.toContain('kms:');
    const managed = resourcesOf('AWS::IAM::Role', template).flatMap(
      ({ Properties }) => Properties['ManagedPolicyArns'] ?? [],
    );
    expect(JSON.stringify(managed)).toContain('AWSDataLifecycleManagerServiceRole');
    expect(managed).toHaveLength(1);
  });

  it('every AWS call of the scripts is allowed', () => {
    const allowed = new Set(statements().flatMap(({ Action }) => listOf(Action)));
    const calls = {
      'aws s3 cp': 's3:GetObject',
      'aws ec2 attach-volume': 'ec2:AttachVolume',
      'aws ec2 detach-volume': 'ec2:DetachVolume',
      'aws autoscaling complete-lifecycle-action': 'autoscaling:CompleteLifecycleAction',
      'aws cloudformation signal-resource': 'cloudformation:SignalResource',
    };
    const scripts = ['user-data.sh', 'install.sh', 'store.sh', 'drain.sh', 'enclave.sh'].map((script) =>
      readFileSync(new URL(`../instance/${script}`, import.meta.url), 'utf8'),
    );
    const made = scripts.flatMap((script) => script.match(/\baws [a-z0-9]+ [a-z-]+/g) ?? []);
    expect([...new Set(made)].toSorted()).toEqual(Object.keys(calls).toSorted());
    for (const action of Object.values(calls)) expect(allowed).toContain(action);
  });
});

describe('when log lines are counted', () => {
  it('every metric that a filter writes has an alarm', () => {
    const written = resourcesOf('AWS::Logs::MetricFilter', template).map(
      ({ Properties }) => Properties['MetricTransformations'],
    );
    const metrics = written.map(
      (list) => (list as readonly { readonly MetricName: string }[])[0]!.MetricName,
    );
    const watched = resourcesOf('AWS::CloudWatch::Alarm', template).map(
      ({ Properties }) => Properties['MetricName'],
    );
    expect(metrics.toSorted()).toEqual(Object.keys(COUNTED).toSorted());
    for (const metric of metrics) expect(watched).toContain(metric);
  });
});
