/**
 * Parameters of the deployment: CDK context (`-c NAME=VALUE`, or `cdk.context.json`). They are parsed once, and all
 * faults are reported together. `docs/operations.md` explains each parameter.
 */

import { capacityFault } from './capacity.ts';
import { ParametersError } from './errors.ts';
import { instanceTypeFault } from './instance-types.ts';
import { regionFault, VENUE_PLACES } from './venue-regions.ts';

/** The parameters of one deployment. */
export interface Parameters {
  /** Account number, 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Name of the stack. The names of its parts begin with it. */
  readonly name: string;
  /** File of the enclave image (.eif). */
  readonly eif: string;
  /** File of the parent's root file system (.tar.gz). */
  readonly parent: string;
  /**
   * Files with the measurements that the key serves: the measurements of this image first, then those of other images
   * that the key must still serve.
   */
  readonly measurements: readonly string[];
  /** Certificate of the load balancer, in ACM in this region. */
  readonly certificateArn: string;
  /** Where the service's name is kept, if Route 53 keeps it. */
  readonly dns: { readonly domain: string; readonly hostedZoneId: string } | null;
  readonly alarmEmail: string | null;
  /** Whether nobody may ever change the key's policy. */
  readonly locked: boolean;
  readonly instanceType: string;
  readonly enclaves: number;
  readonly enclaveCpus: number;
  readonly enclaveMemoryMib: number;
  /** Size of the store's volume. */
  readonly volumeGib: number;
  /** Snapshot from which the store's volume is made. */
  readonly snapshot: string | null;
  /** `host:port` of the venues. */
  readonly egressAllow: readonly string[];
  /** Networks that may reach the load balancer. */
  readonly clients: readonly string[];
  /** Limit of requests from one address in five minutes. */
  readonly rateLimit: number;
  /** The trail that the canary needs: this stack creates it, or the account already has it. */
  readonly trail: 'create' | 'existing';
  /** Two zones that have the instance type. Default: the region's first two zones. */
  readonly availabilityZones: readonly string[] | null;
}

