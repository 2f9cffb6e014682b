import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INSTANCE_FOLDER, instanceFile } from '../../src/instance-files.ts';
import { readUnit, type Unit } from './unit-file.ts';

const names = readdirSync(INSTANCE_FOLDER).filter((name) => /\.(service|timer|target)$/.test(name));
const units = new Map(names.map((name) => [name, readUnit(readFileSync(instanceFile(name), 'utf8'))]));
const services = [...units].filter(([name]) => name.endsWith('.service'));
const parent = units.get('perf-aggregator-parent.service')!;
const one = (unit: Unit, name: string) => {
  expect([name, unit.get(name)?.length]).toEqual([name, 1]);
  return unit.get(name)![0]!;
};

describe('when the units are read', () => {
  it('every unit of ours that they name exists', () => {
    expect(names).toContain('perf-aggregator.target');
    const named = [...units.values()].flatMap((unit) =>
      ['Wants', 'Requires', 'After', 'PartOf'].flatMap((name) => unit.get(`Unit.${name}`) ?? []),
    );
    const ours = named
      .flatMap((list) => list.split(' '))
      .filter((name) => name.startsWith('perf-aggregator'));
    for (const name of ours) expect(names).toContain(name);
  });

  it('every script that they start exists', () => {
    const started = services.flatMap(([, unit]) => [
      ...(unit.get('Service.ExecStart') ?? []),
      ...(unit.get('Service.ExecStop') ?? []),
    ]);
    const scripts = started.join(' ').matchAll(/\/usr\/lib\/perf-aggregator\/([a-z.-]+)/g);
    const files = [...new Set([...scripts].map(([, name]) => name!))].toSorted();
    expect(files).toEqual(['canary.sh', 'drain.sh', 'enclave.sh', 'genesis-blob.mjs', 'store.sh']);
    for (const name of files) expect([name, existsSync(instanceFile(name))]).toEqual([name, true]);
  });

  it.each(services)('%s gains no privileges and writes no core dump', (_, unit) => {
    expect(one(unit, 'Service.NoNewPrivileges')).toBe('yes');
    expect(one(unit, 'Service.LimitCORE')).toBe('0');
    expect(unit.has('Service.CapabilityBoundingSet')).toBe(true);
  });

  it('only the volume and the drain unit run as root, and only the volume needs capabilities', () => {
    const root = services.filter(([, unit]) => !unit.has('Service.User')).map(([name]) => name);
    expect(root).toEqual(['perf-aggregator-drain.service', 'perf-aggregator-store.service']);
    const capable = services.filter(([, unit]) => one(unit, 'Service.CapabilityBoundingSet') !== '');
    expect(capable.map(([name]) => name)).toEqual(['perf-aggregator-store.service']);
  });

  it('the user has a fixed id, because its files outlive the instance', () => {
    expect(readFileSync(instanceFile('sysusers.conf'), 'utf8')).toMatch(/^u perf-aggregator \d{3} /m);
    for (const [, unit] of services)
      expect(unit.get('Service.User') ?? ['perf-aggregator']).toEqual(['perf-aggregator']);
  });

  it('the volume is mounted for all units: its unit creates no mount namespace', () => {
    const store = [...units.get('perf-aggregator-store.service')!.keys()].join(' ');
    expect(store).not.toMatch(/Protect|Private|ReadWritePaths|ReadOnly|Inaccessible|Bind|RestrictNamespaces/);
  });
});

