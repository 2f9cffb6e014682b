/**
 * Verification of AWS Signature Version 4, header form. It follows the specification, and so is independent of the SDK
 * that signs. It covers only what KMS uses: POST, one path, no query, the body hashed.
 */

import { equalBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { AwsError } from './errors.ts';

/** Temporary credentials of a role, as issued by a simulated STS. */
export interface IssuedCredentials extends RoleCredentials {
  readonly roleArn: string;
  /** Actions that the role's IAM policies allow. They count where the key policy trusts the account. */
  readonly iamActions?: readonly string[];
}

/** The signed request. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** Who may sign a request, where, and when. */
export interface SignatureScope {
  readonly credentials: ReadonlyMap<string, IssuedCredentials>;
  readonly region: string;
  /** ms. */
  readonly now: number;
}

const MAX_SKEW_MS = 5 * 60 * 1000;
const MUST_BE_SIGNED = ['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target'];
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * The credentials that signed `request`.
 * @throws AwsError as AWS's front end does for missing, unknown, expired, forged or old signatures
 */
export function verifySigV4(request: SignedRequest, scope: SignatureScope): IssuedCredentials {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const match = AUTHORIZATION.exec(authorization);
  if (match === null) throw new AwsError('IncompleteSignatureException', 'Authorization header is malformed');
  const [, accessKeyId, day, region, service, signedHeaders, signature] = match as unknown as string[];
  const credentials = scope.credentials.get(accessKeyId!);
  if (credentials === undefined || request.headers['x-amz-security-token'] !== credentials.sessionToken) {
    throw new AwsError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
  const names = signedHeaders!.split(';');
  const date = request.headers['x-amz-date'] ?? '';
  const isInScope = region === scope.region && service === 'kms' && date.startsWith(day!);
  if (!isInScope || !MUST_BE_SIGNED.every((name) => names.includes(name))) {
    throw new AwsError(
      'InvalidSignatureException',
      'Credential should be scoped to this region and service.',
    );
  }
  const key = signingKey(credentials.secretAccessKey, day!, region!);
  const expected = crypto.hmacSha256(
    key,
    stringToSign(request, names, date, `${day}/${region}/kms/aws4_request`),
  );
  if (!equalBytes(expected, decodeHex(signature!))) {
    throw new AwsError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  checkTime(date, scope.now, credentials);
  return credentials;
}

function checkTime(date: string, now: number, credentials: IssuedCredentials): void {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  if (!(Math.abs(Date.parse(iso) - now) <= MAX_SKEW_MS)) {
    throw new AwsError(
      'InvalidSignatureException',
      `Signature expired: ${date} is too far from the time here`,
    );
  }
  if (now < credentials.expiration) return;
  throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
}

function stringToSign(
  request: SignedRequest,
  names: readonly string[],
  date: string,
  scope: string,
): Uint8Array {
  const canonicalRequest = [
    request.method,
    request.path,
    '',
    ...names.map((name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    encodeHex(crypto.sha256(request.body)),
  ].join('\n');
  return utf8(['AWS4-HMAC-SHA256', date, scope, encodeHex(crypto.sha256(utf8(canonicalRequest)))].join('\n'));
}

function signingKey(secret: string, day: string, region: string): Uint8Array {
  return [day, region, 'kms', 'aws4_request'].reduce(
    (key, part) => crypto.hmacSha256(key, utf8(part)),
    utf8(`AWS4${secret}`),
  );
}
