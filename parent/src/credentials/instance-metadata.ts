/**
 * The instance metadata service of EC2, through AWS's own client, version 2 only (IMDSv2: every request carries a
 * session token from a PUT). It gives the role's temporary credentials, the region, and the instance's tags. It is
 * link-local and uses HTTP. It must be trusted like the machine itself, which the parent is part of. ADR 0021.
 */
import { MetadataService } from '@aws-sdk/ec2-metadata-service';
import type { Clock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import * as z from 'zod';

/**
 * The metadata service did not return the requested value. The message names the value, and what an operator can do.
 */
export class MetadataError extends CodedError<
  'metadata_unreachable' | 'metadata_refused' | 'metadata_absent' | 'metadata_malformed'
> {}

export interface InstanceMetadataOptions {
  /** `http://169.254.169.254`, the address on every instance. */
  readonly endpoint: string;
  readonly clock: Clock;
  /**
   * Limit of one request, token and answer together, ms. Default 4 s. A container that is one hop further away than the
   * instance allows gets no answer.
   */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 4_000;
/** AWS provides new credentials at least five minutes before the old ones expire. */
const REFRESH_BEFORE_MS = 300_000;
const MAX_ANSWER_CHARS = 16_384;
const ROLES = 'iam/security-credentials/';
const TAGS = 'tags/instance/';

const roleSchema = z.object({
  Code: z.literal('Success'),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
  Expiration: z.iso.datetime({ offset: true }),
});

/** Reads from the service. One set of credentials is fetched at a time, for any number of callers. */
export class InstanceMetadata {
  readonly #options: InstanceMetadataOptions;
  #credentials: Promise<RoleCredentials> | null = null;
  #expiration = 0;

  constructor(options: InstanceMetadataOptions) {
    this.#options = options;
  }

  /**
   * Temporary credentials of the instance's role. They are valid for at least five minutes if the service has such.
   * @throws MetadataError
   */
  credentials(): Promise<RoleCredentials> {
    const isStale = this.#expiration - REFRESH_BEFORE_MS <= this.#options.clock.now();
    if (this.#credentials === null || isStale) {
      // Until the credentials arrive, all callers wait for the same request.
      this.#expiration = Number.POSITIVE_INFINITY;
      this.#credentials = this.#fetchCredentials().then(
        (fetched) => {
          this.#expiration = fetched.expiration;
          return fetched;
        },
        (error: unknown) => {
          this.#credentials = null;
          throw error;
        },
      );
    }
    return this.#credentials;
  }

  /** The region, such as `eu-west-1`. @throws MetadataError */
  async region(): Promise<string> {
    const region = (await this.#ask('placement/region')).trim();
    if (/^[a-z0-9-]{3,32}$/.test(region)) return region;
    throw new MetadataError('metadata_malformed', 'the metadata service names no region');
  }

  /**
   * Tags of the instance whose names begin with `prefix`, with the prefix removed.
   * @throws MetadataError `metadata_absent` when the instance does not show its tags
   */
  async tags(prefix: string): Promise<Readonly<Record<string, string>>> {
    const names = (await this.#ask(TAGS)).split('\n').filter((name) => name.startsWith(prefix));
    const tags: Record<string, string> = {};
    for (const name of names) {
      tags[name.slice(prefix.length)] = await this.#ask(`${TAGS}${encodeURIComponent(name)}`);
    }
    return tags;
  }

  async #fetchCredentials(): Promise<RoleCredentials> {
    const role = (await this.#ask(ROLES)).split('\n')[0]?.trim();
    if (!role)
      throw new MetadataError('metadata_absent', 'the instance has no role: attach an instance profile');
    const parsed = roleSchema.safeParse(parseJson(await this.#ask(`${ROLES}${encodeURIComponent(role)}`)));
    if (!parsed.success) {
      throw new MetadataError(
        'metadata_malformed',
        "the metadata service gives no credentials for the instance's role",
      );
    }
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = parsed.data;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: Token,
      expiration: Date.parse(Expiration),
    };
  }

  async #ask(path: string): Promise<string> {
    const { endpoint, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    // A client whose token was refused once requests no token any more. So each request has its own client. A setting
    // that is given here is not looked up in the environment or in files.
    const client = new MetadataService({
      endpoint,
      ec2MetadataV1Disabled: true,
      retries: 0,
      httpOptions: { timeout: timeoutMs },
    });
    const answer = client.request(`latest/meta-data/${path}`, {}).catch((error: unknown) => {
      throw refusal(path, error);
    });
    // The client has no time-out for the rest of an answer that has begun.
    const text = await within(timeoutMs, answer);
    if (text.length <= MAX_ANSWER_CHARS) return text;
    throw new MetadataError('metadata_malformed', 'the metadata service answers with more than 16 KiB');
  }
}

/** The error of a failed request. The client reports the status of a refused token only in its message. */
function refusal(path: string, error: unknown): MetadataError {
  const { $metadata, message } = error as { $metadata?: { httpStatusCode?: number }; message?: string };
  const status = $metadata?.httpStatusCode ?? Number(/ status code (\d{3})\b/.exec(message ?? '')?.[1]);
  if (status === 404) return new MetadataError('metadata_absent', `the metadata service has no ${path}`);
  if (!Number.isNaN(status)) {
    return new MetadataError('metadata_refused', `the metadata service answers ${path} with HTTP ${status}`);
  }
  return unreachable(error);
}

function unreachable(cause: unknown): MetadataError {
  return new MetadataError(
    'metadata_unreachable',
    'the metadata service does not answer: is this an EC2 instance, with metadata on and enough hops allowed?',
    cause,
  );
}

/** The result of `promise`, if it comes in time. */
async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable(new Error(`no answer in ${timeoutMs} ms`))), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
