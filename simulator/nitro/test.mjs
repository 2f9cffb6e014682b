// Boots the enclave's root file system as an enclave image in QEMU's nitro-enclave machine, and holds what /dev/nsm says was
// measured against ./perf-aggregator measure. `make test-eif`. Exit code 0: they agree. QEMU, Debian's kernel and the vsock
// back end run inside the folder that qemu.sh and parts.sh made; no socket of this machine is used.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeEif } from './eif.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const DEBIAN = join(ROOT, 'node_modules/.nitro/qemu');
const PARTS = join(DEBIAN, 'root/parts');
const FILES = resolve(process.argv[2] ?? join(ROOT, 'dist/images/enclave/rootfs.tar'));
const PATIENCE_MS = 300_000;
/** The machine comes up with one of two tries on a busy host (it is emulated, and young). */
const TRIES = 2;
const MODULES = [
  'drivers/virtio/virtio_pci_modern_dev',
  'drivers/virtio/virtio_pci_legacy_dev',
  'drivers/virtio/virtio_pci',
  'drivers/virtio/virtio_mmio',
  'net/vmw_vsock/vsock',
  'net/vmw_vsock/vmw_vsock_virtio_transport_common',
  'net/vmw_vsock/vmw_vsock_virtio_transport',
  'drivers/char/hw_random/rng-core',
  'drivers/misc/nsm',
];

async function main() {
  execFileSync(join(HERE, 'qemu.sh'), [DEBIAN], { stdio: 'inherit' });
  execFileSync(join(HERE, 'parts.sh'), [DEBIAN], { stdio: 'inherit' });
  const work = mkdtempSync(join(DEBIAN, 'tmp/eif-'));
  try {
    await makeImage(work);
    const eif = join(work, 'enclave.eif');
    const own = JSON.parse(run(join(ROOT, 'perf-aggregator'), ['measure', eif, '--json'])).pcrs;
    const said = await boot(work);
    for (const index of [0, 1, 2]) {
      if (said.pcrs?.[index] !== own[index])
        throw new Error(`PCR${index}: /dev/nsm says ${JSON.stringify(said)}, measure says ${own[index]}`);
      console.log(`PCR${index}  ${own[index]}`);
    }
    console.log('/dev/nsm and ./perf-aggregator measure agree');
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Two ramdisks, as in AWS's images: what starts the enclave, and what it is. */
async function makeImage(work) {
  const boot = join(work, 'boot');
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'modules', 'app'])
    mkdirSync(join(boot, folder), { recursive: true });
  copyFileSync('/bin/busybox', join(boot, 'bin/busybox'));
  copyFileSync(join(HERE, 'init.sh'), join(boot, 'init'));
  chmodSync(join(boot, 'init'), 0o755);
  const [release] = readdirSync(join(PARTS, 'usr/lib/modules'));
  const drivers = join(PARTS, 'usr/lib/modules', release, 'kernel');
  for (const name of MODULES) {
    const file = join(drivers, `${name}.ko`);
    if (existsSync(file)) copyFileSync(file, join(boot, 'modules', `${name.split('/').at(-1)}.ko`));
  }
  const bundle = { entryPoints: [join(HERE, 'probe.mjs')], outfile: join(boot, 'app/probe.mjs') };
  await build({ ...bundle, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  const enclave = join(work, 'enclave');
  mkdirSync(enclave);
  run('tar', ['-C', enclave, '-xf', FILES]);
  writeEif(join(work, 'enclave.eif'), {
    kernel: readFileSync(join(PARTS, 'boot', `vmlinuz-${release}`)),
    cmdline: 'reboot=k panic=-1 console=ttyS0 quiet random.trust_cpu=on',
    ramdisks: [archive(boot), archive(enclave)],
  });
}

function archive(folder) {
  const command = 'find . | LC_ALL=C sort | cpio -o -H newc --quiet --reproducible';
  return execFileSync('sh', ['-c', command], { cwd: folder, maxBuffer: 1 << 30 });
}

/** What the probe inside says. */
async function boot(work) {
  for (let left = TRIES; left > 0; left--) {
    const said = await bootOnce(work);
    if (said) return said;
    console.error('the machine did not come up in time');
  }
  throw new Error('/dev/nsm said nothing');
}

async function bootOnce(work) {
  const inside = work.slice(DEBIAN.length);
  const socket = `${inside}/vhost.sock`;
  const backend = spawn(
    'chroot',
    [
      ...[DEBIAN, '/root/parts/usr/bin/vhost-device-vsock'],
      ...['--vm', `guest-cid=16,socket=${socket},uds-path=${inside}/vm.sock`],
    ],
    { stdio: 'ignore' },
  );
  try {
    for (let tries = 100; !existsSync(join(DEBIAN, socket)) && tries > 0; tries--) await pause(100);
    return await listen(
      spawn('chroot', [DEBIAN, ...machine(inside, socket)], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
  } finally {
    backend.kill('SIGKILL');
    rmSync(join(DEBIAN, socket), { force: true });
  }
}

function machine(inside, socket) {
  return [
    '/root/qemu/build/qemu-system-x86_64',
    ...[
      '-M',
      'nitro-enclave,vsock=c,id=i-probe-enc0,parent-role=arn:aws:iam::1:role/x,parent-id=i-0,acpi=on',
    ],
    ...[
      '-accel',
      'tcg',
      '-cpu',
      'max',
      '-smp',
      '2',
      '-m',
      '1536',
      '-L',
      '/root/parts/usr/share/seabios',
      '-L',
      '/root/parts/usr/share/qemu',
    ],
    ...['-kernel', `${inside}/enclave.eif`, '-chardev', `socket,id=c,path=${socket}`],
    ...['-nodefaults', '-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-no-reboot'],
  ];
}

/** Shows the console; the probe's answer, once the machine has ended. */
async function listen(qemu) {
  const timer = setTimeout(() => qemu.kill('SIGKILL'), PATIENCE_MS);
  let console_ = '';
  qemu.stdout.on('data', (part) => {
    console_ += part;
    process.stdout.write(part);
  });
  await once(qemu, 'close');
  clearTimeout(timer);
  const [, json] = /^probe: (\{.*\})\r?$/m.exec(console_) ?? [];
  return json ? JSON.parse(json) : null;
}

function run(program, parameters) {
  return execFileSync(program, parameters, { encoding: 'utf8' });
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

await main();
