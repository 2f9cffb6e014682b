/** The operations of the simulated KMS. Each turns parsed JSON into an answer, with KMS's own order of checks. */
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import type { Random } from '@perf-aggregator/shared/random';
import { sealForRecipient } from './envelope.ts';
import { AwsError } from './errors.ts';
import {
  accountOf,
  blobKeyId,
  type EncryptionContext,
  type KmsKey,
  keyIdOf,
  openBlob,
  sealBlob,
} from './key.ts';
import { isAuthorized } from './policy-engine.ts';
import { type Recipient, verifyRecipient } from './recipient.ts';
import type { IssuedCredentials } from './sigv4.ts';

/** The inputs of an operation. */
export interface CallContext {
  readonly keys: readonly KmsKey[];
  readonly caller: IssuedCredentials;
  /** DER of the root under which attestation documents must verify. */
  readonly nsmRoot: Uint8Array;
  /** ms. */
  readonly now: number;
  readonly random: Random;
}

/** Members of a request, as parsed from JSON. */
export type Input = Readonly<Record<string, unknown>>;
/** Members of an answer. */
export type Output = Readonly<Record<string, unknown>>;
type Operation = (call: CallContext, input: Input) => Output;

/** Operations by the name in `X-Amz-Target`. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GenerateDataKey', generateDataKey],
  ['Decrypt', decrypt],
  ['DescribeKey', describeKey],
  ['GetKeyPolicy', getKeyPolicy],
  ['ListGrants', listGrants],
]);

function generateDataKey(call: CallContext, input: Input): Output {
  const recipient = recipientOf(call, input);
  const key = findKey(call, text(input, 'KeyId'));
  if (input['KeySpec'] !== 'AES_256') throw invalid('KeySpec must be AES_256');
  const context = encryptionContext(input);
  authorize(call, 'kms:GenerateDataKey', key, { recipient, context });
  checkEnabled(key);
  const plaintext = call.random.bytes(32);
  return {
    KeyId: key.arn,
    CiphertextBlob: encodeBase64(sealBlob(key, plaintext, context, call.random)),
    ...answerPlaintext(call, plaintext, recipient),
  };
}

function decrypt(call: CallContext, input: Input): Output {
  const recipient = recipientOf(call, input);
  const blob = bytes(input, 'CiphertextBlob');
  const named = blobKeyId(blob);
  const key = findKey(call, input['KeyId'] === undefined ? named : text(input, 'KeyId'));
  const context = encryptionContext(input);
  authorize(call, 'kms:Decrypt', key, { recipient, context });
  checkEnabled(key);
  if (keyIdOf(key) !== named) {
    throw new AwsError('IncorrectKeyException', 'The key ID in the request does not identify the right key.');
  }
  const plaintext = openBlob(key, blob, context);
  return {
    KeyId: key.arn,
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    ...answerPlaintext(call, plaintext, recipient),
  };
}

function describeKey(call: CallContext, input: Input): Output {
  const key = findKey(call, text(input, 'KeyId'));
  authorize(call, 'kms:DescribeKey', key);
  return {
    KeyMetadata: {
      AWSAccountId: accountOf(key),
      Arn: key.arn,
      KeyId: keyIdOf(key),
      CreationDate: key.createdAt / 1000,
      Description: 'perf-aggregator simulator',
      Enabled: key.enabled,
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyState: key.enabled ? 'Enabled' : 'Disabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
      Origin: 'AWS_KMS',
    },
  };
}

function getKeyPolicy(call: CallContext, input: Input): Output {
  const key = findKey(call, text(input, 'KeyId'));
  if ((input['PolicyName'] ?? 'default') !== 'default') {
    throw new AwsError('NotFoundException', 'No such policy exists');
  }
  authorize(call, 'kms:GetKeyPolicy', key);
  return { Policy: key.policy, PolicyName: 'default' };
}

function listGrants(call: CallContext, input: Input): Output {
  const key = findKey(call, text(input, 'KeyId'));
  authorize(call, 'kms:ListGrants', key);
  return { Grants: key.grants, Truncated: false };
}

/** Never both: with a recipient, the plaintext leaves KMS only under the recipient's key. */
function answerPlaintext(call: CallContext, plaintext: Uint8Array, recipient: Recipient | undefined): Output {
  if (recipient === undefined) return { Plaintext: encodeBase64(plaintext) };
  const sealed = sealForRecipient(plaintext, recipient.publicKey, call.random);
  return { CiphertextForRecipient: encodeBase64(sealed) };
}

interface Conditions {
  readonly recipient?: Recipient | undefined;
  readonly context?: EncryptionContext;
}

function authorize(call: CallContext, action: string, key: KmsKey, conditions: Conditions = {}): void {
  const context = new Map(conditions.recipient?.context);
  for (const [name, value] of Object.entries(conditions.context ?? {})) {
    context.set(`kms:encryptioncontext:${name.toLowerCase()}`, value);
  }
  const { roleArn, iamActions = [] } = call.caller;
  const request = { roleArn, account: accountOf(key), iamActions, action, resource: key.arn, context };
  if (isAuthorized(key.policy, request)) return;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${roleArn} is not authorized to perform: ${action} on resource: ${key.arn}`,
  );
}

function findKey(call: CallContext, id: string): KmsKey {
  const key = call.keys.find((one) => one.arn === id || keyIdOf(one) === id);
  if (key === undefined) throw new AwsError('NotFoundException', `Key '${id}' does not exist`);
  return key;
}

function checkEnabled(key: KmsKey): void {
  if (!key.enabled) throw new AwsError('DisabledException', `${key.arn} is disabled.`);
}

function recipientOf(call: CallContext, input: Input): Recipient | undefined {
  const recipient = input['Recipient'] as Input | undefined;
  if (recipient === undefined) return undefined;
  if (recipient['KeyEncryptionAlgorithm'] !== 'RSAES_OAEP_SHA_256') {
    throw invalid('KeyEncryptionAlgorithm must be RSAES_OAEP_SHA_256');
  }
  return verifyRecipient(bytes(recipient, 'AttestationDocument'), call.nsmRoot, call.now);
}

function encryptionContext(input: Input): EncryptionContext {
  const context = input['EncryptionContext'] ?? {};
  const isMap = typeof context === 'object' && Object.values(context).every((one) => typeof one === 'string');
  if (!isMap) throw invalid('EncryptionContext must map text to text');
  return context as EncryptionContext;
}

function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw invalid(`${name} must be given`);
  return value;
}

function bytes(input: Input, name: string): Uint8Array {
  try {
    return decodeBase64(text(input, name));
  } catch {
    throw invalid(`${name} must be base64`);
  }
}

function invalid(what: string): AwsError {
  return new AwsError('ValidationException', `1 validation error detected: ${what}`);
}
