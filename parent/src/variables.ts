/**
 * The environment variables of the parent. One schema reads them and describes the purpose of each. The table in
 * docs/configuration.md is generated from it (`node scripts/configuration-docs.mjs`), and `--check-config` shows it.
 */
import { DEFAULT_SESSION_TTL_S, MAX_SESSION_TTL_S } from '@perf-aggregator/shared/limits';
import { isRoleArn, keyService } from '@perf-aggregator/shared/wire/deployment';
import * as z from 'zod';
import {
  addresses,
  endpoint,
  endpoints,
  hosts,
  networks,
  oneOf,
  origins,
  shaped,
  text,
  whole,
  wholeFault,
} from './variable-forms.ts';

/** The description of a variable, besides its form. */
interface About {
  /** For docs/configuration.md, in Markdown. */
  readonly meaning: string;
  /**
   * What applies when the variable is absent and the schema has no default; Markdown. Left out: the variable is
   * required.
   */
  readonly absent?: string;
  /** Whether its value is never shown. */
  readonly isSecret?: true;
}

const about = z.registry<About>();

/** A name of the whole system that a parent must not have, or cannot use yet. */
function refused(why: string) {
  const meaning = `Refused when set: ${why}.`;
  return z
    .undefined({ error: why })
    .optional()
    .register(about, { meaning, absent: 'never read', isSecret: true });
}

function optional(said: About & { readonly absent: string }) {
  return text.optional().register(about, said);
}

/** Variables that are read before the tags of the instance. The tags may hold the others. */
const sources = {
  AWS_EC2_METADATA_SERVICE_ENDPOINT: shaped(
    (value) => /^https?:/.test(value) && URL.canParse(value),
    'http://ADDRESS',
  )
    .prefault('http://169.254.169.254')
    .register(about, { meaning: 'Where the metadata service of EC2 is.' }),
  CONFIG_FROM_TAGS: oneOf(['true', 'false'])
    .prefault('false')
    .register(about, {
      meaning:
        '`true`: tags of the instance named `perf-aggregator:NAME` are read as the variable `NAME` where the ' +
        'environment has none. Tags in instance metadata must be on.',
    }),
};

/** The variables that name the sources of the others. */
export const SOURCES = z.object(sources);

const TTL = { min: 60, max: MAX_SESSION_TTL_S };

