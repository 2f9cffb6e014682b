import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../shared/test/codes.ts';
import {
  closeInspector,
  emptyCoreDumps,
  enclaveOptions,
  forbidGlobalFetch,
  HardeningError,
  refuseEnvironment,
  refuseOptions,
} from '../src/hardening.ts';

const NO_CODE = '--disallow-code-generation-from-strings';
const NO_SIGNAL = '--disable-sigusr1';
const folder = mkdtempSync(join(tmpdir(), 'pa-hardening-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('when an enclave starts in an environment', () => {
  it.each(['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSLKEYLOGFILE', 'OPENSSL_CONF'])(
    '%s is refused, even if empty, and its value is not shown',
    (name) => {
      for (const value of ['', 'secret-value']) {
        expect(codeOf(() => refuseEnvironment({ [name]: value }), HardeningError)).toBe(
          'environment_refused',
        );
        expect(() => refuseEnvironment({ [name]: value })).toThrow(`unset ${name}`);
      }
    },
  );

  it('a variable without effect is accepted', () => {
    expect(() => refuseEnvironment({ PATH: '/bin', TERM: 'x', NODE_ENV: 'production' })).not.toThrow();
  });
});

describe('when an enclave is started with options', () => {
  it('the options of the image are accepted', () => {
    for (const known of [new Set<string>(), new Set([NO_SIGNAL]), process.allowedNodeEnvironmentFlags]) {
      expect(() => refuseOptions(enclaveOptions(known))).not.toThrow();
    }
    expect(enclaveOptions(new Set([NO_SIGNAL]))).toEqual([NO_CODE, NO_SIGNAL]);
    expect(enclaveOptions(new Set())).toEqual([NO_CODE]);
  });

  it.each([
    '--inspect',
    '--inspect-brk=0.0.0.0:9229',
    '--import=./other.js',
    '--require=./other.js',
    '-r',
    '--heapsnapshot-signal=SIGUSR2',
    '--abort-on-uncaught-exception',
    '--use-openssl-ca',
  ])('%s is refused', (option) => {
    expect(codeOf(() => refuseOptions([NO_CODE, option]), HardeningError)).toBe('options_refused');
  });

  it('a start without options is refused, because code could be made from strings', () => {
    expect(codeOf(() => refuseOptions([]), HardeningError)).toBe('options_refused');
    expect(codeOf(() => refuseOptions([NO_SIGNAL]), HardeningError)).toBe('options_refused');
  });

  it('Node applies the options', () => {
    const options = enclaveOptions(process.allowedNodeEnvironmentFlags);
    const { status, stderr } = spawnSync(process.execPath, [...options, '-e', 'new Function("1")'], {
      env: {},
    });
    expect(status).toBe(1);
    expect(stderr.toString()).toContain('Code generation from strings disallowed');
  });
});

describe('when an enclave runs', () => {
  it('it has a handler for SIGUSR1, which disables the inspector', () => {
    const signals = new EventEmitter();
    closeInspector(signals);
    expect(signals.listenerCount('SIGUSR1')).toBe(1);
  });

  it('its core dumps contain no memory, and without a filter no dump is made', () => {
    const filter = join(folder, 'coredump_filter');
    emptyCoreDumps(filter);
    expect(() => readFileSync(filter)).toThrow('ENOENT');
    writeFileSync(filter, '00000033\n');
    emptyCoreDumps(filter);
    expect(readFileSync(filter, 'utf8')).toBe('0');
  });

  it("the platform's fetch cannot connect", () => {
    const scope = { fetch: globalThis.fetch };
    forbidGlobalFetch(scope);
    expect(codeOf(() => scope.fetch('https://api.binance.com'), HardeningError)).toBe('fetch_forbidden');
  });
});
