/** Genuine messages in the wrong place: quotes, receipts, refusals and reports of another time, enclave or session. */
import { decodeBase64Url, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import { encodeUserData, type UserData } from '@perf-aggregator/shared/messages/user-data';
import { createNsmRoot } from '../../../src/nsm/chain.ts';
import { simulatedPcrs } from '../../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../../src/nsm/module.ts';
import { ATTESTATION } from './codes.ts';
import type { Hop, HttpAnswer } from './hop.ts';
import { flips, mutantsOf } from './mutation.ts';
import { type AttackClass, type Case, judge } from './outcome.ts';
import { REPORT, type Recorded, TTL_S, verifyClaims } from './recorded.ts';
import type { Rig } from './rig.ts';
import { roadsOf } from './roads.ts';
import { seededRandom } from './seeded.ts';

/** The attack classes of this part. */
export function swapAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  return [
    quoteSwaps(rig, recorded),
    receiptSwaps(rig),
    bundleSwaps(rig, recorded),
    ...bundleBits(rig, recorded),
  ];
}

const quoteAnswer = (document: Uint8Array): HttpAnswer => ({
  status: 200,
  body: JSON.stringify({ attestation: encodeBase64(document) }),
});

function quoteSwaps(rig: Rig, recorded: Recorded): AttackClass {
  const roads = roadsOf(rig, recorded);
  const zeros = new Uint8Array(32);
  const common = { v: 1 as const, config_sha256: zeros };
  const quote: UserData = { t: 'quote', ...common, report_key: zeros, kms_policy: 'locked' };
  const report: UserData = { t: 'report', ...common, jwt_sha256: zeros, kms_policy: 'locked' };
  const genesis: UserData = {
    t: 'genesis',
    ...common,
    report_key: zeros,
    blob_sha256: zeros,
    key_arn: 'arn',
  };
  const kms: UserData = { t: 'kms', ...common };
  const own = crypto.x25519PublicKey(seededRandom('handshake key of the attacker').bytes(32));
  const ours = simulatedPcrs();
  interface Forgery {
    readonly root?: typeof rig.state.nsm;
    readonly pcrs?: ReadonlyMap<number, Uint8Array>;
    readonly data?: UserData;
    readonly key?: Uint8Array | null;
    readonly nonce?: Uint8Array;
    readonly ageMs?: number;
  }
  const forge =
    ({ root, pcrs = ours, data = quote, key = own, nonce, ageMs = 0 }: Forgery): Hop =>
    async (request) => {
      if (!request.path.startsWith('/attestation')) return rig.hop(request);
      const asked = decodeBase64Url(new URL(request.path, 'http://x').searchParams.get('nonce')!);
      const clock = { now: () => rig.clock.now() - ageMs };
      const nsm = createSimulatedNsm({
        root: root ?? rig.state.nsm,
        pcrs,
        clock,
        random: seededRandom('forger'),
      });
      const userData = encodeUserData(data);
      return quoteAnswer(
        await nsm.attest({ ...(key ? { publicKey: key } : {}), userData, nonce: nonce ?? asked }),
      );
    };
  return {
    name: 'quote of another enclave, time or purpose',
    refusedWith: [...ATTESTATION, 'quote_malformed'],
    cases: async () => {
      const foreign = await createNsmRoot(seededRandom('another root'));
      const stale = await rig.hop({
        method: 'GET',
        path: `/attestation/quote?nonce=${'A'.repeat(43)}`,
        body: null,
      });
      const otherPcr = (index: number) => new Map([...ours, [index, new Uint8Array(48).fill(9)] as const]);
      const hops: Readonly<Record<string, Hop>> = {
        'a stale quote for another nonce': () => Promise.resolve(stale),
        'a key of their own under a root of their own': forge({ root: foreign }),
        'a key of their own in an image with another PCR0': forge({ pcrs: otherPcr(0) }),
        'a key of their own in an image with another PCR1': forge({ pcrs: otherPcr(1) }),
        'a key of their own in an image with another PCR2': forge({ pcrs: otherPcr(2) }),
        'an enclave in debug mode': forge({
          pcrs: new Map([...ours].map(([index]) => [index, new Uint8Array(48)])),
        }),
        'a genuine document that is a report': forge({ data: report }),
        'a genuine document that is genesis evidence': forge({ data: genesis }),
        'a genuine document made for KMS': forge({ data: kms }),
        'a genuine document without a key': forge({ key: null }),
        'a genuine document with a short key': forge({ key: own.slice(0, 31) }),
        'a genuine document for no nonce': forge({ nonce: new Uint8Array() }),
        'a genuine document for half the nonce': forge({ nonce: new Uint8Array(16) }),
        'a genuine document of six minutes ago': forge({ ageMs: 360_000 }),
        'a genuine document of yesterday': forge({ ageMs: 86_400_000 }),
        'a genuine document of tomorrow': forge({ ageMs: -86_400_000 }),
      };
      return (['quote', 'submit'] as const).flatMap((road) =>
        Object.entries(hops).map(
          ([name, hop]): Case => ({ name: `${name} (${road})`, run: () => roads[road]({ hop }) }),
        ),
      );
    },
  };
}

