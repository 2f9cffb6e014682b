import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { InstanceMetadata, MetadataError } from '../../src/credentials/instance-metadata.ts';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const META = '/latest/meta-data/';
/** An answer that stops after its beginning, and an answer that never begins. */
const [BREAKS_OFF, SILENT] = [-1, -2];

/** IMDSv2 in the form of EC2: every request needs a token. */
let service: http.Server;
let metadata: InstanceMetadata;
let endpoint: string;
let clock: { time: number; now(): number };
let answers: Record<string, string | number>;
let tokens: Set<string>;
let asked: string[];
/** The status of the answer to a token request. */
let tokenStatus: number;

const role = (changes: object = {}) =>
  JSON.stringify({
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'secret',
    Token: 'token',
    Expiration: new Date(NOW + 6 * HOUR).toISOString().replace('.000', ''),
    ...changes,
  });

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  asked.push(`${request.method} ${request.url}`);
  if (request.url === '/latest/api/token') {
    if (tokenStatus !== 200) return void response.writeHead(tokenStatus).end();
    const isRight =
      request.method === 'PUT' && request.headers['x-aws-ec2-metadata-token-ttl-seconds'] === '21600';
    if (!isRight) return void response.writeHead(400).end();
    const token = `token-${tokens.size}`;
    tokens.add(token);
    return void response.end(token);
  }
  if (!tokens.has(String(request.headers['x-aws-ec2-metadata-token'])))
    return void response.writeHead(401).end();
  const found = answers[request.url!.slice(META.length)] ?? 404;
  if (found === BREAKS_OFF) response.writeHead(200).write('eu-');
  else if (found === SILENT) return;
  else if (typeof found === 'number') response.writeHead(found).end();
  else response.end(found);
}

beforeEach(async () => {
  [tokens, asked, tokenStatus] = [new Set(), [], 200];
  answers = {
    'iam/security-credentials/': 'parent-role\n',
    'iam/security-credentials/parent-role': role(),
    'placement/region': 'eu-west-1',
    'tags/instance/': 'Name\nperf-aggregator:STORE_PATH\nperf-aggregator:LOG_LEVEL',
    'tags/instance/perf-aggregator%3ASTORE_PATH': '/var/lib/pa',
    'tags/instance/perf-aggregator%3ALOG_LEVEL': 'debug',
  };
  clock = { time: NOW, now: () => clock.time };
  service = http.createServer(answer).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const { port } = service.address() as AddressInfo;
  endpoint = `http://127.0.0.1:${port}`;
  metadata = new InstanceMetadata({ endpoint, clock });
});
afterEach(() => {
  service.closeAllConnections();
  service.close();
});

const credentialsAsked = () => asked.filter((line) => line.endsWith('/parent-role')).length;

describe('when the instance has a role', () => {
  it('it returns its credentials, with one token request for all concurrent callers', async () => {
    const all = await Promise.all([metadata.credentials(), metadata.credentials(), metadata.credentials()]);
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toEqual({
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: NOW + 6 * HOUR,
    });
    expect(asked).toEqual([
      'PUT /latest/api/token',
      `GET ${META}iam/security-credentials/`,
      'PUT /latest/api/token',
      `GET ${META}iam/security-credentials/parent-role`,
    ]);
  });

  it('it requests them again five minutes before they expire, and not earlier', async () => {
    await metadata.credentials();
    clock.time = NOW + 6 * HOUR - 300_001;
    await metadata.credentials();
    expect(credentialsAsked()).toBe(1);
    clock.time += 1;
    answers['iam/security-credentials/parent-role'] = role({
      AccessKeyId: 'ASIANEW',
      Expiration: new Date(NOW + 12 * HOUR).toISOString(),
    });
    expect(await metadata.credentials()).toMatchObject({
      accessKeyId: 'ASIANEW',
      expiration: NOW + 12 * HOUR,
    });
  });

  it('it requests a new token for each question, so none is expired or from before a stop', async () => {
    await metadata.region();
    tokens.clear();
    expect(await metadata.region()).toBe('eu-west-1');
    clock.time += 4 * HOUR;
    await metadata.region();
    expect(asked.filter((line) => line.startsWith('PUT'))).toHaveLength(3);
  });
});

