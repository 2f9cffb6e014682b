/** The clock of the enclave comes from outside its measured code. These attacks falsify it after boot. */
import { type AttackClass, type Case, judge } from './outcome.ts';
import { READ_NAMES, READS, type Recorded, toTrust } from './recorded.ts';
import type { Rig } from './rig.ts';

const HOUR_MS = 3_600_000;
const LIES: Readonly<Record<string, number>> = {
  'a second late': -1_000,
  'an hour late': -HOUR_MS,
  'a day late': -24 * HOUR_MS,
  'a year late': -8_766 * HOUR_MS,
  'a second early': 1_000,
  'an hour early': HOUR_MS,
  'a day early': 24 * HOUR_MS,
  'ten years early': 87_660 * HOUR_MS,
};

/** The attack classes of this part. */
export function clockAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  return [
    {
      name: 'clock of the enclave wrong',
      refusedWith: ['session_expired', 'issue_time_mismatch', 'report_expired'],
      cases: async () => {
        let lie = 0;
        const clock = { now: () => rig.clock.now() + lie };
        const enclave = rig.newEnclave('lied to', { clock });
        await rig.boot(enclave);
        const under = <T>(ms: number, work: () => Promise<T>): Promise<T> => {
          lie = ms;
          return rig.withLink((message) => rig.ask(enclave, message), work);
        };
        return Object.entries(LIES).flatMap(([name, ms]): Case[] => [
          {
            name: `quote, ${name}`,
            run: () =>
              judge(
                () => under(ms, async () => withoutHandshake(toTrust(await rig.client('clock').quote()))),
                withoutHandshake(recorded.trust),
              ),
          },
          ...READ_NAMES.map((read) => ({
            name: `${read}, ${name}`,
            run: () =>
              judge(
                () => under(ms, async () => counted(await READS[read](rig, rig.resume(recorded.one.newest)))),
                counted(recorded.truth[read]),
              ),
          })),
        ]);
      },
    },
  ];
}

/** Without the handshake key, which differs for each enclave. */
function withoutHandshake(trust: Recorded['trust']) {
  return { ...trust, handshakePub: '' };
}

/** Replaces the provenance by the number of entries: another enclave may have fetched them. */
function counted(answer: object) {
  if (!('provenance' in answer)) return answer;
  const { fetched, sealed } = answer.provenance as { readonly fetched: number; readonly sealed: number };
  return { ...answer, provenance: fetched + sealed };
}
