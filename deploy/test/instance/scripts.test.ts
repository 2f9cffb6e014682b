import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sandbox } from './sandbox.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const DEPLOYMENT = {
  NAME: 'perf-aggregator',
  AWS_REGION: 'eu-west-1',
  STACK: 'perf-aggregator',
  GROUP_ID: 'Group',
  BUNDLE: 'bucket/bundle.zip',
  EIF: 'bucket/enclave.eif',
  EIF_SHA256: sha256('the image'),
  PARENT: 'bucket/parent.tar.gz',
  PARENT_SHA256: sha256(''),
  VOLUME: 'vol-0123456789abcdef0',
  KEY_ARN: 'arn:aws:kms:eu-west-1:123456789012:key/0',
  ENCLAVES: '2',
  ENCLAVE_CPUS: '4',
  ENCLAVE_MEMORY_MIB: '8192',
};
const DEVICE = 'dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox(DEPLOYMENT);
  box.write('usr/lib/perf-aggregator/metadata.sh', '#!/bin/sh\necho i-0123\n', 0o755);
});
afterEach(() => box.close());

describe('when the metadata service is asked', () => {
  it('the script fetches a token first and sends it', () => {
    const fresh = new Sandbox(DEPLOYMENT);
    fresh.program('curl', 'case "$*" in *PUT*) echo token ;; *"token: token"*) echo i-0456 ;; esac');
    const { code, stdout, calls } = fresh.run('metadata.sh', 'instance-id');
    fresh.close();
    expect([code, stdout]).toEqual([0, 'i-0456\n']);
    expect(calls[0]).toContain('-X PUT');
    expect(calls[1]).toContain('/latest/meta-data/instance-id');
  });
});

describe('when the volume is attached', () => {
  const attaching = `case "$*" in *attach-volume*)
    [ -f "$ROOT/busy" ] && { rm "$ROOT/busy"; exit 254; }
    mkdir -p "$(dirname "$ROOT/${DEVICE}")"; : > "$ROOT/${DEVICE}" ;; esac`;

  it('an empty volume gets a file system, once the previous instance has detached it', () => {
    box.write('busy', '');
    box.program('aws', attaching);
    box.program('blkid', 'exit 2');
    const { code, calls } = box.run('store.sh', 'up');
    expect(code).toBe(0);
    const attach = `aws ec2 attach-volume --volume-id ${DEPLOYMENT.VOLUME} --instance-id i-0123 --device /dev/sdf`;
    expect(calls).toEqual([
      attach,
      attach,
      `blkid -p /${DEVICE}`,
      `mkfs.xfs -q /${DEVICE}`,
      `mount -o nodev,nosuid,noexec,noatime /${DEVICE} /var/lib/perf-aggregator`,
      'xfs_growfs /var/lib/perf-aggregator',
      'chown perf-aggregator:perf-aggregator /var/lib/perf-aggregator',
    ]);
  });

  it('a volume with data is mounted without a change', () => {
    box.program('aws', attaching);
    const { code, calls } = box.run('store.sh', 'up');
    expect(code).toBe(0);
    expect(calls.join('\n')).not.toContain('mkfs');
    expect(calls.join('\n')).toContain('mount -o');
  });

  it.each([4, 8])('a volume that cannot be read (blkid: %i) is not changed', (status) => {
    box.program('aws', attaching);
    box.program('blkid', `exit ${status}`);
    const { code, calls, stderr } = box.run('store.sh', 'up');
    expect(code).toBe(1);
    expect(calls.join('\n')).not.toMatch(/mkfs|mount/);
    expect(stderr).toContain('cannot be read');
  });

  it('the volume is unmounted before it is detached', () => {
    expect(box.run('store.sh', 'down').calls).toEqual([
      'mountpoint -q /var/lib/perf-aggregator',
      'umount /var/lib/perf-aggregator',
      `aws ec2 detach-volume --volume-id ${DEPLOYMENT.VOLUME}`,
    ]);
  });
});

