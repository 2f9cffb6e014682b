import { describe, expect, it } from 'vitest';
import { codeOf, codeOfRejection } from '../../../shared/test/codes.ts';
import { MetadataError } from '../../src/credentials/instance-metadata.ts';
import { credentialSource, environmentCredentials } from '../../src/credentials/source.ts';
import { RelayError } from '../../src/errors.ts';

const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'ASIAENVIRONMENT',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_CREDENTIAL_EXPIRATION: '2026-01-01T00:00:00Z',
};
const ROLE = { accessKeyId: 'ASIAROLE', secretAccessKey: 's', sessionToken: 't', expiration: 1 };
const metadata = { credentials: () => Promise.resolve(ROLE) };

describe('when the enclave needs credentials', () => {
  it('it uses those of the environment, if any are set', async () => {
    expect(await credentialSource(ENVIRONMENT, metadata)()).toEqual({
      accessKeyId: 'ASIAENVIRONMENT',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: Date.UTC(2026, 0, 1),
    });
  });

  it('it uses those of the instance otherwise', async () => {
    expect(await credentialSource({}, metadata)()).toBe(ROLE);
  });

  it('it names the missing variable', async () => {
    const source = credentialSource({ ...ENVIRONMENT, AWS_SESSION_TOKEN: '' }, metadata);
    expect(await codeOfRejection(source(), RelayError)).toBe('kms_unavailable');
    await expect(source()).rejects.toThrow('AWS_SESSION_TOKEN is not set');
  });

  it('it reports why the instance has none, and when to ask again', async () => {
    const source = credentialSource(
      {},
      { credentials: () => Promise.reject(new MetadataError('metadata_absent', 'the instance has no role')) },
    );
    await expect(source()).rejects.toMatchObject({
      code: 'kms_unavailable',
      message: 'metadata_absent: the instance has no role',
      failure: { retryAfterMs: 5_000 },
    });
  });
});

describe('when credentials are in the environment', () => {
  const environment = {
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_SESSION_TOKEN: 't',
    AWS_CREDENTIAL_EXPIRATION: '1970-01-01T00:00:00.005Z',
  };

  it('they are read', () => {
    expect(environmentCredentials(environment)).toEqual({
      accessKeyId: 'a',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: 5,
    });
  });

  it.each(Object.keys(environment))('a missing %s is named, and no value is', (name) => {
    const attempt = () =>
      environmentCredentials({ ...environment, AWS_SECRET_ACCESS_KEY: 'marker', [name]: '' });
    expect(codeOf(attempt, RelayError)).toBe('kms_unavailable');
    expect(attempt).toThrow(expect.objectContaining({ message: expect.stringContaining(name) }));
    expect(attempt).toThrow(expect.objectContaining({ message: expect.not.stringContaining('marker') }));
  });
});
