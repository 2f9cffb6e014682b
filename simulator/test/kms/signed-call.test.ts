import { createHash, createHmac } from 'node:crypto';
import https from 'node:https';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, agent, HOST, keys, login, policyOf, REGION } from './service.ts';

/** Sends a request without the SDK. */
function post(
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const options = { host: HOST, method: 'POST', path: '/', agent, headers };
    const request = https.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, answer: JSON.parse(text) as Record<string, unknown> });
      });
    });
    request.on('error', reject).end(body);
  });
}

class Sha256 {
  readonly #hash;

  constructor(secret?: Uint8Array | string) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
}

function signerOf({ accessKeyId, secretAccessKey, sessionToken }: RoleCredentials): SignatureV4 {
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return new SignatureV4({ credentials, region: REGION, service: 'kms', sha256: Sha256 as never });
}

/** Signs a request with the signer of AWS and sends it. */
async function call(credentials: RoleCredentials, operation: string, body: string) {
  const headers = {
    host: HOST,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `TrentService.${operation}`,
  };
  const request = { method: 'POST', protocol: 'https:', hostname: HOST, path: '/', headers, body };
  return post(body, (await signerOf(credentials).sign(request)).headers);
}

describe('when a call does not come from our client', () => {
  it('a call without a signature is refused before any other check', async () => {
    const told = await post('{}', { 'x-amz-target': 'TrentService.Decrypt' });
    expect(told).toMatchObject({ status: 400, answer: { __type: 'MissingAuthenticationTokenException' } });
    const odd = await post('{}', { authorization: 'AWS4-HMAC-SHA256 Credential=x' });
    expect(odd).toMatchObject({ status: 400, answer: { __type: 'IncompleteSignatureException' } });
  });

  it.each([
    ['an unknown operation', 'Encrypt', '{}', 'UnknownOperationException'],
    ['no JSON', 'Decrypt', '{', 'SerializationException'],
    ['no object', 'Decrypt', '[]', 'SerializationException'],
    ['a blob that is no base64', 'Decrypt', '{"CiphertextBlob":"*"}', 'ValidationException'],
    ['a blob that is none', 'Decrypt', '{"CiphertextBlob":"AAAA"}', 'InvalidCiphertextException'],
    ['no key', 'GenerateDataKey', '{"KeySpec":"AES_256"}', 'ValidationException'],
    ['another policy', 'GetKeyPolicy', '{"KeyId":"KEY","PolicyName":"x"}', 'NotFoundException'],
    ['another algorithm', 'GenerateDataKey', '{"KeyId":"KEY","Recipient":{}}', 'ValidationException'],
  ])('%s is refused as AWS does', async (_, operation, body, name) => {
    const told = await call(login(), operation, body.replace('KEY', keys[0]!.arn));
    expect(told).toMatchObject({ status: 400, answer: { __type: name } });
  });

  it('an altered body does not match its signature', async () => {
    const credentials = login();
    const signer = signerOf(credentials);
    const headers = { host: HOST, 'x-amz-target': 'TrentService.Decrypt' };
    const request = { method: 'POST', protocol: 'https:', hostname: HOST, path: '/', headers, body: '{}' };
    const signed = (await signer.sign(request)).headers;
    expect((await post('{ }', signed)).answer).toMatchObject({ __type: 'InvalidSignatureException' });
    expect((await post('{}', signed)).answer).toMatchObject({ __type: 'ValidationException' });
  });

  it('the template denies unattested calls; the default policy with IAM permissions allows them', async () => {
    const ask = async (credentials: RoleCredentials) =>
      (
        await call(
          credentials,
          'GenerateDataKey',
          JSON.stringify({ KeyId: keys[0]!.arn, KeySpec: 'AES_256' }),
        )
      ).answer;
    expect(await ask(login())).toMatchObject({ __type: 'AccessDeniedException' });
    expect(await ask(login({ iamActions: ['kms:*'] }))).toMatchObject({ __type: 'AccessDeniedException' });
    keys[0]!.policy = policyOf(false);
    expect(await ask(login({ iamActions: ['kms:*'] }))).toMatchObject({ __type: 'AccessDeniedException' });
    const account = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
    const statement = { Effect: 'Allow', Principal: account, Action: 'kms:*', Resource: '*' };
    keys[0]!.policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    expect(await ask(login())).toMatchObject({ __type: 'AccessDeniedException' });
    const answer = await ask(login({ iamActions: ['kms:GenerateDataKey'] }));
    expect(decodeBase64(answer['Plaintext'] as string)).toHaveLength(32);
    expect(answer['CiphertextForRecipient']).toBeUndefined();
  });
});
