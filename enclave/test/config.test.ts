import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../shared/test/codes.ts';
import {
  configSha256,
  configure,
  type EnclaveConfig,
  EnclaveConfigError,
  type ImageConfig,
  type ImageFile,
  imageConfig,
  readImageConfig,
} from '../src/config.ts';

const PCR = 'ab'.repeat(48);
const IMAGE: ImageConfig = {
  softwareVersion: '1.2.3',
  listen: 'vsock://16:5000',
  egress: 'vsock://3:5001',
  allow: [{ host: 'api.binance.com', port: 443 }],
  caBundle: 'pem',
  pins: { 'api.binance.com': ['pin'] },
  kms: { encryptionContext: { application: 'perf-aggregator' } },
  predecessors: [{ 0: PCR, 1: PCR, 2: PCR }],
  syncIntervalMs: 300_000,
  hotSessions: 256,
};
const DEPLOYMENT = {
  keyArn: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
  roleArn: 'arn:aws:iam::123456789012:role/parent',
};
const CONFIG = configure(IMAGE, DEPLOYMENT);
/** RFC 8785, written by hand. */
const CANONICAL =
  '{"allow":[{"host":"api.binance.com","port":443},{"host":"kms.us-east-1.amazonaws.com","port":443}],' +
  '"caBundle":"pem","egress":"vsock://3:5001","hotSessions":256,' +
  `"kms":{"encryptionContext":{"application":"perf-aggregator"},"keyArn":"${DEPLOYMENT.keyArn}",` +
  `"region":"us-east-1","roleArn":"${DEPLOYMENT.roleArn}"},"listen":"vsock://16:5000",` +
  '"pins":{"api.binance.com":["pin"]},' +
  `"predecessors":[{"0":"${PCR}","1":"${PCR}","2":"${PCR}"}],"softwareVersion":"1.2.3","syncIntervalMs":300000}`;

const hash = (config: EnclaveConfig) => encodeHex(configSha256(config));

/** Copies of `value`, each with one changed inner value. */
function* changes(value: unknown): Generator<unknown> {
  if (typeof value === 'string') yield `${value}x`;
  else if (typeof value === 'number') yield value + 1;
  else if (Array.isArray(value)) {
    yield [...value, ...value];
    for (const [index, item] of value.entries())
      for (const changed of changes(item)) yield value.with(index, changed);
  } else {
    for (const [name, member] of Object.entries(value as object)) {
      for (const changed of changes(member)) yield { ...(value as object), [name]: changed };
    }
  }
}

describe('when the configuration is measured', () => {
  it('it is SHA-256 of its canonical JSON, for any order of members', () => {
    const reversed = Object.fromEntries(Object.entries(CONFIG).reverse()) as unknown as EnclaveConfig;
    expect(hash(CONFIG)).toBe(createHash('sha256').update(CANONICAL).digest('hex'));
    expect(hash(reversed)).toBe(hash(CONFIG));
  });

  it('paths of unix sockets do not change the hash, but their kind does', () => {
    const local = { ...CONFIG, listen: 'unix:/tmp/a', egress: 'unix:/tmp/b' };
    expect(hash({ ...local, listen: 'unix:/tmp/c', egress: 'unix:/tmp/d' })).toBe(hash(local));
    expect(hash({ ...local, listen: CONFIG.listen })).not.toBe(hash(local));
    expect(hash({ ...local, egress: CONFIG.egress })).not.toBe(hash(local));
  });

  it('every other change gives another hash', () => {
    const hashes = [...changes(CONFIG)].map((changed) => hash(changed as EnclaveConfig));
    expect(hashes).toHaveLength(21);
    expect(new Set([...hashes, hash(CONFIG)]).size).toBe(hashes.length + 1);
  });
});

