/**
 * KMS, called from inside with the parent's temporary credentials. TLS ends here. `CiphertextForRecipient` is not
 * authenticated, so an answer is trusted because of its connection, and the returned key id is compared. The AWS SDK is
 * unmodified. It gets every setting that it would otherwise look for on the disk, in the environment or at the metadata
 * service.
 */

import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import type { Agent } from 'node:https';
import { promisify } from 'node:util';
import {
  DecryptCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListGrantsCommand,
  type RecipientInfo,
} from '@aws-sdk/client-kms';
import type { ExpectedPcrs } from '@perf-aggregator/attestation';
import { wipe } from '@perf-aggregator/shared/bytes';
import type { Clock } from '@perf-aggregator/shared/clock';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import { encodeUserData } from '@perf-aggregator/shared/messages/user-data';
import type { Random } from '@perf-aggregator/shared/random';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { type KeyService, keyService } from '@perf-aggregator/shared/wire/deployment';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Nsm } from '../nsm/port.ts';
import { openEnvelope } from './cms.ts';
import { explainDenial } from './denial.ts';
import { KmsError, toKmsError } from './errors.ts';
import { isContained, judgePolicy } from './policy.ts';
import type { DataKey, Kms } from './port.ts';

/** What {@link createKms} needs. */
export interface KmsConfig {
  /** The only key that this enclave uses. It names the region, and so the host. */
  readonly keyArn: string;
  /** Role that the key policy names. */
  readonly roleArn: string;
  /** Sent with every call, and authenticated by KMS. */
  readonly encryptionContext: Readonly<Record<string, string>>;
  /** 32 bytes. In every attestation document. */
  readonly configSha256: Uint8Array;
  /** Images that the key policy may name besides this one. */
  readonly predecessors: readonly ExpectedPcrs[];
  /** Reaches KMS through the egress proxy; its TLS ends in this process. */
  readonly agent: Agent;
  readonly nsm: Nsm;
  readonly clock: Clock;
  readonly random: Random;
  /** Of one attempt: once to connect, and again to answer. */
  readonly timeoutMs: number;
}

const KEY_BYTES = 32;
const MAX_ATTEMPTS = 3;
const generateKeyPairAsync = promisify(generateKeyPair);

/** The {@link Kms} of `config.keyArn`. @throws TypeError for an ARN that `configure` would have refused */
export function createKms(config: KmsConfig): Kms {
  const service = keyService(config.keyArn);
  if (!service) throw new TypeError('the ARN of the key was not checked');
  const requestHandler = new NodeHttpHandler({
    httpsAgent: config.agent,
    connectionTimeout: config.timeoutMs,
    requestTimeout: config.timeoutMs,
    throwOnRequestTimeout: true,
  });
  const connect = (credentials: RoleCredentials) => openClient(config, service, requestHandler, credentials);
  return {
    generateDataKey: (credentials) => generateDataKey(config, connect(credentials)),
    decrypt: (credentials, blob) => decrypt(config, connect(credentials), blob),
    policyState: async (credentials) => {
      try {
        return await readPolicyState(config, connect(credentials));
      } catch {
        return 'unknown';
      }
    },
  };
}

/** A client for one call. It is cheap, because all clients share the handler with its connections. */
function openClient(
  config: KmsConfig,
  { region, host }: KeyService,
  requestHandler: NodeHttpHandler,
  credentials: RoleCredentials,
): () => KMSClient {
  return () => {
    if (config.clock.now() >= credentials.expiration) {
      throw new KmsError('kms_credentials_expired', 'the credentials handed in have expired');
    }
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    return new KMSClient({
      region,
      endpoint: `https://${host}`,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      requestHandler,
      defaultsMode: 'standard',
      retryMode: 'standard',
      maxAttempts: MAX_ATTEMPTS,
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      authSchemePreference: ['aws.auth#sigv4'],
      userAgentAppId: 'perf-aggregator',
      // This is the default. It is explicit, so that the SDK does not look for it in a home folder, which an enclave
      // does not have.
      disableClockSkewCorrection: false,
    });
  };
}

async function generateDataKey(config: KmsConfig, connect: () => KMSClient): Promise<DataKey> {
  const client = connect();
  return withRecipient(config, client, async (recipient, privateKey) => {
    const answer = await client.send(
      new GenerateDataKeyCommand({
        KeyId: config.keyArn,
        KeySpec: 'AES_256',
        EncryptionContext: { ...config.encryptionContext },
        Recipient: recipient,
      }),
    );
    const ciphertextBlob = answer.CiphertextBlob;
    if (ciphertextBlob === undefined || ciphertextBlob.length === 0) throw badResponse('no CiphertextBlob');
    return { plaintext: openAnswer(config, answer, privateKey), ciphertextBlob };
  });
}

