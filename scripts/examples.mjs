// Writes examples/: the files that commands in README.md and docs name. Run it after a build.
//   node scripts/examples.mjs           all files; the report, its document and the keys are new each time
//   node scripts/examples.mjs --files   only the files that follow from a seed: trades, values, returns
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { discloseOnly } from '../client/dist/sdk/disclosure.js';
import { canonicalJsonBytes } from '../shared/dist/codec/canonical-json.js';
import { metricsOfProfile } from '../shared/dist/messages/report/metrics.js';
import { createMarket } from '../simulator/dist/market/market.js';
import { SIMULATED_PCRS_HEX } from '../simulator/dist/nsm/measurements.js';
import { generateAccount } from '../simulator/dist/trader/account.js';
import { groundTruth } from '../simulator/dist/trader/ground-truth.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SEED = 'examples';
/** The last day of the recorded prices: 2024-12-31. */
const LAST_DAY = Date.UTC(2024, 11, 31) / 86_400_000;
const DAYS = 120;

/** Files of a simulated account, by name. */
export function accountFiles() {
  const market = createMarket({ lastDay: LAST_DAY });
  const account = generateAccount({ seed: SEED, market, lastDay: LAST_DAY, days: DAYS });
  const { days } = groundTruth(account, market);
  const dateOf = (time) => new Date(time).toISOString().slice(0, 10);
  const returns = days.map(({ day, return: r }) => `${dateOf(day * 86_400_000)},${r ?? ''}`);
  const flowOf = ({ deposits, withdrawals }) => Number(deposits) - Number(withdrawals);
  const navs = {
    start: dateOf(days[1].day * 86_400_000),
    navs: days.map(({ nav }) => nav),
    flows: days
      .slice(1)
      .flatMap((day, i) => (flowOf(day) === 0 ? [] : [{ day: i + 1, amount: flowOf(day) }])),
  };
  const fills = account.events.filter(({ kind }) => kind === 'fill');
  const trades = fills.map(({ time, symbol, side, quantity, price, fee, orderId }) =>
    [new Date(time).toISOString(), symbol, side, quantity, price, fee.amount, fee.asset, orderId].join(','),
  );
  return {
    'trades.csv': `time,symbol,side,quantity,price,fee,feeCurrency,orderId\n${trades.join('\n')}\n`,
    'returns.csv': `date,return\n${returns.join('\n')}\n`,
    'navs.json': `${JSON.stringify(navs, null, 1)}\n`,
  };
}

/** What the world of a simulator signs: a report, its document, their root. */
function writeEvidence() {
  const home = mkdtempSync(join(tmpdir(), 'pa-examples-'));
  try {
    const options = ['simulate', '--once', '--port', '0', '--home', home, '--seed', SEED];
    const { status, stderr } = spawnSync(join(ROOT, 'perf-aggregator'), options, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const whole = JSON.parse(readFileSync(join(home, 'report.json'), 'utf8'));
    const report = discloseOnly(whole, [...metricsOfProfile('ratios'), 'monthlyReturns']);
    write('report.json', `${JSON.stringify(report)}\n`);
    write('document.b64', `${report.attestation}\n`);
    cpSync(join(home, 'nsm-root.pem'), join(ROOT, 'examples/nsm-root.pem'));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** A publisher's file of measurements that names the simulator's image, with its signature. The key is not kept. */
function writeMeasurements() {
  const nothing = '0'.repeat(64);
  const release = {
    version: '0.1.0',
    commit: '0'.repeat(40),
    notAfter: null,
    reason: null,
    pcrs: SIMULATED_PCRS_HEX,
    rootFileSystem: { sha256: nothing, bytes: 1 },
    configuration: { 'enclave.json': nothing, 'ca.pem': nothing },
    sbom: nothing,
    base: 'the simulator, which has no image',
    tools: {},
  };
  const bytes = canonicalJsonBytes({ format: 'perf-aggregator/measurements/1', releases: [release] });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  write('measurements.json', bytes);
  write('measurements.json.sig', sign('sha384', bytes, privateKey));
  write('publisher.pem', publicKey.export({ type: 'spki', format: 'pem' }));
  for (const [index, hex] of Object.entries(SIMULATED_PCRS_HEX)) write(`pcr${index}.txt`, `${hex}\n`);
}

function write(name, content) {
  writeFileSync(join(ROOT, 'examples', name), content);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(accountFiles())) write(name, text);
  if (process.argv[2] !== '--files') {
    writeEvidence();
    writeMeasurements();
  }
}
