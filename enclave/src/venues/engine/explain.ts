/**
 * Explains what the wallets hold. The streams that are always read come first. Where a balance moved by more than they
 * say, the streams and markets that can have moved it are read, the likeliest first, until nothing is left. What is left
 * then is a difference.
 */
import { ExchangeError } from '../errors.ts';
import type { Market, Stream } from '../table.ts';
import type { Markets } from './client.ts';
import { initialWalk, type ReadingState } from './cursor.ts';
import { type Difference, differencesOf, isNew, isSweep, newDifferences } from './moves.ts';
import { bookRenames } from './renames.ts';
import type { PullRun } from './run.ts';
import { nameOf, type Walk, type WalkTerms, walk } from './walks.ts';
import { isScopeMissing, isScopeRead, readFound, repeatReading } from './wallets.ts';

/** One walk that may explain a difference, and whether it can wait for the calls of all others. */
interface Candidate extends Walk {
  readonly isBackground: boolean;
}

/** Streams of the account that this pull may read. */
export function streamsOf(run: PullRun): readonly Stream[] {
  const { table, account, state } = run;
  const usable = table.streams.filter(({ name, wallets }) => {
    if (account.sandbox) return table.sandbox.streams.includes(name);
    return wallets.some((wallet) => !state.unavailable.includes(wallet)) && !state.unavailable.includes(name);
  });
  return usable.filter(({ assets }) => assets === undefined || assets.some((asset) => isHeld(run, asset)));
}

/** Whether the account holds or used an asset, also one without a price. */
function isHeld({ state }: PullRun, asset: string): boolean {
  if (Object.hasOwn(state.assets, asset) && !state.assets[asset]!.priceOnly) return true;
  const balances = state.reading?.balances ?? [];
  return (
    balances.some((row) => row.asset === asset) ||
    Object.values(state.explained).some((sums) => Object.hasOwn(sums, asset))
  );
}

/** Reads until every difference is explained or nothing is left to read. False: the budget ended. */
export async function explain(run: PullRun, reading: ReadingState, markets: Markets): Promise<boolean> {
  const traded = new Set<string>();
  const terms: WalkTerms = {
    markets,
    onTraded: (stream, id) => traded.add(`${stream.wallets[0]}/${id}`),
  };
  if (!(await askAlways(run, reading, terms))) return false;
  for (;;) {
    const differences = newDifferences(run.state, reading, run.now());
    if (differences.length === 0) {
      if (await readFound(run, markets, reading)) continue;
      return true;
    }
    const fresh = reading.again ? [] : differences.filter((difference) => isNew(run.state, difference));
    const next = candidates(run, markets, differences, traded, fresh).find(
      (candidate) => !reading.asked.includes(askedName(candidate, reading)),
    );
    if (next !== undefined) {
      const { isBackground } = next;
      if (!(await ask(run, reading, next, { ...terms, isBackground }))) return false;
      continue;
    }
    if (bookRenames(run, differencesOf(run.state, reading))) continue;
    await nameRemoved(run, markets, differences);
    if (startAgain(run, reading, markets, differences)) continue;
    if (await readFound(run, markets, reading)) continue;
    if (reading.isRepeated || !reading.isFinal) return true;
    await repeatReading(run, markets, reading);
    if (!(await askAlways(run, reading, terms))) return false;
  }
}

/** Reads the streams that are read before any difference asks for them. False: the budget ended. */
async function askAlways(run: PullRun, reading: ReadingState, terms: WalkTerms): Promise<boolean> {
  for (const stream of streamsOf(run)) {
    if (stream.scope !== 'account' || !isDue(run, stream)) continue;
    if (!(await ask(run, reading, { stream, key: '' }, terms))) return false;
  }
  return true;
}

/**
 * Whether a stream of the account is read before any difference asks for it. Movements that cancel each other leave no
 * difference, so once a day streams are read all the same.
 */
