/** The key and the role that a parent names at boot: what the enclave does with them, and what clients see of them. */
import type { KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import { decodeBootReply, encodeBootRequest } from '@perf-aggregator/shared/wire/boot';
import type { Deployment } from '@perf-aggregator/shared/wire/deployment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyQuote } from '../../../client/src/sdk/quote.ts';
import type { Enclave } from '../../../enclave/src/serving/enclave.ts';
import { Rig } from '../security/hostile-parent/rig.ts';

let rig: Rig;
let made = 0;

beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

interface Watched {
  readonly enclave: Enclave;
  readonly logged: string[];
}

function watched(): Watched {
  const logged: string[] = [];
  const log = (event: string, facts = {}) => logged.push(JSON.stringify({ event, ...facts }));
  return { enclave: rig.newEnclave(`deployed ${made++}`, { log }), logged };
}

async function boot(enclave: Enclave, changes: Partial<Deployment> = {}) {
  const deployment = { ...rig.deployment, ...changes };
  const genesis = await rig.store.genesis();
  const body = encodeBootRequest({ credentials: rig.credentials, deployment, sharers: 1, genesis });
  const reply = await rig.request(enclave, { operation: 'boot', body });
  return reply.outcome === 'ok'
    ? decodeBootReply(reply.body).phase
    : reply.outcome === 'failure' && reply.failure;
}

async function quoteOf(enclave: Enclave) {
  const nonce = new Uint8Array(32);
  const reply = await rig.request(enclave, { operation: 'quote', body: nonce });
  if (reply.outcome !== 'ok') throw new Error('no quote');
  const { expect: expected } = rig.service('', rig.hop);
  const states: KmsPolicyState[] = ['locked', 'mutable', 'unknown'];
  const read = (kmsPolicy: KmsPolicyState) => {
    try {
      return verifyQuote(reply.body, nonce, { ...expected, kmsPolicy }, rig.clock.now());
    } catch {
      return null;
    }
  };
  return states.map(read).find((quote) => quote !== null)!;
}

const OTHER_KEY = 'arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555';
const REFUSED = { code: 'deployment_refused', retryAfterMs: 60_000, sealed: null };

describe('when a parent names an invalid key or role', () => {
  it.each([
    ['an alias', { keyArn: 'arn:aws:kms:us-east-1:000000000000:alias/perf-aggregator' }],
    ['nothing', { keyArn: '' }],
    ['a user', { roleArn: 'arn:aws:iam::000000000000:user/operator' }],
  ])(
    '%s is refused with a reason for the operator, and a later valid attempt succeeds',
    async (_, change) => {
      const { enclave, logged } = watched();
      expect(await boot(enclave, change)).toEqual(REFUSED);
      expect(logged.join()).toMatch(
        /"event":"boot_refused","code":"deployment_invalid","reason":"not the ARN of a/,
      );
      expect(await boot(enclave)).toBe('serving');
    },
  );
});

describe('when a parent names another key', () => {
  it('a serving enclave keeps its key', async () => {
    const { enclave } = watched();
    expect(await boot(enclave)).toBe('serving');
    const before = await quoteOf(enclave);
    expect(await boot(enclave, { keyArn: OTHER_KEY })).toEqual(REFUSED);
    expect(await boot(enclave, { roleArn: 'arn:aws:iam::000000000000:role/other' })).toEqual(REFUSED);
    const { configSha256, reportKey } = await quoteOf(enclave);
    expect({ configSha256, reportKey }).toEqual({
      configSha256: before.configSha256,
      reportKey: before.reportKey,
    });
  });

  it('of two concurrent boots with different roles, one is refused', async () => {
    const { enclave } = watched();
    const other = { roleArn: 'arn:aws:iam::000000000000:role/other' };
    const answers = await Promise.all([boot(enclave), boot(enclave, other)]);
    expect(answers.filter((answer) => answer === 'serving')).toHaveLength(1);
    expect(answers).toContainEqual(REFUSED);
  });

  it('the record of the first key does not open under the other key', async () => {
    const { enclave } = watched();
    expect(await boot(enclave, { keyArn: OTHER_KEY })).toMatchObject({ code: 'genesis_mismatch' });
  });

  it('another role gives another configuration hash and another policy state', async () => {
    const [one, two] = [watched().enclave, watched().enclave];
    await boot(one);
    await boot(two, { roleArn: 'arn:aws:iam::000000000000:role/other' });
    const [first, second] = [await quoteOf(one), await quoteOf(two)];
    expect(second.configSha256).not.toBe(first.configSha256);
    // The live policy names the first role.
    expect([first.kmsPolicy, second.kmsPolicy]).toEqual(['locked', 'mutable']);
  });
});

describe("when the key's policy changes", () => {
  it('the next boot reads it; without an answer of KMS the state stays as it was', async () => {
    const { enclave, logged } = watched();
    const { kms } = rig.state;
    const locked = kms.policy;
    const mutable = JSON.stringify({
      ...(JSON.parse(locked) as object),
      Id: 'x',
      Statement: statementsOf(locked),
    });
    kms.policy = mutable;
    await boot(enclave);
    expect((await quoteOf(enclave)).kmsPolicy).toBe('mutable');
    kms.policy = locked;
    await rig.egress.during(
      (socket) => socket.destroy(),
      () => boot(enclave),
    );
    expect((await quoteOf(enclave)).kmsPolicy).toBe('mutable');
    await boot(enclave);
    expect((await quoteOf(enclave)).kmsPolicy).toBe('locked');
    expect(logged.filter((line) => line.includes('"kms_policy"'))).toHaveLength(1);
  });
});

/** The statements of the template, except the one that denies everybody a change of the policy. */
function statementsOf(policy: string): readonly unknown[] {
  const { Statement } = JSON.parse(policy) as {
    readonly Statement: readonly { readonly Action: readonly string[] }[];
  };
  return Statement.filter(({ Action }) => !Action.includes('kms:PutKeyPolicy'));
}
