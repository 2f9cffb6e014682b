import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../shared/test/codes.ts';
import {
  configSha256,
  type EnclaveConfig,
  EnclaveConfigError,
  enclaveConfig,
  readEnclaveConfig,
} from '../src/config.ts';

const PCR = 'ab'.repeat(48);
const CONFIG: EnclaveConfig = {
  softwareVersion: '1.2.3',
  listen: 'vsock://16:5000',
  egress: 'vsock://3:5001',
  allow: [{ host: 'api.binance.com', port: 443 }],
  caBundle: 'pem',
  pins: { 'api.binance.com': ['pin'] },
  kms: {
    region: 'us-east-1',
    keyArn: 'arn:key',
    encryptionContext: { application: 'perf-aggregator' },
    roleArn: 'arn:role',
  },
  predecessors: [{ 0: PCR, 1: PCR, 2: PCR }],
  syncIntervalMs: 300_000,
  hotSessions: 256,
};
/** RFC 8785 by hand. */
const CANONICAL =
  '{"allow":[{"host":"api.binance.com","port":443}],"caBundle":"pem","egress":"vsock://3:5001",' +
  '"hotSessions":256,"kms":{"encryptionContext":{"application":"perf-aggregator"},"keyArn":"arn:key",' +
  '"region":"us-east-1","roleArn":"arn:role"},"listen":"vsock://16:5000","pins":{"api.binance.com":["pin"]},' +
  `"predecessors":[{"0":"${PCR}","1":"${PCR}","2":"${PCR}"}],"softwareVersion":"1.2.3","syncIntervalMs":300000}`;

const hash = (config: EnclaveConfig) => encodeHex(configSha256(config));

/** Every value inside `value`, each changed, one at a time. */
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
  it('it is SHA-256 of its canonical JSON, in whatever order it was written', () => {
    const reversed = Object.fromEntries(Object.entries(CONFIG).reverse()) as unknown as EnclaveConfig;
    expect(hash(CONFIG)).toBe(createHash('sha256').update(CANONICAL).digest('hex'));
    expect(hash(reversed)).toBe(hash(CONFIG));
  });

  it('paths of unix sockets say nothing, but that they are such', () => {
    const local = { ...CONFIG, listen: 'unix:/tmp/a', egress: 'unix:/tmp/b' };
    expect(hash({ ...local, listen: 'unix:/tmp/c', egress: 'unix:/tmp/d' })).toBe(hash(local));
    expect(hash({ ...local, listen: CONFIG.listen })).not.toBe(hash(local));
    expect(hash({ ...local, egress: CONFIG.egress })).not.toBe(hash(local));
  });

  it('everything else changes it, each change to something else', () => {
    const hashes = [...changes(CONFIG)].map((changed) => hash(changed as EnclaveConfig));
    expect(hashes).toHaveLength(19);
    expect(new Set([...hashes, hash(CONFIG)]).size).toBe(hashes.length + 1);
  });
});

describe('when the configuration is parsed', () => {
  it('a whole one is taken', () => {
    expect(enclaveConfig.parse(CONFIG)).toEqual(CONFIG);
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
    expect(enclaveConfig.safeParse({ ...CONFIG, ...change }).success).toBe(false);
  });
});

describe('when an image is asked for its configuration', () => {
  it('it is what the file says', () => {
    expect(readEnclaveConfig(() => JSON.stringify(CONFIG))).toEqual(CONFIG);
  });

  it.each([
    ['no file', () => readFileSync('/nonexistent/enclave.json', 'utf8')],
    ['an empty file', () => ''],
    ['no JSON', () => '{'],
  ])('%s is told', (_, read) => {
    expect(codeOf(() => readEnclaveConfig(read), EnclaveConfigError)).toBe('enclave_config_unreadable');
  });

  it('every field at fault is named, and no value', () => {
    const { region: _, ...kms } = CONFIG.kms;
    const read = () => JSON.stringify({ ...CONFIG, kms, hotSessions: 'many', listen: 7 });
    expect(codeOf(() => readEnclaveConfig(read), EnclaveConfigError)).toBe('enclave_config_invalid');
    expect(() => readEnclaveConfig(read)).toThrow(/listen: .*kms\.region: .*hotSessions: /);
    expect(() => readEnclaveConfig(read)).not.toThrow('many');
    expect(() => readEnclaveConfig(() => '[]')).toThrow(/^\(whole\): /);
  });
});