function isDue(run: PullRun, stream: Stream): boolean {
  if (stream.cadence === 'always') return true;
  if (run.state.readAt === null) return stream.isSource === true;
  return stream.cadence === 'moved' && isSweep(run.state, run.now()) && isUsed(run, stream);
}

/** Whether anything ever was in a wallet of a stream, or went there. All of spot is used. */
export function isUsed({ state }: PullRun, stream: Stream): boolean {
  return stream.needs === undefined || state.touched.some((wallet) => moves(stream, wallet));
}

function askedName(it: Walk, { again }: ReadingState): string {
  return again ? `${nameOf(it)} again` : nameOf(it);
}

/** Reads one walk up to now. A market that is gone is a gap; a stream that the key may not read is named. */
async function ask(run: PullRun, reading: ReadingState, it: Walk, terms: WalkTerms): Promise<boolean> {
  const name = askedName(it, reading);
  if (reading.asked.includes(name)) return true;
  try {
    if (!(await walk(run, it, { ...terms, notBefore: firstInstant(run) }))) return false;
  } catch (error) {
    notePassed(run, it, error);
  }
  reading.asked.push(name);
  run.stepped();
  return true;
}

/** Passes over a walk that the venue has not for this account, or not any more. @throws any other fault */
export function notePassed(run: PullRun, it: Walk, error: unknown): void {
  if (error instanceof ExchangeError && error.code === 'exchange_symbol_unknown' && it.key !== '') {
    run.noteGap(nameOf(it), run.state.earliest ?? run.table.launch, run.now());
    return;
  }
  if (error instanceof ExchangeError && error.code === 'exchange_not_offered') return;
  if (!isScopeMissing(error, it.stream.needs)) throw error;
  run.noteUnavailable(it.stream.name);
}

/**
 * A coin without any listed market may have been traded in one that is gone. The venue is asked once, so that the gap
 * has a name.
 */
async function nameRemoved(
  run: PullRun,
  markets: Markets,
  differences: readonly Difference[],
): Promise<void> {
  const [quote = ''] = run.table.routeQuotes;
  for (const stream of streamsOf(run)) {
    if (stream.scope === 'account' || !('product' in stream.scope) || stream.scope.product !== 'spot')
      continue;
    for (const { wallet, asset } of differences) {
      if (!moves(stream, wallet) || asset === quote || markets.ofAsset(asset).length > 0) continue;
      const it = { stream, key: run.table.idOf(asset, quote) };
      if (run.state.gaps.some((gap) => gap.stream === nameOf(it))) continue;
      try {
        await run.client.call(stream.call, stream.parameters(it.key));
      } catch (error) {
        notePassed(run, it, error);
      }
    }
  }
}

/** Nothing happened before the account's first activity. Before any is known, everything is possible. */
export function firstInstant({ state }: PullRun): number {
  return state.earliest ?? 0;
}

/** Walks that may explain differences. Every market of an asset is read only where its difference is new. */
function candidates(
  run: PullRun,
  markets: Markets,
  differences: readonly Difference[],
  traded: ReadonlySet<string>,
  fresh: readonly Difference[],
): readonly Candidate[] {
  const streams = streamsOf(run).filter((stream) => differences.some(({ wallet }) => moves(stream, wallet)));
  const account = streams.filter(({ scope }) => scope === 'account');
  const byMarket = streams.filter(({ scope }) => scope !== 'account');
  const now = (stream: Stream, key = ''): Candidate => ({ stream, key, isBackground: false });
  const ofContracts = account.filter(({ needs }) => needs === 'futures').map((stream) => now(stream));
  const likely = byMarket.flatMap((stream) => likelyKeys(run, stream, markets, differences, traded));
  const first = [...ofContracts, ...likely.map(({ stream, key }) => now(stream, key))];
  // Until everything has been walked once, that walk will come to the others, behind the calls of all accounts.
  if (!isScopeRead(run)) return first;
  const known = byMarket.flatMap((stream) => knownKeys(run, stream, markets, differences));
  const others = byMarket.flatMap((stream) => allKeys(run, stream, markets, fresh));
  return [
    ...first,
    ...account.filter(({ cadence }) => cadence !== 'unexplained').map((stream) => now(stream)),
    ...account.filter(({ cadence }) => cadence === 'unexplained').map((stream) => now(stream)),
    ...known.map(({ stream, key }) => now(stream, key)),
    ...others.map(({ stream, key }) => ({ stream, key, isBackground: true })),
  ];
}