describe('when the configuration is parsed', () => {
  it('a complete one is accepted', () => {
    expect(imageConfig.parse(IMAGE)).toEqual(IMAGE);
  });

  it.each([
    ['an unknown member', { debug: true }],
    ['measurements in upper case', { predecessors: [{ 0: PCR.toUpperCase(), 1: PCR, 2: PCR }] }],
    ['a predecessor without PCR2', { predecessors: [{ 0: PCR, 1: PCR }] }],
    ['no CA', { caBundle: '' }],
    ['a port that is none', { allow: [{ host: 'h', port: 65_536 }] }],
    ['a host without a name', { allow: [{ host: '', port: 1 }] }],
    ['no room for sessions', { hotSessions: 0 }],
    ['a hasty schedule', { syncIntervalMs: 999 }],
  ])('%s is refused', (_, change) => {
    expect(imageConfig.safeParse({ ...IMAGE, ...change }).success).toBe(false);
  });
});

describe('when an image reports its configuration', () => {
  const { caBundle, ...settings } = IMAGE;
  const filesOf = (json: string) => (file: ImageFile) => (file === 'ca.pem' ? caBundle : json);

  it('it is the content of its two files', () => {
    expect(readImageConfig(filesOf(JSON.stringify(settings)))).toEqual(IMAGE);
  });

  it('the configuration of this repository is complete, and trusts eight valid authorities', () => {
    const folder = new URL('../image/', import.meta.url);
    const image = readImageConfig((file) => readFileSync(new URL(file, folder), 'utf8'));
    const certificates =
      image.caBundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const parsed = certificates.map((pem) => new X509Certificate(pem));
    expect(parsed.map(({ ca, issuer, subject }) => ca && issuer === subject)).toEqual(Array(8).fill(true));
    const told = [...image.caBundle.matchAll(/^# SHA-256 ([0-9a-f]{64})$/gm)].map(([, digest]) => digest);
    expect(parsed.map(({ fingerprint256 }) => fingerprint256.replaceAll(':', '').toLowerCase())).toEqual(
      told,
    );
  });

  it.each([
    ['no file', () => readFileSync('/nonexistent/enclave.json', 'utf8')],
    ['an empty file', () => ''],
    ['no JSON', () => '{'],
  ])('%s is reported', (_, read) => {
    expect(codeOf(() => readImageConfig(read), EnclaveConfigError)).toBe('enclave_config_unreadable');
  });

  it('every invalid field is named, and no value', () => {
    const read = filesOf(JSON.stringify({ ...settings, kms: {}, hotSessions: 'many', listen: 7 }));
    expect(codeOf(() => readImageConfig(read), EnclaveConfigError)).toBe('enclave_config_invalid');
    expect(() => readImageConfig(read)).toThrow(/listen: .*kms\.encryptionContext: .*hotSessions: /);
    expect(() => readImageConfig(read)).not.toThrow('many');
    expect(() => readImageConfig(filesOf('[]'))).toThrow(/^softwareVersion: /);
  });
});

describe('when an image is deployed', () => {
  it('the region and the host of the key follow from its ARN, and the host is on the allow list', () => {
    const { allow, kms } = CONFIG;
    expect(allow).toEqual([...IMAGE.allow, { host: 'kms.us-east-1.amazonaws.com', port: 443 }]);
    expect(kms).toEqual({ ...IMAGE.kms, ...DEPLOYMENT, region: 'us-east-1' });
  });

  it.each([
    ['an alias', { keyArn: DEPLOYMENT.keyArn.replace('key/', 'alias/') }],
    ['no key', { keyArn: '' }],
    [
      'a key whose region is a host of somebody else',
      { keyArn: DEPLOYMENT.keyArn.replace('us-east-1', 'evil.example#') },
    ],
    ['a user', { roleArn: DEPLOYMENT.roleArn.replace('role/', 'user/') }],
    ['no role', { roleArn: '' }],
  ])('%s is refused', (_, change) => {
    const attempt = () => configure(IMAGE, { ...DEPLOYMENT, ...change });
    expect(codeOf(attempt, EnclaveConfigError)).toBe('deployment_invalid');
  });
});