/** Every variable. */
export const VARIABLES = z
  .object({
    ENCLAVE_HOST: text.prefault('0.0.0.0').register(about, {
      meaning: 'Address that the HTTP edge listens on. It speaks plain HTTP: put TLS in front of it.',
    }),
    ENCLAVE_PORT: whole(0, 65_535)
      .prefault('3000')
      .register(about, { meaning: 'Its port, 0 to 65535; 0 takes any.' }),
    ENCLAVE_ENDPOINT: endpoints.register(about, {
      meaning:
        'Where the enclave listens, or several of one image, with commas between: `unix:/ABSOLUTE/PATH` of at most ' +
        '100 bytes. `vsock://CID:PORT` needs the native part of the transport (`scripts/build-vsock.sh`); without ' +
        'it: `endpoint_unsupported`.',
    }),
    EGRESS_ENDPOINT: endpoint.register(about, {
      meaning: 'Where the egress proxy listens for the enclave. The same forms.',
    }),
    EGRESS_ALLOW: hosts.register(about, {
      meaning:
        'Hosts that the enclave may reach: `host:port,host:port`, lower case, ports 1 to 65535. Checked besides the ' +
        "enclave's own measured list. The key service's host is added from `KMS_KEY_ARN`.",
    }),
    EGRESS_ADDRESSES: addresses.optional().register(about, {
      absent: 'not told',
      meaning:
        'IP addresses that venues see, with commas between, at most 16: traders name them in the allow-lists of their ' +
        'API keys. Told by `GET /attestation/quote` and `GET /health` as `egress_addresses`. Nobody checks them: say ' +
        'those of your NAT gateway. `deploy/` does.',
    }),
    KMS_KEY_ARN: shaped(
      (value) => keyService(value) !== null,
      'arn:aws:kms:REGION:ACCOUNT:key/ID (no alias)',
    ).register(about, {
      meaning:
        '`arn:aws:kms:REGION:ACCOUNT:key/ID`: the key under which the root is kept. No alias. Handed to every ' +
        'enclave at boot; part of `config_sha256`.',
    }),
    KMS_ROLE_ARN: shaped(isRoleArn, 'arn:aws:iam::ACCOUNT:role/NAME').register(about, {
      meaning: "`arn:aws:iam::ACCOUNT:role/NAME`: the parent's role, as the key's policy names it. The same.",
    }),
    STORE_PATH: text
      .prefault('./data')
      .register(about, { meaning: 'Folder of the LMDB store, made if absent, for its owner only.' }),
    LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .prefault('info')
      .register(about, { meaning: '`trace`, `debug`, `info`, `warn`, `error` or `silent`.' }),
    DEFAULT_SESSION_TTL: whole(TTL.min, TTL.max)
      .optional()
      .register(about, {
        absent: `\`${DEFAULT_SESSION_TTL_S}\`, or \`MAX_SESSION_TTL\` if that is less`,
        meaning: "Seconds, 60 to `MAX_SESSION_TTL`. Told by `GET /health`; the client's own wish decides.",
      }),
    MAX_SESSION_TTL: whole(TTL.min, TTL.max)
      .prefault(String(MAX_SESSION_TTL_S))
      .register(about, {
        meaning:
          'Seconds, 60 to 604800. Longest that the store keeps a session after its last write, whatever the enclave ' +
          'says. The enclave itself refuses more than 604800.',
      }),
    SESSION_CLEANUP_INTERVAL: whole(1_000, 86_400_000)
      .prefault('3600000')
      .register(about, { meaning: 'ms, 1000 to 86400000: how often expired sessions are erased.' }),
    DRAIN_DELAY: whole(0, 3_600)
      .prefault('0')
      .register(about, {
        meaning:
          'Seconds, 0 to 3600: how long after SIGTERM `/ready` says 503 before requests are refused. Give a load ' +
          'balancer the time to notice.',
      }),
    RATE_LIMIT_MAX: whole(1, 1_000_000_000)
      .prefault('100')
      .register(about, {
        meaning:
          'Requests to `/attestation` and `/enclave` that one source may make in a window, and that may concern one ' +
          'session. A source is an IPv4 address, or the /64 of an IPv6 address. Quotes may be half of them, ' +
          'submissions and reports a fifth each. `RateLimit-*` headers say what is left. The local world sets a ' +
          'million.',
      }),
    RATE_LIMIT_WINDOW: whole(1_000, 86_400_000)
      .prefault('900000')
      .register(about, { meaning: 'ms, 1000 to 86400000: the window of `RATE_LIMIT_MAX`.' }),
    TRUSTED_PROXIES: networks.prefault('').register(about, {
      meaning:
        'Addresses and networks (`10.0.0.0/8,fd00::/8`) of proxies in front of the parent: who a request is from is ' +
        'taken from their `X-Forwarded-For`, and from nobody else. Empty: whoever connects is the source.',
    }),
    CORS_ORIGINS: origins.prefault('').register(about, {
      meaning:
        'Origins (`https://app.example.com`) whose pages may ask the service, with commas between, or `*` for all. ' +
        'Empty: none.',
    }),
    AWS_ACCESS_KEY_ID: optional({
      absent: "the instance's role",
      isSecret: true,
      meaning:
        "Temporary credentials of the parent's role, with the next three, handed to the enclave at boot. Without it " +
        "they come from EC2's metadata service (IMDSv2), five minutes before they expire anew. Not checked at the " +
        'start: what is missing shows as `kms_unavailable`.',
    }),
    AWS_SECRET_ACCESS_KEY: optional({
      absent: 'required with it',
      isSecret: true,
      meaning: 'Secret of `AWS_ACCESS_KEY_ID`.',
    }),
    AWS_SESSION_TOKEN: optional({
      absent: 'required with it',
      isSecret: true,
      meaning: 'Its session token.',
    }),
    AWS_CREDENTIAL_EXPIRATION: optional({
      absent: 'required with it',
      meaning: 'When they expire, ISO 8601. One that cannot be read counts as expired.',
    }),
    ...sources,
    DATABASE_URL: refused('this version stores in LMDB only (STORE_PATH)'),
    ENCLAVE_PRIVATE_KEY_PATH: refused(
      'a parent never reads a private key; only the development enclave does',
    ),
    ENCLAVE_PUBLIC_KEY_PATH: refused('a parent never reads a key; only the development enclave does'),
  })
  .refine(
    ({ DEFAULT_SESSION_TTL: preset, MAX_SESSION_TTL: max }) =>
      // When one of them has its own fault, it is not a number here.
      typeof preset !== 'number' || typeof max !== 'number' || preset <= max,
    {
      path: ['DEFAULT_SESSION_TTL'],
      // This check runs however many other variables have faults.
      when: () => true,
      error: ({ input }) => {
        const { DEFAULT_SESSION_TTL: preset, MAX_SESSION_TTL: max } = input as Record<string, number>;
        return wholeFault(TTL.min, max!, preset);
      },
    },
  );

/** The parsed value of every variable. */
export type Variables = z.infer<typeof VARIABLES>;

/** The description of one variable. */
export interface Variable extends About {
  readonly name: string;
  /** The default value when the variable is absent. Null: there is none, and `absent` describes what applies. */
  readonly preset: string | null;
}

/** Every variable, in the order of the schema. */
export function describeVariables(): readonly Variable[] {
  return Object.entries(VARIABLES.shape).map(([name, schema]) => {
    const said = about.get(schema);
    if (!said) throw new Error(`nothing is said of ${name}`);
    return {
      name,
      preset: schema instanceof z.ZodPrefault ? String(schema.def.defaultValue) : null,
      ...said,
    };
  });
}
