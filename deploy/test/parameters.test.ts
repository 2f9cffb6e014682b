import { describe, expect, it } from 'vitest';
import { ParametersError } from '../src/errors.ts';
import { parseParameters } from '../src/parameters.ts';

const LEAST = {
  account: '123456789012',
  region: 'eu-west-1',
  eif: 'enclave.eif',
  parent: 'parent.tar.gz',
  measurements: 'measurements.json',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
};

/** A certificate of the given region: its region is not a second fault. */
const certificateIn = (region: string) => LEAST.certificateArn.replace('eu-west-1', region);

/** The faults of a context, one for each line. */
function faultsOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseParameters(context);
  } catch (error) {
    expect(error).toBeInstanceOf(ParametersError);
    expect((error as ParametersError).code).toBe('parameters_invalid');
    return (error as ParametersError).message.split('\n  ').slice(1);
  }
  return [];
}

/** Names of the invalid parameters. */
function namesOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  return faultsOf(context).map((fault) => fault.slice(0, fault.indexOf(':')));
}

describe('when parameters are read', () => {
  it('the required parameters alone give a mutable deployment with one enclave', () => {
    expect(parseParameters(LEAST)).toEqual({
      ...LEAST,
      measurements: ['measurements.json'],
      name: 'perf-aggregator',
      dns: null,
      alarmEmail: null,
      locked: false,
      instanceType: 'm6i.xlarge',
      enclaves: 1,
      enclaveCpus: 2,
      enclaveMemoryMib: 8192,
      volumeGib: 50,
      snapshot: null,
      egressAllow: ['api.binance.com:443', 'fapi.binance.com:443', 'dapi.binance.com:443'],
      clients: ['0.0.0.0/0'],
      rateLimit: 300,
      trail: 'create',
      availabilityZones: null,
    });
  });

  it('every parameter may be text, or JSON as in cdk.context.json; names of CDK itself are ignored', () => {
    const context = {
      ...LEAST,
      measurements: 'new.json,old.json',
      name: 'perf-two',
      domain: 'perf.example.com',
      hostedZoneId: 'Z0123',
      alarmEmail: 'operator@example.com',
      locked: true,
      instanceType: 'r7a.4xlarge',
      enclaves: 3,
      enclaveCpus: '4',
      enclaveMemoryMib: 32_768,
      volumeGib: 500,
      snapshot: 'snap-0123456789abcdef0',
      egressAllow: 'api.binance.com:443,api.example.com:443',
      clients: '192.0.2.0/24,198.51.100.0/24',
      rateLimit: '1000',
      trail: 'existing',
      availabilityZones: 'eu-west-1b,eu-west-1c',
      '@aws-cdk/core:someFlag': true,
      'aws:cdk:bundling-stacks': ['**'],
    };
    expect(parseParameters(context)).toMatchObject({
      measurements: ['new.json', 'old.json'],
      dns: { domain: 'perf.example.com', hostedZoneId: 'Z0123' },
      locked: true,
      enclaves: 3,
      enclaveCpus: 4,
      egressAllow: ['api.binance.com:443', 'api.example.com:443'],
      clients: ['192.0.2.0/24', '198.51.100.0/24'],
      trail: 'existing',
      availabilityZones: ['eu-west-1b', 'eu-west-1c'],
    });
  });

  it('all missing parameters are named at once', () => {
    expect(namesOf({})).toEqual(['account', 'region', 'eif', 'parent', 'measurements', 'certificateArn']);
    expect(namesOf({ ...LEAST, account: '', region: null })).toEqual(['account', 'region']);
  });

  it.each([
    ['account', '12345678901'],
    ['region', 'cn-north-1'],
    ['region', 'us-gov-west-1'],
    ['name', 'Perf'],
    ['certificateArn', 'arn:aws:iam::123456789012:server-certificate/x'],
    ['certificateArn', LEAST.certificateArn.replace('eu-west-1', 'us-east-1')],
    ['alarmEmail', 'nobody'],
    ['locked', 'yes'],
    ['snapshot', 'vol-0123456789abcdef0'],
    ['instanceType', 't3.xlarge'],
    ['instanceType', 'm6i.large'],
    ['region', 'us-east-1'],
    ['enclaves', '5'],
    ['enclaves', '1.5'],
    ['enclaveCpus', '3'],
    ['enclaveCpus', '4'],
    ['enclaveMemoryMib', '16384'],
    ['volumeGib', '-1'],
    ['egressAllow', 'api.binance.com'],
    ['egressAllow', '169.254.169.254:80'],
    ['egressAllow', Array.from({ length: 12 }, (_, i) => `api${i}.binance.example.com:443`).join()],
    ['clients', '0.0.0.0'],
    ['rateLimit', '0'],
    ['trail', 'none'],
    ['availabilityZones', 'eu-west-1a'],
    ['availabilityZones', 'eu-west-1a,eu-west-1a'],
    ['availabilityZones', 'eu-west-1a,eu-west-2a'],
  ])('%s is not %s', (name, value) => {
    const certificateArn = name === 'region' ? certificateIn(value) : LEAST.certificateArn;
    expect(namesOf({ ...LEAST, certificateArn, [name]: value })).toEqual([name]);
  });

  it('a misspelt parameter is named, and a parameter that requires a missing one', () => {
    expect(namesOf({ ...LEAST, mesurements: 'x' })).toEqual(['mesurements']);
    expect(namesOf({ ...LEAST, domain: 'perf.example.com' })).toEqual(['hostedZoneId']);
    expect(namesOf({ ...LEAST, hostedZoneId: 'Z1' })).toEqual(['domain']);
  });

  it('a region that a configured venue does not serve is refused, with the venue and the reason', () => {
    for (const region of ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2']) {
      expect(faultsOf({ ...LEAST, region, certificateArn: certificateIn(region) })).toEqual([
        `region: ${region}: Binance (api.binance.com in egressAllow) does not serve the USA; take a region elsewhere, such as eu-west-1`,
      ]);
    }
    const elsewhere = { egressAllow: 'api.example.com:443', certificateArn: certificateIn('us-east-1') };
    expect(faultsOf({ ...LEAST, region: 'us-east-1', ...elsewhere })).toEqual([]);
    for (const region of ['eu-central-1', 'ap-northeast-1', 'sa-east-1']) {
      expect(faultsOf({ ...LEAST, region, certificateArn: certificateIn(region) })).toEqual([]);
    }
  });

  it('enclaves may use all of an instance except the core and the memory of the parent', () => {
    const full = { ...LEAST, instanceType: 'm6i.2xlarge', enclaves: '3', enclaveMemoryMib: '10240' };
    expect(namesOf(full)).toEqual([]);
    expect(namesOf({ ...full, enclaves: '4' })).toEqual(['enclaveCpus']);
    expect(namesOf({ ...full, enclaveMemoryMib: '10241' })).toEqual(['enclaveMemoryMib']);
  });
});