describe('when the parent runs', () => {
  it('it runs the command of its image, uses the store on the volume, and reads its configuration from tags', () => {
    const image = readFileSync(new URL('../../../Dockerfile.parent', import.meta.url), 'utf8');
    const command = JSON.parse(/^CMD (\[.*\])$/m.exec(image)![1]!) as readonly string[];
    const [program, ...argv] = one(parent, 'Service.ExecStart').split(' ');
    expect([program!.split('/').at(-1), ...argv]).toEqual(command);
    const folders = [...image.matchAll(/^WORKDIR (.*)$/gm)].map(([, folder]) => folder);
    expect(one(parent, 'Service.WorkingDirectory')).toBe(folders.at(-1));
    expect(parent.get('Service.Environment')).toEqual([
      'CONFIG_FROM_TAGS=true',
      'STORE_PATH=/var/lib/perf-aggregator/store',
    ]);
  });

  it('it sees only its image and its store, and may write only to the store', () => {
    expect(one(parent, 'Service.RootDirectory')).toBe('/opt/perf-aggregator/parent');
    expect(one(parent, 'Service.BindPaths')).toBe('/var/lib/perf-aggregator');
    expect(one(parent, 'Service.ReadWritePaths')).toBe('/var/lib/perf-aggregator');
    expect(one(parent, 'Unit.Requires')).toBe('perf-aggregator-store.service');
    expect(one(parent, 'Unit.After').split(' ')).toContain('perf-aggregator-store.service');
  });

  it.each([
    ['ProtectSystem', 'strict'],
    ['ProtectHome', 'yes'],
    ['PrivateTmp', 'yes'],
    ['PrivateDevices', 'yes'],
    ['ProtectProc', 'invisible'],
    ['ProtectKernelTunables', 'yes'],
    ['ProtectKernelModules', 'yes'],
    ['ProtectControlGroups', 'yes'],
    ['RestrictNamespaces', 'yes'],
    ['RestrictSUIDSGID', 'yes'],
    ['RestrictAddressFamilies', 'AF_VSOCK AF_INET AF_INET6 AF_UNIX AF_NETLINK'],
    ['MemoryDenyWriteExecute', 'no'],
    ['SystemCallArchitectures', 'native'],
    ['UMask', '0077'],
  ])('%s=%s', (name, value) => {
    expect(one(parent, `Service.${name}`)).toBe(value);
  });

  it('it may not make privileged system calls', () => {
    expect(parent.get('Service.SystemCallFilter')).toEqual(['@system-service', '~@privileged']);
  });

  it('it has enough time to stop, and is restarted after every failure', () => {
    expect(Number(one(parent, 'Service.TimeoutStopSec'))).toBeGreaterThan(25 + 10);
    expect(one(parent, 'Service.Restart')).toBe('always');
    expect(one(parent, 'Unit.StartLimitIntervalSec')).toBe('0');
  });
});

describe('when enclaves run', () => {
  const enclave = units.get('perf-aggregator-enclave@.service')!;

  it('they can access the two devices that they need, and no network', () => {
    expect(one(enclave, 'Service.DevicePolicy')).toBe('closed');
    expect(enclave.get('Service.DeviceAllow')).toEqual(['/dev/nitro_enclaves rw', '/dev/vsock rw']);
    expect(one(enclave, 'Service.RestrictAddressFamilies')).toBe('AF_UNIX AF_VSOCK');
    expect(one(enclave, 'Service.Restart')).toBe('always');
  });

  it('they stop after the parent, which needs them to finish its requests', () => {
    expect(one(enclave, 'Unit.Before')).toBe('perf-aggregator-parent.service');
  });

  it('nothing on the instance requests debug mode', () => {
    const all = readdirSync(INSTANCE_FOLDER).map((name) => readFileSync(instanceFile(name), 'utf8'));
    expect(all.join('')).not.toMatch(/--debug-mode|--attach-console|nitro-cli console/);
  });
});

describe('when logs are collected', () => {
  it('only the files that units write and the boot log are collected', () => {
    const written = services.flatMap(([, unit]) => unit.get('Service.StandardOutput') ?? []);
    const files = written.map((value) => value.replace('append:', ''));
    const agent = JSON.parse(readFileSync(instanceFile('cloudwatch-agent.json'), 'utf8')) as {
      readonly logs: {
        readonly logs_collected: {
          readonly files: { readonly collect_list: readonly Record<string, string>[] };
        };
      };
    };
    const collected = agent.logs.logs_collected.files.collect_list;
    expect(collected.map(({ file_path }) => file_path).toSorted()).toEqual(
      [...files, '/var/log/cloud-init-output.log'].toSorted(),
    );
    expect(collected.map(({ log_group_name }) => log_group_name).toSorted()).toEqual(
      ['boot', 'canary', 'enclave', 'parent'].map((log) => `/@NAME@/${log}`),
    );
  });
});