/** Whether a stream moves a wallet. */
function moves({ wallets }: Stream, wallet: string): boolean {
  return wallets.some((name) => wallet === name || (name.endsWith(':') && wallet.startsWith(name)));
}

/** Markets between two assets that both moved, and contracts that moved or in which a row shows trades. */
function likelyKeys(
  run: PullRun,
  stream: Stream,
  markets: Markets,
  differences: readonly Difference[],
  traded: ReadonlySet<string>,
): readonly Walk[] {
  const { scope } = stream;
  if (scope === 'account') return [];
  const own = differences.filter(({ wallet }) => moves(stream, wallet));
  if ('wallets' in scope) {
    const named = own.filter(({ wallet }) => wallet.startsWith(scope.wallets));
    const keys = new Set(named.map(({ wallet }) => wallet.slice(scope.wallets.length)));
    return [...keys].map((key) => ({ stream, key }));
  }
  const assets = new Set(own.map(({ asset }) => asset));
  const pairs = allowed(run, markets.ofProduct(scope.product)).filter(
    ({ symbol, base, quote, id, product }) =>
      product === 'spot'
        ? assets.has(base) && assets.has(quote)
        : assets.has(symbol) || traded.has(`${stream.wallets[0]}/${id}`),
  );
  return pairs.map(({ id }) => ({ stream, key: id }));
}

/** Markets in which the account traded before, with an asset that moved. */
function knownKeys(
  run: PullRun,
  stream: Stream,
  markets: Markets,
  differences: readonly Difference[],
): readonly Walk[] {
  return allKeys(run, stream, markets, differences).filter(({ key }) =>
    Object.hasOwn(run.state.walks, nameOf({ stream, key })),
  );
}

/** Every listed market with an asset that moved, and every wallet of a kind. */
function allKeys(
  run: PullRun,
  stream: Stream,
  markets: Markets,
  differences: readonly Difference[],
): readonly Walk[] {
  const { scope } = stream;
  if (scope === 'account') return [];
  if ('wallets' in scope) {
    const known = run.state.touched.filter((wallet) => wallet.startsWith(scope.wallets));
    return known.map((wallet) => ({ stream, key: wallet.slice(scope.wallets.length) }));
  }
  const own = differences.filter(({ wallet }) => moves(stream, wallet));
  const assets = new Set(own.map(({ asset }) => asset));
  return allowed(run, markets.ofProduct(scope.product))
    .filter(({ base, quote, settle }) =>
      [base, quote, settle].some((asset) => asset !== null && assets.has(asset)),
    )
    .map(({ id }) => ({ stream, key: id }));
}

/** The markets that the owner of the account wants to be read. */
export function allowed({ account }: PullRun, markets: readonly Market[]): readonly Market[] {
  const { symbols } = account;
  if (symbols === undefined || symbols.length === 0) return markets;
  return markets.filter(({ symbol }) => symbols.includes(symbol));
}

/**
 * A page may have lacked rows in its middle. So once in a reading, the walks that can explain the differences start
 * again from their beginning. False: they did already, or the first reading is still under way.
 */
function startAgain(
  run: PullRun,
  reading: ReadingState,
  markets: Markets,
  differences: readonly Difference[],
): boolean {
  if (reading.again || !isScopeRead(run)) return false;
  reading.again = true;
  for (const candidate of candidates(run, markets, differences, new Set(), [])) {
    if (!candidate.isBackground) run.state.walks[nameOf(candidate)] = initialWalk();
  }
  return true;
}