describe('when the environment and the files of AWS tools have other settings', () => {
  it('they are ignored: the configured service is asked, with a token', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pa-aws-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const elsewhere = 'http://127.0.0.1:9';
    const file = join(folder, 'config');
    writeFileSync(
      file,
      `[profile other]\nec2_metadata_service_endpoint = ${elsewhere}\nec2_metadata_v1_disabled = false\n`,
    );
    const ambient = {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: elsewhere,
      AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6',
      AWS_EC2_METADATA_V1_DISABLED: 'false',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PROFILE: 'other',
      AWS_CONFIG_FILE: file,
      AWS_SHARED_CREDENTIALS_FILE: file,
    };
    for (const [name, value] of Object.entries(ambient)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await new InstanceMetadata({ endpoint, clock }).region()).toBe('eu-west-1');
    tokenStatus = 403;
    expect(await codeOfRejection(metadata.region(), MetadataError)).toBe('metadata_refused');
    expect(asked.filter((line) => line.startsWith('GET'))).toHaveLength(1);
  });
});

describe('when the instance has tags', () => {
  it('it returns the tags with a prefix', async () => {
    expect(await metadata.tags('perf-aggregator:')).toEqual({
      STORE_PATH: '/var/lib/pa',
      LOG_LEVEL: 'debug',
    });
  });
});

describe('when the service does not return what was requested', () => {
  const ROLE = 'iam/security-credentials/parent-role';
  it.each<[string, string, string | number | undefined, string]>([
    ['no role', 'iam/security-credentials/', undefined, 'metadata_absent'],
    ['an empty list of roles', 'iam/security-credentials/', '', 'metadata_absent'],
    ['a failed role', ROLE, role({ Code: 'Failed' }), 'metadata_malformed'],
    ['no secret', ROLE, role({ SecretAccessKey: '' }), 'metadata_malformed'],
    ['a time that is none', ROLE, role({ Expiration: 'soon' }), 'metadata_malformed'],
    ['no JSON', ROLE, '<html>', 'metadata_malformed'],
    ['too much', ROLE, 'x'.repeat(20_000), 'metadata_malformed'],
    ['a refusal', ROLE, 403, 'metadata_refused'],
    ['a fault', ROLE, 500, 'metadata_refused'],
  ])('it reports %s', async (_, path, value, code) => {
    if (value === undefined) delete answers[path];
    else answers[path] = value;
    expect(await codeOfRejection(metadata.credentials(), MetadataError)).toBe(code);
  });

  it('it asks again after a failure', async () => {
    answers[ROLE] = 500;
    expect(await codeOfRejection(metadata.credentials(), MetadataError)).toBe('metadata_refused');
    answers[ROLE] = role();
    expect(await metadata.credentials()).toMatchObject({ accessKeyId: 'ASIAEXAMPLE' });
  });

  it('it reports a machine that is no instance, and an instance without tags or region', async () => {
    delete answers['tags/instance/'];
    expect(await codeOfRejection(metadata.tags('x'), MetadataError)).toBe('metadata_absent');
    answers['placement/region'] = 'no region at all';
    expect(await codeOfRejection(metadata.region(), MetadataError)).toBe('metadata_malformed');
    const nowhere = new InstanceMetadata({ endpoint: 'http://127.0.0.1:9', clock, timeoutMs: 500 });
    expect(await codeOfRejection(nowhere.region(), MetadataError)).toBe('metadata_unreachable');
  });

  it.each([
    [400, 'metadata_refused'],
    [403, 'metadata_refused'],
    [404, 'metadata_absent'],
    [500, 'metadata_refused'],
  ])(
    'a refused token (%i) is reported, nothing is asked without a token, and a later token is used',
    async (status, code) => {
      tokenStatus = status;
      expect(await codeOfRejection(metadata.region(), MetadataError)).toBe(code);
      expect(asked).toEqual(['PUT /latest/api/token']);
      tokenStatus = 200;
      expect(await metadata.region()).toBe('eu-west-1');
    },
  );

  it.each([
    ['that never begins', SILENT],
    ['that breaks off', BREAKS_OFF],
  ])('it does not wait for an answer %s', async (_, value) => {
    answers['placement/region'] = value;
    const hurried = new InstanceMetadata({ endpoint, clock, timeoutMs: 100 });
    expect(await codeOfRejection(hurried.region(), MetadataError)).toBe('metadata_unreachable');
  });

  it('it follows no redirect', async () => {
    answers['placement/region'] = 302;
    expect(await codeOfRejection(metadata.region(), MetadataError)).toBe('metadata_refused');
  });

  it('no message holds a secret', async () => {
    answers[ROLE] = role({ Expiration: 'soon' });
    const error = await metadata.credentials().catch((thrown: MetadataError) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
  });
});