describe('when an enclave runs', () => {
  it('the script ends when the enclave ends, and does not request debug mode', () => {
    box.program(
      'nitro-cli',
      `[ "$1" = describe-enclaves ] || exit 0
      [ -f "$ROOT/seen" ] || { : > "$ROOT/seen"; echo '    "EnclaveName": "perf-aggregator-17",'; }`,
    );
    const { code, calls } = box.run('enclave.sh', '17');
    expect(code).toBe(1);
    expect(calls).toEqual([
      'nitro-cli run-enclave --eif-path /opt/perf-aggregator/enclave.eif --enclave-name perf-aggregator-17 --enclave-cid 17 --cpu-count 4 --memory 8192',
      'nitro-cli describe-enclaves',
      'nitro-cli describe-enclaves',
    ]);
    expect(calls.join()).not.toContain('debug');
  });
});

describe('when the group ends the instance', () => {
  it('all units are stopped before the hook is completed, even if stopping fails', () => {
    box.write(
      'usr/lib/perf-aggregator/metadata.sh',
      `#!/bin/sh
      case $1 in instance-id) echo i-0123; exit ;; esac
      [ -f "$ROOT/failed" ] || { : > "$ROOT/failed"; exit 22; }
      [ -f "$ROOT/served" ] || { : > "$ROOT/served"; echo InService; exit; }
      echo Terminated`,
      0o755,
    );
    box.program('systemctl', 'exit 1');
    const { code, calls } = box.run('drain.sh');
    expect(code).toBe(0);
    expect(calls).toEqual([
      'systemctl stop perf-aggregator.target perf-aggregator-canary.timer perf-aggregator-parent.service perf-aggregator-enclave@*.service perf-aggregator-store.service',
      'aws autoscaling complete-lifecycle-action --auto-scaling-group-name perf-aggregator --lifecycle-hook-name drain --instance-id i-0123 --lifecycle-action-result CONTINUE',
    ]);
  });
});

describe('when the canary tries the key', () => {
  const says = (text: string, status: number) => box.program('aws', `echo '${text}' >&2; exit ${status}`);

  it.each([
    ['closed', 'An error occurred (AccessDeniedException) when calling the operation', 254],
    ['open', 'An error occurred (DryRunOperationException) when calling the operation', 254],
    ['open', 'An error occurred (InvalidCiphertextException) when calling the operation', 254],
    ['open', '{"Plaintext": "c2VjcmV0"}', 0],
    ['unknown', 'Could not connect to the endpoint URL', 255],
    ['unknown', 'An error occurred (KMSInvalidStateException) when calling the operation', 254],
  ])('the key is %s after: %s', (state, text, status) => {
    says(text, status);
    const blob = box.write('genesis.blob', 'wrapped');
    const { code, stdout, stderr, calls } = box.run('canary.sh', blob);
    expect([code, stderr]).toEqual([0, '']);
    const lines = ['generate-data-key', 'decrypt'].map((call) => JSON.stringify({ canary: state, call }));
    // The output contains no text of the KMS answer.
    expect(stdout).toBe(`${lines.join('\n')}\n`);
    for (const call of calls) expect(call).toContain(`--key-id ${DEPLOYMENT.KEY_ARN} --dry-run`);
    for (const call of calls) expect(call).not.toContain('recipient');
    expect(calls).toHaveLength(2);
  });

  it('before the genesis, the canary does not call Decrypt', () => {
    says('AccessDeniedException', 254);
    const { stdout } = box.run('canary.sh', box.write('empty.blob', ''));
    expect(stdout).toBe('{"canary":"closed","call":"generate-data-key"}\n');
  });
});

