/**
 * The enclave's configuration: the contents of its image, and what a deployment adds (its KMS key, its role). Trust
 * depends on these two and nothing else. `config_sha256` measures them into every attestation document's `user_data`.
 * There are no other inputs.
 */
import { createHash } from 'node:crypto';
import { canonicalJsonBytes } from '@perf-aggregator/shared/codec/canonical-json';
import { CodedError } from '@perf-aggregator/shared/errors';
import { textOfIssues } from '@perf-aggregator/shared/schema-issues';
import { type Deployment, isRoleArn, keyService } from '@perf-aggregator/shared/wire/deployment';
import * as z from 'zod';
import { MAX_SUBMISSIONS } from './keys/handshake-keys.ts';

const sha384Hex = z.string().regex(/^[0-9a-f]{96}$/);

/** Measurements that together name one image: PCR 0, 1 and 2, lower-case hex. */
const measurements = z.strictObject({ 0: sha384Hex, 1: sha384Hex, 2: sha384Hex });

/** Schema of {@link ImageConfig}. */
export const imageConfig = z.strictObject({
  /** Version of the software, as reports state it. */
  softwareVersion: z.string().min(1),
  /** Where the parent dials in: `vsock://CID:PORT` or `unix:PATH`. */
  listen: z.string(),
  /** The parent's egress proxy, dialled by the enclave. */
  egress: z.string(),
  /** Hosts that may be dialled through the proxy, with port; a deployment adds that of its key service. */
  allow: z.array(z.strictObject({ host: z.string().min(1), port: z.number().int().min(1).max(65_535) })),
  /** CA certificates (PEM) under which those hosts must verify; nothing else is trusted. */
  caBundle: z.string().min(1),
  /** SHA-256 of SubjectPublicKeyInfo, base64, by host; a host without pins needs only the CA. */
  pins: z.record(z.string(), z.array(z.string())),
  kms: z.strictObject({
    /** EncryptionContext of every call to KMS. */
    encryptionContext: z.record(z.string(), z.string()),
  }),
  /** Images whose genesis evidence this image accepts: the images that it replaced. */
  predecessors: z.array(measurements),
  /** How long after a finished synchronisation the next one is due, ms. */
  syncIntervalMs: z.number().int().min(1_000),
  /** Sessions kept open in memory at once. */
  hotSessions: z.number().int().min(1),
  /** Submissions that one handshake key accepts; left out: 65,536. Each costs some 100 bytes for two hours. */
  submissionsPerHandshakeKey: z.number().int().min(1).max(MAX_SUBMISSIONS).optional(),
  /** How many accounts one source may ask about: at once, and per minute; left out: 32 and 32. */
  accountsPerSource: z
    .strictObject({ burst: z.number().int().min(1), perMinute: z.number().int().min(1) })
    .optional(),
});
/** The configuration in an image. It is the same for everybody who runs the image, and part of its PCRs. */
export type ImageConfig = z.infer<typeof imageConfig>;

/** The configuration in an image, and what its deployment adds. */
export interface EnclaveConfig extends ImageConfig {
  readonly kms: ImageConfig['kms'] & {
    readonly region: string;
    /** The one key that this enclave uses. */
    readonly keyArn: string;
    /** Role of the parent, as the policy template names it. */
    readonly roleArn: string;
  };
}

/** The image, or the deployment, has no configuration that this version can use. */
export class EnclaveConfigError extends CodedError<
  'enclave_config_unreadable' | 'enclave_config_invalid' | 'deployment_invalid'
> {}

/** The files of an image's configuration: the settings, and the certificate authorities (`caBundle`). */
export type ImageFile = 'enclave.json' | 'ca.pem';

/**
 * The configuration of an image.
 * @param read - its files
 * @throws EnclaveConfigError `enclave_config_unreadable`; `enclave_config_invalid`, naming every faulty field
 *   (not its value)
 */
export function readImageConfig(read: (file: ImageFile) => string): ImageConfig {
  let json: object;
  try {
    json = { ...(JSON.parse(read('enclave.json')) as object), caBundle: read('ca.pem') };
  } catch (cause) {
    throw new EnclaveConfigError(
      'enclave_config_unreadable',
      'the image has no enclave.json, or no ca.pem',
      cause,
    );
  }
  const parsed = imageConfig.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new EnclaveConfigError('enclave_config_invalid', textOfIssues(parsed.error, '(whole)'));
}

/**
 * The configuration of an image in a deployment. The key service's host follows from the key's ARN and may be dialled
 * besides the image's own hosts.
 * @throws EnclaveConfigError `deployment_invalid`: the ARN is malformed, or names an alias. The enclave does not judge
 *   whether the key is the right one: `config_sha256` names it.
 */
export function configure(image: ImageConfig, { keyArn, roleArn }: Deployment): EnclaveConfig {
  const service = keyService(keyArn);
  if (!service) throw new EnclaveConfigError('deployment_invalid', `not the ARN of a KMS key: ${keyArn}`);
  if (!isRoleArn(roleArn)) {
    throw new EnclaveConfigError('deployment_invalid', `not the ARN of a role: ${roleArn}`);
  }
  const { region, host } = service;
  return {
    ...image,
    allow: [...image.allow, { host, port: 443 }],
    kms: { ...image.kms, region, keyArn, roleArn },
  };
}

/**
 * SHA-256 of what trust depends on: the canonical JSON (RFC 8785) of the configuration. An endpoint that is a unix
 * socket is left out, because a development path does not affect trust and changes every run.
 */
export function configSha256(config: EnclaveConfig): Uint8Array {
  const { listen, egress, ...rest } = config;
  const measured = {
    ...rest,
    listen: listen.startsWith('unix:') ? 'unix' : listen,
    egress: egress.startsWith('unix:') ? 'unix' : egress,
  };
  return new Uint8Array(createHash('sha256').update(canonicalJsonBytes(measured)).digest());
}
