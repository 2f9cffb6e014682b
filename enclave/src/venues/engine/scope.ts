/**
 * The first reading of everything that could have moved the account: every stream, and every market that the venue
 * lists, whether or not anything is left of what was traded there. It goes on beside the readings of the balances, behind
 * the calls of all others, and continues after a restart.
 */
import type { Stream } from '../table.ts';
import type { Markets } from './client.ts';
import { allowed, firstInstant, isUsed, notePassed, streamsOf } from './explain.ts';
import type { PullRun } from './run.ts';
import { nameOf, type Walk, walk } from './walks.ts';

/** Continues the first reading. True when everything was walked. */
export async function widenScope(run: PullRun, markets: Markets): Promise<boolean> {
  // What one stream shows may be a wallet that has streams of its own.
  const next = () => scopeStreams(run).find(({ name }) => !run.state.scope[name]?.done);
  for (let stream = next(); stream !== undefined; stream = next()) {
    if (!(await walkAll(run, stream, markets))) return false;
  }
  run.state.scope[''] = { after: '', done: true };
  return true;
}

/** What share of the first reading is done, 0..1. Calls count, since they take the time. */
export function scopeShare(run: PullRun, markets: Markets): number {
  const streams = scopeStreams(run);
  const counts = streams.map((stream) => {
    const keys = keysOf(run, stream, markets);
    const at = run.state.scope[stream.name];
    if (at?.done) return [keys.length, keys.length] as const;
    return [at === undefined ? 0 : keys.filter((key) => key <= at.after).length, keys.length] as const;
  });
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  return all === 0 ? 1 : counts.reduce((sum, [done]) => sum + done, 0) / all;
}

/**
 * The streams of the first reading, those of the account first. A wallet that holds nothing, never moved, and to which
 * nothing went, has no markets to walk.
 */
function scopeStreams(run: PullRun): readonly Stream[] {
  const wanted = streamsOf(run).filter((stream) => stream.cadence === 'moved' && isUsed(run, stream));
  const isOfAccount = ({ scope }: Stream) => scope === 'account';
  return [...wanted.filter(isOfAccount), ...wanted.filter((stream) => !isOfAccount(stream))];
}

function keysOf(run: PullRun, { scope }: Stream, markets: Markets): readonly string[] {
  if (scope === 'account') return [''];
  if ('wallets' in scope) {
    const own = run.state.touched.filter((wallet) => wallet.startsWith(scope.wallets));
    return own.map((wallet) => wallet.slice(scope.wallets.length)).sort();
  }
  return allowed(run, markets.ofProduct(scope.product)).map(({ id }) => id);
}

async function walkAll(run: PullRun, stream: Stream, markets: Markets): Promise<boolean> {
  const { scope } = run.state;
  const after = scope[stream.name]?.after ?? null;
  for (const key of keysOf(run, stream, markets)) {
    if (after !== null && key <= after) continue;
    if (!(await walkOne(run, { stream, key }, markets))) return false;
    scope[stream.name] = { after: key, done: false };
    run.stepped();
  }
  scope[stream.name] = { after: scope[stream.name]?.after ?? '', done: true };
  return true;
}

async function walkOne(run: PullRun, it: Walk, markets: Markets): Promise<boolean> {
  if (run.room() === 0) return false;
  const terms = { markets, isBackground: true, notBefore: firstInstant(run) };
  try {
    if (!(await walk(run, it, terms))) return false;
  } catch (error) {
    notePassed(run, it, error);
  }
  // Thousands of markets in which nothing was traded need no place in the cursor.
  const name = nameOf(it);
  const isIdle = it.stream.windows === null && run.state.walks[name]?.id === null;
  if (it.key !== '' && isIdle) delete run.state.walks[name];
  return true;
}