/** The enclave accepted a submission. The client gets another sealed message of that session instead of the receipt. */
function receiptSwaps(rig: Rig): AttackClass {
  const body = (answer: HttpAnswer) => JSON.parse(answer.body) as Record<string, unknown>;
  const asProblem = (code: string, sealed: unknown): HttpAnswer => ({
    status: 422,
    body: JSON.stringify({ code, message: '', status: 422, sealed }),
  });
  const instead: Readonly<
    Record<string, (receipt: HttpAnswer, ask: (path: string) => Promise<HttpAnswer>) => Promise<HttpAnswer>>
  > = {
    'a refusal that was sealed for another question': async (_, ask) =>
      asProblem('submission_refused', body(await ask('metrics'))['sealed']),
    'a refusal that was sealed for a summary': async (_, ask) =>
      asProblem('submission_refused', body(await ask('summary'))['sealed']),
    'the receipt as the reason of a refusal': (receipt) =>
      Promise.resolve(asProblem('submission_refused', body(receipt)['receipt'])),
    'a sealed reply as the receipt': async (receipt, ask) => ({
      ...receipt,
      body: JSON.stringify({ ...body(receipt), receipt: body(await ask('metrics'))['sealed'] }),
    }),
    'a reason that only the enclave may give, in the open': () =>
      Promise.resolve(asProblem('withdrawal_permission', undefined)),
  };
  return {
    name: 'submission: genuine replies in the place of the receipt',
    refusedWith: ['response_mismatch', 'response_unreadable', 'service_malformed'],
    cases: () =>
      Object.entries(instead).map(([name, swap]) => ({
        name,
        run: () =>
          judge(async () => {
            const hop: Hop = async (request) => {
              const answer = await rig.hop(request);
              if (request.method !== 'POST') return answer;
              const { session_id: id } = body(answer);
              return swap(answer, (road) =>
                rig.hop({ method: 'GET', path: `/enclave/${road}/${String(id)}`, body: null }),
              );
            };
            await rig.client(`swap ${name}`, { ttl: TTL_S }, hop).register();
          }, 'a refusal by the client'),
      })),
  };
}

const REPORT_CODES = [
  'bundle_malformed',
  'attestation_type_wrong',
  'report_digest_mismatch',
  'report_signature_invalid',
  'disclosure_invalid',
  'schema_invalid',
  'report_nonce_mismatch',
  'audience_mismatch',
  'report_expired',
  ...ATTESTATION,
];

function bundleSwaps(rig: Rig, recorded: Recorded): AttackClass {
  return {
    name: 'report bundle put together from others',
    refusedWith: REPORT_CODES,
    cases: async () => {
      const get = (session: keyof Pick<Recorded, 'one' | 'other'>, query: object) =>
        rig.resume(recorded[session].newest).getReport(query);
      const own = await get('one', REPORT);
      const others = {
        'another session': await get('other', REPORT),
        'another challenge': await get('one', { ...REPORT, nonce: 'challenge-2' }),
        'another audience': await get('one', { ...REPORT, aud: 'somebody' }),
        'another time': await get('one', REPORT),
      };
      const disclosures = (sdJwt: string) => sdJwt.slice(sdJwt.indexOf('~'));
      const jwt = (sdJwt: string) => sdJwt.slice(0, sdJwt.indexOf('~'));
      const parts = Object.entries(others).flatMap(([name, other]) => [
        { name: `attestation of ${name}`, bundle: { ...own, attestation: other.attestation } },
        { name: `claims of ${name}`, bundle: { ...own, sdJwt: other.sdJwt } },
        {
          name: `disclosures of ${name}`,
          bundle: { ...own, sdJwt: jwt(own.sdJwt) + disclosures(other.sdJwt) },
        },
        {
          name: `a disclosure of ${name} more`,
          bundle: { ...own, sdJwt: `${own.sdJwt}${other.sdJwt.split('~')[1]!}~` },
        },
      ]);
      const whole = (['another challenge', 'another audience'] as const).map((name) => ({
        name: `all of ${name}`,
        bundle: others[name],
      }));
      const first = own.sdJwt.split('~')[1]!;
      const quote = (
        await rig.hop({ method: 'GET', path: `/attestation/quote?nonce=${'A'.repeat(43)}`, body: null })
      ).body;
      return [
        ...parts,
        ...whole,
        { name: 'a disclosure twice', bundle: { ...own, sdJwt: `${own.sdJwt}${first}~` } },
        { name: 'a quote as its attestation', bundle: { ...own, ...(JSON.parse(quote) as object) } },
        {
          name: 'genesis evidence as its attestation',
          bundle: { ...own, attestation: encodeBase64(rig.store.record!.evidence) },
        },
        { name: 'another version', bundle: { ...own, version: 2 } },
        { name: 'a member more', bundle: { ...own, measurements: {} } },
      ].map(
        ({ name, bundle }): Case => ({
          name,
          run: () => judge(() => verifyClaims(rig, bundle), recorded.truth.report),
        }),
      );
    },
  };
}

function bundleBits(rig: Rig, recorded: Recorded): AttackClass[] {
  const verify = (bundle: unknown) => judge(() => verifyClaims(rig, bundle), recorded.truth.report);
  return [
    {
      name: 'report bundle altered',
      refusedWith: REPORT_CODES,
      cases: async () => {
        const own = await rig.resume(recorded.one.newest).getReport(REPORT);
        return [
          ...mutantsOf('bundle jwt', Buffer.from(own.sdJwt), { flips: 60 }).map(({ name, bytes }) => ({
            name: `claims: ${name}`,
            run: () => verify({ ...own, sdJwt: Buffer.from(bytes).toString('latin1') }),
          })),
          ...flips('bundle attestation', Buffer.from(own.attestation, 'base64'), 60).map(
            ({ name, bytes }) => ({
              name: `attestation: ${name}`,
              run: () => verify({ ...own, attestation: encodeBase64(new Uint8Array(bytes)) }),
            }),
          ),
        ];
      },
    },
  ];
}
