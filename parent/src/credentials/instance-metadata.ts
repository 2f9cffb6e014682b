/**
 * The instance metadata service of EC2, version 2 only (IMDSv2: a session token, fetched by PUT, with every question):
 * the role's temporary credentials, the region, and the instance's tags. Link-local; it is asked over HTTP and must be
 * trusted like the machine itself, which the parent is part of.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import * as z from 'zod';
import type { Credentials } from './port.ts';

/** The metadata service did not say what was asked; the message says what, and what an operator can do. */
export class MetadataError extends CodedError<
  'metadata_unreachable' | 'metadata_refused' | 'metadata_absent' | 'metadata_malformed'
> {}

export interface InstanceMetadataOptions {
  /** `http://169.254.169.254`, where every instance finds it. */
  readonly endpoint: string;
  readonly clock: Clock;
  /** Of one request. Default 2 s: a container behind one hop more than the instance allows hears nothing. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 2_000;
const TOKEN_TTL_S = 21_600;
/** AWS brings new credentials at least five minutes before the old ones expire. */
const REFRESH_BEFORE_MS = 300_000;
const MAX_ANSWER_BYTES = 16_384;
const ROLES = 'iam/security-credentials/';
const TAGS = 'tags/instance/';

const roleSchema = z.object({
  Code: z.literal('Success'),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
  Expiration: z.iso.datetime({ offset: true }),
});

/** Asks the service; one token and one set of credentials at a time, however many ask. */
export class InstanceMetadata {
  readonly #options: InstanceMetadataOptions;
  #token: { readonly value: string; readonly until: number } | null = null;
  #credentials: Promise<Credentials> | null = null;
  #expiration = 0;

  constructor(options: InstanceMetadataOptions) {
    this.#options = options;
  }

  /**
   * Temporary credentials of the instance's role, valid for five minutes at least if the service has such.
   * @throws MetadataError
   */
  credentials(): Promise<Credentials> {
    const isStale = this.#expiration - REFRESH_BEFORE_MS <= this.#options.clock.now();
    if (this.#credentials === null || isStale) {
      // Until they are there, all that ask wait for the same.
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
   * Tags of the instance whose names begin with `prefix`, without it.
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

  async #fetchCredentials(): Promise<Credentials> {
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
    const url = `${this.#options.endpoint}/latest/meta-data/${path}`;
    for (let attempt = 0; ; attempt++) {
      const token = await this.#freshToken();
      const response = await this.#request(url, { headers: { 'X-aws-ec2-metadata-token': token } });
      if (response.status === 200) return readBounded(response);
      await response.body?.cancel();
      // The token of an instance that was stopped and started is none of this one.
      if (response.status === 401 && attempt === 0) this.#token = null;
      else throw refusal(path, response.status);
    }
  }

  async #freshToken(): Promise<string> {
    const now = this.#options.clock.now();
    if (this.#token !== null && this.#token.until > now) return this.#token.value;
    const response = await this.#request(`${this.#options.endpoint}/latest/api/token`, {
      method: 'PUT',
      headers: { 'X-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_TTL_S) },
    });
    if (response.status !== 200) throw refusal('api/token', response.status);
    const value = (await readBounded(response)).trim();
    // Half of its life: clocks may differ.
    this.#token = { value, until: now + TOKEN_TTL_S * 500 };
    return value;
  }

  async #request(url: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    try {
      return await fetch(url, { ...init, signal, redirect: 'error' });
    } catch (cause) {
      throw new MetadataError(
        'metadata_unreachable',
        'the metadata service does not answer: is this an EC2 instance, with metadata on and enough hops allowed?',
        cause,
      );
    }
  }
}

function refusal(path: string, status: number): MetadataError {
  if (status === 404) {
    return new MetadataError('metadata_absent', `the metadata service has no ${path}`);
  }
  return new MetadataError('metadata_refused', `the metadata service answers ${path} with HTTP ${status}`);
}

async function readBounded(response: Response): Promise<string> {
  const text = await response.text();
  if (text.length <= MAX_ANSWER_BYTES) return text;
  throw new MetadataError('metadata_malformed', 'the metadata service answers with more than 16 KiB');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
