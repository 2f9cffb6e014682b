import { describe, expect, it } from 'vitest';
import { codeOf } from '../../shared/test/codes.ts';
import { ConfigError, parseConfig, parseSources } from '../src/config.ts';

const GOOD = {
  ENCLAVE_ENDPOINT: 'vsock://16:5000',
  EGRESS_ENDPOINT: 'unix:/tmp/egress',
  EGRESS_ALLOW: 'api.binance.com:443',
  KMS_KEY_ARN: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
  KMS_ROLE_ARN: 'arn:aws:iam::123456789012:role/parent',
};

/** Names of the variables in the error about `environment`. */
function faultsOf(environment: Record<string, string>): string[] {
  const attempt = () => parseConfig(environment);
  expect(codeOf(attempt, ConfigError)).toBe('config_invalid');
  try {
    attempt();
  } catch (error) {
    return [...(error as Error).message.matchAll(/^ {2}(\w+): ./gm)].map(([, name]) => name!);
  }
  return [];
}

describe('when the environment is complete', () => {
  it('missing variables have their default', () => {
    expect(parseConfig(GOOD)).toEqual({
      host: '0.0.0.0',
      port: 3000,
      enclaves: [{ kind: 'vsock', cid: 16, port: 5000 }],
      deployment: { keyArn: GOOD.KMS_KEY_ARN, roleArn: GOOD.KMS_ROLE_ARN },
      egress: { kind: 'unix', path: '/tmp/egress' },
      egressAllow: [
        { host: 'api.binance.com', port: 443 },
        { host: 'kms.us-east-1.amazonaws.com', port: 443 },
      ],
      egressAddresses: [],
      storePath: './data',
      logLevel: 'info',
      defaultSessionTtl: 86_400,
      maxSessionTtl: 604_800,
      sessionCleanupInterval: 3_600_000,
      rateLimit: { max: 100, windowMs: 900_000 },
      trustedProxies: [],
      corsOrigins: [],
      drainDelayMs: 0,
    });
  });

  it('set variables are used, and empty ones are treated as missing', () => {
    const told = parseConfig({
      ...GOOD,
      ENCLAVE_HOST: '127.0.0.1',
      ENCLAVE_PORT: '0',
      STORE_PATH: '',
      LOG_LEVEL: 'silent',
      DATABASE_URL: '',
    });
    expect(told).toMatchObject({ host: '127.0.0.1', port: 0, storePath: './data', logLevel: 'silent' });
  });
});

describe('when the environment names proxies and origins', () => {
  it('they are lists', () => {
    const told = parseConfig({
      ...GOOD,
      TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1,fd00::/8',
      CORS_ORIGINS: 'https://app.example.com,http://localhost:5173',
    });
    expect(told.trustedProxies).toEqual(['10.0.0.0/8', '192.0.2.1', 'fd00::/8']);
    expect(told.corsOrigins).toEqual(['https://app.example.com', 'http://localhost:5173']);
    expect(parseConfig({ ...GOOD, CORS_ORIGINS: '*' }).corsOrigins).toEqual(['*']);
  });

  it.each([
    ['TRUSTED_PROXIES', 'proxy.example.com'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.0/8,nonsense/8'],
    ['CORS_ORIGINS', 'app.example.com'],
    ['CORS_ORIGINS', 'https://app.example.com/'],
    ['CORS_ORIGINS', 'https://app.example.com,https://*.example.com/path'],
  ])('%s=%s is a fault', (name, value) => {
    expect(() => parseConfig({ ...GOOD, [name]: value })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(name) }),
    );
  });
});

describe('when the environment names the addresses that venues see', () => {
  it('they are IPv4 or IPv6 addresses, in order', () => {
    const EGRESS_ADDRESSES = '203.0.113.7, 2001:db8::7,';
    expect(parseConfig({ ...GOOD, EGRESS_ADDRESSES }).egressAddresses).toEqual([
      '203.0.113.7',
      '2001:db8::7',
    ]);
  });
});

describe('when the environment names the sources of other settings', () => {
  it('the instance has no tags, and metadata have their usual address, unless a variable says otherwise', () => {
    expect(parseSources({})).toEqual({ metadataEndpoint: 'http://169.254.169.254', isTagged: false });
    const told = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://[fd00:ec2::254]', CONFIG_FROM_TAGS: 'true' };
    expect(parseSources(told)).toEqual({ metadataEndpoint: 'http://[fd00:ec2::254]', isTagged: true });
  });

  it.each([
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT', '169.254.169.254'],
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT', 'file:///tmp'],
    ['CONFIG_FROM_TAGS', 'TRUE'],
  ])('%s=%s is refused, together with every other fault', (name, value) => {
    const attempt = () => parseSources({ ...GOOD, LOG_LEVEL: 'loud', [name]: value });
    expect(codeOf(attempt, ConfigError)).toBe('config_invalid');
    expect(attempt).toThrow(new RegExp(`LOG_LEVEL: [^]*${name}: `));
  });
});