async function decrypt(
  config: KmsConfig,
  connect: () => KMSClient,
  ciphertextBlob: Uint8Array,
): Promise<Uint8Array> {
  const client = connect();
  return withRecipient(config, client, async (recipient, privateKey) => {
    const answer = await client.send(
      new DecryptCommand({
        KeyId: config.keyArn,
        CiphertextBlob: ciphertextBlob,
        EncryptionContext: { ...config.encryptionContext },
        Recipient: recipient,
      }),
    );
    return openAnswer(config, answer, privateKey);
  });
}

/** Runs one call with a recipient key of its own and an attestation document made for it. */
async function withRecipient<T>(
  config: KmsConfig,
  client: KMSClient,
  call: (recipient: RecipientInfo, privateKey: KeyObject) => Promise<T>,
): Promise<T> {
  const { privateKey } = await generateKeyPairAsync('rsa', { modulusLength: 2048 });
  const document = await config.nsm.attest({
    publicKey: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
    userData: encodeUserData({ t: 'kms', v: 1, config_sha256: config.configSha256 }),
    nonce: config.random.bytes(32),
  });
  try {
    return await call(
      { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: document },
      privateKey,
    );
  } catch (thrown) {
    const error = toKmsError(thrown);
    throw error.code === 'kms_access_denied' ? await explained(config, client, error) : error;
  }
}

/** The same error, with the condition of the key policy that can have failed. */
async function explained(config: KmsConfig, client: KMSClient, error: KmsError): Promise<KmsError> {
  const [livePolicy, sent] = await Promise.all([
    client.send(new GetKeyPolicyCommand({ KeyId: config.keyArn, PolicyName: 'default' })).then(
      ({ Policy }) => Policy,
      () => undefined,
    ),
    ownPcrs(config.nsm).catch((): ExpectedPcrs => ({})),
  ]);
  return new KmsError(error.code, `${error.message}; ${explainDenial({ sent, livePolicy })}`, error.cause);
}

/** PCR 0, 1 and 2 of this image, hex. */
async function ownPcrs(nsm: Nsm): Promise<ExpectedPcrs> {
  const pcrs = await nsm.describePcrs();
  return Object.fromEntries(
    [0, 1, 2].map((index) => [index, encodeHex(pcrs.get(index) ?? new Uint8Array())]),
  );
}

/** The common part of the answers of GenerateDataKey and Decrypt. */
interface Answer {
  readonly KeyId?: string | undefined;
  readonly Plaintext?: Uint8Array | undefined;
  readonly CiphertextForRecipient?: Uint8Array | undefined;
}

/** The 32 bytes of an answer. @throws KmsError */
function openAnswer(config: KmsConfig, answer: Answer, privateKey: KeyObject): Uint8Array {
  if (answer.KeyId !== config.keyArn) throw new KmsError('kms_key_mismatch', 'KMS answered with another key');
  // An answer with Plaintext beside a Recipient is not from KMS, or the call was not attested.
  if (answer.Plaintext !== undefined && answer.Plaintext.length > 0) {
    wipe(answer.Plaintext);
    throw badResponse('a Plaintext, although a Recipient was given');
  }
  if (answer.CiphertextForRecipient === undefined) throw badResponse('no CiphertextForRecipient');
  const plaintext = openEnvelope(answer.CiphertextForRecipient, privateKey);
  if (plaintext.length === KEY_BYTES) return plaintext;
  wipe(plaintext);
  throw badResponse('a key that does not have 32 bytes');
}

/** Reads DescribeKey, GetKeyPolicy and ListGrants, and compares them with the locked template for this very image. */
async function readPolicyState(config: KmsConfig, connect: () => KMSClient): Promise<KmsPolicyState> {
  const client = connect();
  const KeyId = config.keyArn;
  const [described, live, listed, own] = await Promise.all([
    client.send(new DescribeKeyCommand({ KeyId })),
    client.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' })),
    client.send(new ListGrantsCommand({ KeyId, Limit: 1 })),
    ownPcrs(config.nsm),
  ]);
  const key = described.KeyMetadata;
  if (key?.Arn !== config.keyArn) throw new KmsError('kms_key_mismatch', 'KMS described another key');
  if (live.Policy === undefined || listed.Grants === undefined) throw badResponse('no policy or no grants');
  if (!isContained(key)) return 'mutable';
  return judgePolicy(live.Policy, listed.Grants.length, {
    account: config.keyArn.split(':')[4] ?? '',
    roleArn: config.roleArn,
    own,
    predecessors: config.predecessors,
  });
}

function badResponse(what: string): KmsError {
  return new KmsError('kms_bad_response', `KMS answered with ${what}`);
}
