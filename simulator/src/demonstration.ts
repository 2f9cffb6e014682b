/**
 * The demonstration for a newcomer. It does everything that a real institution would do, with the SDK that it would
 * use, and checks the results.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Expectations, explainReport, SecureClient } from '@perf-aggregator/client';
import { SessionFiles } from '@perf-aggregator/client/cli/sessions';
import { ProgressBar, type Terminal } from '@perf-aggregator/client/cli/terminal';
import { toEntry } from '@perf-aggregator/client/cli/trust-entry';
import { keepWorldTrust } from '@perf-aggregator/client/cli/trust-store';
import { metricsTable } from '@perf-aggregator/client/present/metrics-table';
import { table } from '@perf-aggregator/client/present/table';
import type { Clock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { LocalWorld } from './local-world.ts';
import { SIMULATED_PCRS_HEX } from './nsm/measurements.ts';
import { WorldError } from './world/files.ts';

const USER = 'demonstration';
/** Time limit for the start of the service, and the interval between checks. */
const PATIENCE_MS = 180_000;
const RETRY_MS = 100;
/** Time limit for reading the account. */
const READING_MS = 600_000;

/** The inputs of the demonstration. */
export interface DemonstrationOptions {
  readonly world: LocalWorld;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/**
 * Runs it and prints the transcript.
 * @throws WorldError when the report does not verify; the errors of SecureClient
 */
export async function demonstrate({ world, terminal, clock }: DemonstrationOptions): Promise<void> {
  const say = (text: string) => terminal.stdout.write(`${text}\n`);
  say('Performance Aggregator on the simulator: no AWS hardware, no real exchange, no real money.');
  say(`${pricesLine(world)}\n`);
  await untilReady(world, clock);
  keepTrust(world, clock);
  const { client, line } = await openSession(world);
  say(line);
  const report = await readAccount(client, terminal);
  const metrics = await client.getMetrics();
  const fills = metrics.symbols.filter(({ fillCount }) => fillCount > 0);
  say(
    `✓ account read      ${metrics.fillCount} fills from ${fills.length} symbols, ${metrics.externalFlowCount} deposits and withdrawals`,
  );
  say(`\n${metricsTable(metrics)}\n`);
  new SessionFiles(world.files.folder).save(client.export());
  say(verifyBundle(world, report, clock));
  say(`\n${nextSteps(world)}`);
}

/** What vouches for this world is kept in its own folder: commands there need not be told, and say SIMULATED. */
function keepTrust({ files, url, state }: LocalWorld, clock: Clock): void {
  const trust = { roots: [state.nsm.rootCertDer], pcrs: [SIMULATED_PCRS_HEX], allowDebug: false };
  keepWorldTrust(files.folder, url, toEntry(trust, clock.now()));
}

/** Waits for every part of the service. On a slow machine the first keys take a while. */
async function untilReady(world: LocalWorld, clock: Clock): Promise<void> {
  const until = clock.now() + PATIENCE_MS;
  let last = 'no answer';
  while (clock.now() < until) {
    const response = await fetch(`${world.url}/ready`).catch(() => null);
    if (response?.ok) return;
    last = (await response?.text()) ?? last;
    await sleep(RETRY_MS);
  }
  throw new WorldError('world_start_failed', `the service does not come up: ${last}`);
}

async function openSession(
  world: LocalWorld,
): Promise<{ readonly client: SecureClient; readonly line: string }> {
  const known = await resume(world);
  if (known) return { client: known, line: `✓ session found     ${idOf(known)}… from an earlier run` };
  const { apiKey, apiSecret } = world.state.venue;
  const client = new SecureClient({
    enclaveUrl: world.url,
    expect: expectations(world),
    userId: USER,
    exchange: 'binance',
    apiKey,
    apiSecret,
  });
  const { expiresAt, quote } = await client.register();
  new SessionFiles(world.files.folder).save(client.export());
  const quoted = `✓ quote verified    SIMULATED module, ${quote.attestation.moduleId}, KMS key policy ${quote.kmsPolicy}`;
  const opened = `✓ session opened    ${idOf(client)}… until ${new Date(expiresAt).toISOString().slice(0, 16)} UTC`;
  return { client, line: `${quoted}\n${opened}` };
}

/** Errors that mean that an earlier session has ended. Any other error is shown. */
const OVER = new Set(['session_unknown', 'session_expired', 'session_lost', 'session_missing']);

/** The session of an earlier run, if the service still has it. */
async function resume(world: LocalWorld): Promise<SecureClient | null> {
  try {
    const exported = new SessionFiles(world.files.folder).load() as { enclaveUrl: string };
    const client = SecureClient.resume({ ...exported, enclaveUrl: world.url });
    await client.getSummary();
    return client;
  } catch (error) {
    if (error instanceof CodedError && OVER.has(error.code)) return null;
    throw error;
  }
}

/** The report, as a file has it. There is none before everything that moved the account was read. */
async function readAccount(client: SecureClient, terminal: Terminal): Promise<string> {
  const bar = new ProgressBar(terminal);
  const onProgress = ({ progress, entries }: { progress: number; entries: number }) =>
    bar.show(progress, `reading the account through the egress proxy, ${entries} entries`);
  const report = await client.getReport({}, { onProgress, timeoutMs: READING_MS }).finally(() => bar.clear());
  return JSON.stringify(report);
}

function verifyBundle(world: LocalWorld, bundle: string, clock: Clock): string {
  world.files.writeText('report.json', bundle);
  const { roots, measurements } = expectations(world);
  const judged = explainReport(bundle, {
    ...(roots ? { roots } : {}),
    pcrs: measurements,
    instant: clock.now(),
  });
  if (!judged.verified)
    throw new WorldError('world_start_failed', `the report does not verify: ${judged.code}`);
  return `✓ report verified   SIMULATED: ${judged.checks.length} checks passed, under a root that is not AWS's`;
}

function nextSteps(world: LocalWorld): string {
  const pcrs = Object.entries(SIMULATED_PCRS_HEX).map(([index, hex]) => `    --pcr ${index}=${hex}`);
  const home = world.files.folder;
  return [
    'Verify it yourself, offline:',
    `  ./perf-aggregator verify ${home}/report.json \\`,
    `    --root ${home}/nsm-root.pem \\`,
    pcrs.join(' \\\n'),
    '',
    'Look further:',
    table([
      ['./perf-aggregator metrics --from 2026-01-01', 'the same account, another period'],
      ['./perf-aggregator report --disclose sharpeRatio,maxDrawdown', 'show two numbers, withhold the rest'],
      [`${home}/keys/README.md`, 'keys to register, of every kind'],
      ['docs/architecture.md', 'the road that these numbers came'],
      [`${home}/logs/`, 'what parent and enclave wrote meanwhile'],
    ]),
  ].join('\n');
}

function pricesLine(world: LocalWorld): string {
  const made = new Date(world.state.venue.lastDay * 86_400_000).toISOString().slice(0, 10);
  return `Prices: real daily bars of BTC, ETH, SOL and BNB to 2024-12-31, shifted by whole days to end on ${made}.`;
}

function expectations(world: LocalWorld): Expectations {
  return { roots: [world.state.nsm.rootCertDer], measurements: [SIMULATED_PCRS_HEX] };
}

function idOf(client: SecureClient): string {
  return client.export().sessionId.slice(0, 8);
}