describe('when the instance boots for the first time', () => {
  it('the script stores its variables, fetches the bundle, and runs the installation', () => {
    const script = box.read('usr/lib/perf-aggregator/user-data.sh')!;
    const told = Object.entries(DEPLOYMENT).map(([name, value]) => `${name}=${value}`);
    box.write('usr/lib/perf-aggregator/user-data.sh', `DEPLOYMENT='${told.join('\n')}'\n${script}`);
    box.write('usr/lib/perf-aggregator/install.sh', 'echo "installing in $AWS_REGION"; exit 3\n');
    box.write('etc/perf-aggregator/deployment.env', '');
    const { code, stdout, calls } = box.run('user-data.sh');
    expect([code, stdout]).toEqual([3, 'installing in eu-west-1\n']);
    expect(box.read('etc/perf-aggregator/deployment.env')).toBe(`${told.join('\n')}\n`);
    expect(calls[0]).toMatch(/^aws s3 cp --only-show-errors s3:\/\/bucket\/bundle\.zip \S+$/);
    expect(calls[1]).toMatch(/^python3 -m zipfile -e \S+ \/usr\/lib\/perf-aggregator$/);
  });
});

describe('when the instance installs itself', () => {
  const bringing = (eif: string) => {
    const tar = spawnSync(
      'sh',
      ['-c', 'mkdir -p app && echo main > app/main.js && tar -czf parent.tar.gz app'],
      {
        cwd: box.root,
      },
    );
    expect(tar.status).toBe(0);
    const digest = spawnSync('sha256sum', ['parent.tar.gz'], { cwd: box.root, encoding: 'utf8' });
    const deployment = { ...DEPLOYMENT, PARENT_SHA256: digest.stdout.slice(0, 64) };
    const lines = Object.entries(deployment).map(([name, value]) => `${name}=${value}\n`);
    box.write('etc/perf-aggregator/deployment.env', lines.join(''));
    box.write('enclave.eif', eif);
    box.write('opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl', '#!/bin/sh\n', 0o755);
    // Form of the call: aws s3 cp --only-show-errors s3://bucket/FILE TARGET
    box.program('aws', 'if [ "$1" = s3 ]; then cp "$ROOT/$(basename "$4")" "$5"; fi');
  };
  const signal = (status: string) =>
    `aws cloudformation signal-resource --stack-name perf-aggregator --logical-resource-id Group --unique-id i-0123 --status ${status}`;

  it('the files are installed, the units are started, and success is signalled when the parent is ready', () => {
    bringing('the image');
    box.program('curl', '[ -f "$ROOT/asked" ] || { : > "$ROOT/asked"; exit 22; }');
    const { code, calls, stderr } = box.run('install.sh');
    expect([code, stderr]).toEqual([0, '']);
    expect(box.read('opt/perf-aggregator/enclave.eif')).toBe('the image');
    expect(box.read('opt/perf-aggregator/parent/app/main.js')).toBe('main\n');
    expect(box.read('etc/nitro_enclaves/allocator.yaml')).toBe('memory_mib: 16384\ncpu_count: 8\n');
    expect(box.read('etc/systemd/system/perf-aggregator-parent.service')).toContain('[Service]');
    expect(JSON.parse(box.read('etc/perf-aggregator/cloudwatch-agent.json')!)).toMatchObject({
      metrics: { namespace: 'perf-aggregator' },
    });
    expect(calls).toContain('systemctl enable -q perf-aggregator-enclave@16.service');
    expect(calls).toContain('systemctl enable -q perf-aggregator-enclave@17.service');
    expect(calls).not.toContain('systemctl enable -q perf-aggregator-enclave@18.service');
    expect(calls.filter((call) => call.startsWith('curl'))).toHaveLength(2);
    expect(calls.at(-1)).toBe(signal('SUCCESS'));
  });

  it('an image with another digest is not started, and failure is signalled', () => {
    bringing('another image');
    const { code, calls } = box.run('install.sh');
    expect(code).not.toBe(0);
    expect(calls.join('\n')).not.toContain('systemctl');
    expect(calls.at(-1)).toBe(signal('FAILURE'));
  });

  it('failure is signalled if the parent never becomes ready', () => {
    bringing('the image');
    box.program('curl', 'exit 22');
    const { code, calls, stderr } = box.run('install.sh');
    expect(code).not.toBe(0);
    expect(stderr).toContain('the parent is not ready');
    expect(calls.at(-1)).toBe(signal('FAILURE'));
  });
});