describe('when there are several enclaves', () => {
  it('each is called at its own endpoint', () => {
    const ENCLAVE_ENDPOINT = 'vsock://16:5005, vsock://17:5005,unix:/tmp/enclave';
    expect(parseConfig({ ...GOOD, ENCLAVE_ENDPOINT }).enclaves).toEqual([
      { kind: 'vsock', cid: 16, port: 5005 },
      { kind: 'vsock', cid: 17, port: 5005 },
      { kind: 'unix', path: '/tmp/enclave' },
    ]);
  });
});

describe('when the environment is invalid', () => {
  it('every fault is named at once', () => {
    const wrong = {
      ENCLAVE_PORT: '65536',
      EGRESS_ENDPOINT: 'tcp://localhost',
      EGRESS_ALLOW: 'no-port',
      LOG_LEVEL: 'loud',
      DEFAULT_SESSION_TTL: '59',
      MAX_SESSION_TTL: '604801',
      SESSION_CLEANUP_INTERVAL: '1e6',
      RATE_LIMIT_MAX: '0',
      RATE_LIMIT_WINDOW: 'a quarter',
      DRAIN_DELAY: '3601',
      KMS_KEY_ARN: 'alias/perf-aggregator',
      KMS_ROLE_ARN: 'arn:aws:iam::123456789012:user/parent',
      DATABASE_URL: 'postgres://x',
      ENCLAVE_PRIVATE_KEY_PATH: '/k',
      ENCLAVE_PUBLIC_KEY_PATH: '/k',
    };
    expect(faultsOf(wrong).sort()).toEqual([...Object.keys(wrong), 'ENCLAVE_ENDPOINT'].sort());
    expect(faultsOf({}).sort()).toEqual(Object.keys(GOOD).sort());
  });

  it.each(['DATABASE_URL', 'ENCLAVE_PRIVATE_KEY_PATH', 'ENCLAVE_PUBLIC_KEY_PATH'])(
    '%s is refused, not ignored, and its value is not repeated',
    (name) => {
      const environment = { ...GOOD, [name]: 'value-that-may-be-secret' };
      expect(faultsOf(environment)).toEqual([name]);
      expect(() => parseConfig(environment)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('may-be-secret') }),
      );
    },
  );

  it.each([
    ['ENCLAVE_PORT', '-1'],
    ['ENCLAVE_PORT', '3000.5'],
    ['ENCLAVE_PORT', '0x10'],
    ['ENCLAVE_PORT', ' 1'],
    ['EGRESS_ALLOW', 'host:0'],
    ['EGRESS_ALLOW', 'host:65536'],
    ['EGRESS_ALLOW', 'Host.example:443'],
    ['EGRESS_ALLOW', 'http://host:443'],
    ['EGRESS_ALLOW', ','],
    ['EGRESS_ADDRESSES', 'venue.example'],
    ['EGRESS_ADDRESSES', '203.0.113.0/24'],
    ['EGRESS_ADDRESSES', 'fe80::1%eth0'],
    ['EGRESS_ADDRESSES', '203.0.113.7,203.0.113.7'],
    ['EGRESS_ADDRESSES', Array.from({ length: 17 }, (_, index) => `203.0.113.${index}`).join()],
    ['ENCLAVE_ENDPOINT', 'unix:'],
    ['ENCLAVE_ENDPOINT', 'vsock://16:5005,vsock://16:5005'],
    ['ENCLAVE_ENDPOINT', 'vsock://16:5005,'],
    ['KMS_KEY_ARN', 'arn:aws:kms:us-east-1:123456789012:alias/perf-aggregator'],
    ['LOG_LEVEL', 'INFO'],
  ])('%s=%s is refused', (name, value) => {
    expect(faultsOf({ ...GOOD, [name]: value })).toEqual([name]);
  });

  it('a conflict between two variables is named together with other faults', () => {
    const wrong = { ...GOOD, LOG_LEVEL: 'loud', MAX_SESSION_TTL: '600', DEFAULT_SESSION_TTL: '601' };
    expect(faultsOf(wrong)).toEqual(['LOG_LEVEL', 'DEFAULT_SESSION_TTL']);
  });

  it('every invalid host and endpoint in a list is named', () => {
    const wrong = { ...GOOD, EGRESS_ALLOW: 'a:1,b,c:0', ENCLAVE_ENDPOINT: 'tcp://x,unix:/tmp/a,unix:' };
    expect(faultsOf(wrong)).toEqual(['ENCLAVE_ENDPOINT', 'ENCLAVE_ENDPOINT', 'EGRESS_ALLOW', 'EGRESS_ALLOW']);
  });

  it('a default above the maximum time to live is refused', () => {
    expect(faultsOf({ ...GOOD, MAX_SESSION_TTL: '600', DEFAULT_SESSION_TTL: '601' })).toEqual([
      'DEFAULT_SESSION_TTL',
    ]);
    expect(parseConfig({ ...GOOD, MAX_SESSION_TTL: '600' })).toMatchObject({
      defaultSessionTtl: 600,
      maxSessionTtl: 600,
    });
  });
});