/** EC2 tags hold at most 256 characters. */
const MAX_TAG_LENGTH = 256;
const PATTERNS = {
  account: [/^\d{12}$/, '12 digits'],
  region: [/^(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d$/, 'a region of the partition aws, such as eu-west-1'],
  name: [/^[a-z][a-z0-9-]{1,30}[a-z0-9]$/, '3 to 32 of a-z, 0-9 and -'],
  file: [/./, 'a file'],
  certificateArn: [/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate in ACM'],
  domain: [/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'a host name'],
  hostedZoneId: [/^Z[A-Z0-9]+$/, 'the id of a hosted zone'],
  alarmEmail: [/^[^@\s]+@[^@\s]+$/, 'an address'],
  boolean: [/^(true|false)$/, 'true or false'],
  snapshot: [/^snap-[0-9a-f]{8,17}$/, 'the id of a snapshot'],
  host: [/^([a-z0-9-]+\.)+[a-z]{2,}:\d{1,5}$/, 'host:port,host:port,…'],
  network: [/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'networks such as 192.0.2.0/24'],
  zone: [/^[a-z0-9-]+-\d[a-z]$/, 'two zones such as eu-west-1a,eu-west-1b'],
  instanceType: [/./, 'an x86 type of 4 vCPUs or more that has enclaves, such as m6i.xlarge'],
  trail: [/^(create|existing)$/, 'create or existing'],
} as const satisfies Record<string, readonly [RegExp, string]>;

type Pattern = keyof typeof PATTERNS;
/** Names that CDK itself adds to the context. */
const FOREIGN = /[:/@]|^cdk-/;

/**
 * Reads the context.
 * @param context - text by name, as `-c` and `cdk.context.json` give it
 * @throws ParametersError `parameters_invalid`, naming every parameter that is wrong and why
 */
export function parseParameters(context: Readonly<Record<string, unknown>>): Parameters {
  const reader = new Reader(context);
  const parameters: Parameters = {
    account: reader.required('account'),
    region: reader.required('region'),
    name: reader.optional('name') ?? 'perf-aggregator',
    eif: reader.required('eif', 'file'),
    parent: reader.required('parent', 'file'),
    measurements: reader.requiredList('measurements', 'file'),
    certificateArn: reader.required('certificateArn'),
    dns: dnsOf(reader),
    alarmEmail: reader.optional('alarmEmail'),
    locked: reader.optional('locked', 'boolean') === 'true',
    instanceType: reader.optional('instanceType') ?? 'm6i.xlarge',
    enclaves: reader.integer('enclaves', 1, 1, 4),
    enclaveCpus: reader.integer('enclaveCpus', 2, 2, 64),
    enclaveMemoryMib: reader.integer('enclaveMemoryMib', 8_192, 1_024, 1_048_576),
    volumeGib: reader.integer('volumeGib', 50, 10, 16_384),
    snapshot: reader.optional('snapshot'),
    egressAllow: reader.list('egressAllow', 'host') ?? VENUE_PLACES,
    clients: reader.list('clients', 'network') ?? ['0.0.0.0/0'],
    rateLimit: reader.integer('rateLimit', 300, 10, 1_000_000),
    trail: (reader.optional('trail') ?? 'create') as Parameters['trail'],
    availabilityZones: reader.list('availabilityZones', 'zone'),
  };
  judgeTogether(reader, parameters);
  reader.finish();
  return parameters;
}

function dnsOf(reader: Reader): Parameters['dns'] {
  const domain = reader.optional('domain');
  const hostedZoneId = reader.optional('hostedZoneId');
  if (domain !== null && hostedZoneId !== null) return { domain, hostedZoneId };
  if (domain !== null) reader.fault('hostedZoneId', 'missing beside domain');
  if (hostedZoneId !== null) reader.fault('domain', 'missing beside hostedZoneId');
  return null;
}

/** Checks that involve several values. */
function judgeTogether(reader: Reader, parameters: Parameters): void {
  const { region, certificateArn, availabilityZones, egressAllow } = parameters;
  if (region !== '' && certificateArn !== '' && certificateArn.split(':')[3] !== region) {
    reader.fault('certificateArn', `not in ${region}: a load balancer takes certificates of its own region`);
  }
  const zones = new Set(availabilityZones);
  if (availabilityZones && (zones.size !== 2 || availabilityZones.some((zone) => !zone.startsWith(region)))) {
    reader.fault('availabilityZones', `expected two zones of ${region}`);
  }
  if (egressAllow.join().length > MAX_TAG_LENGTH) {
    reader.fault('egressAllow', `longer than ${MAX_TAG_LENGTH} characters, which is all that a tag holds`);
  }
  const refusedRegion = regionFault(region, egressAllow);
  if (refusedRegion !== null) reader.fault('region', refusedRegion);
  const refusedType = instanceTypeFault(parameters.instanceType);
  if (refusedType !== null) reader.fault('instanceType', refusedType);
  const fault = capacityFault(parameters);
  if (fault !== null) reader.fault(fault.name, fault.why);
}

class Reader {
  readonly #context: Readonly<Record<string, unknown>>;
  readonly #faults: string[] = [];
  readonly #known = new Set<string>();

  constructor(context: Readonly<Record<string, unknown>>) {
    this.#context = context;
  }

  fault(name: string, why: string): void {
    this.#faults.push(`${name}: ${why}`);
  }

  /** @throws ParametersError if there was any fault; names that nobody asked for are faults too */
  finish(): void {
    for (const name of Object.keys(this.#context)) {
      if (!this.#known.has(name) && !FOREIGN.test(name)) this.fault(name, 'no such parameter');
    }
    if (this.#faults.length > 0) {
      throw new ParametersError(
        'parameters_invalid',
        `the parameters are unusable\n  ${this.#faults.join('\n  ')}`,
      );
    }
  }

  optional(name: string, pattern: Pattern = name as Pattern): string | null {
    const text = this.#text(name);
    const [expression, expected] = PATTERNS[pattern];
    if (text === null || expression.test(text)) return text;
    this.fault(name, `expected ${expected}, not "${text}"`);
    return null;
  }

  required(name: string, pattern: Pattern = name as Pattern): string {
    if (this.#text(name) === null) this.fault(name, `missing: ${PATTERNS[pattern][1]}`);
    return this.optional(name, pattern) ?? '';
  }

  list(name: string, pattern: Pattern): readonly string[] | null {
    const items = this.#text(name)?.split(',') ?? null;
    const [expression, expected] = PATTERNS[pattern];
    const wrong = items?.find((item) => !expression.test(item));
    if (wrong === undefined) return items;
    this.fault(name, `expected ${expected}, not "${wrong}"`);
    return null;
  }

  requiredList(name: string, pattern: Pattern): readonly string[] {
    if (this.#text(name) === null) this.fault(name, `missing: ${PATTERNS[pattern][1]}`);
    return this.list(name, pattern) ?? [];
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const text = this.#text(name) ?? String(fallback);
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.fault(name, `expected a whole number from ${min} to ${max}, not "${text}"`);
    return fallback;
  }

  /** `cdk.context.json` may also hold numbers and booleans. An empty value counts as absent. */
  #text(name: string): string | null {
    this.#known.add(name);
    const value = this.#context[name];
    if (value === undefined || value === null || value === '') return null;
    return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
  }
}
