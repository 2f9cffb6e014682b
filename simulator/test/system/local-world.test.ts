/** `make run` as processes: the transcript, the second run, kills, Ctrl-C, and a busy port. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Command, isAlive, run } from './command.ts';

interface Judged {
  readonly verified: boolean;
  readonly simulated: boolean;
  readonly code: string | null;
}

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-system-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The arguments of the verify command in a transcript. */
function printedVerify(transcript: string): string[] {
  const [, command] = /\.\/perf-aggregator (verify (?:[^\n]*\\\n)*[^\n]*)/.exec(transcript)!;
  return command!.replaceAll('\\\n', ' ').split(/\s+/).filter(Boolean);
}

/** Repeats a command until it succeeds: a killed process needs a moment to restart. */
async function untilOk(...arguments_: string[]): Promise<string> {
  for (let tries = 0; tries < 40; tries++) {
    const { code, stdout } = await run(home, ...arguments_);
    if (code === 0) return stdout;
  }
  throw new Error(`${arguments_.join(' ')} never succeeded`);
}

describe('when a newcomer runs the world once', () => {
  let transcript = '';

  it('prints a transcript and exits 0', async () => {
    const { code, stdout, stderr } = await run(home, 'simulate', '--once', '--port', '0');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    transcript = stdout;
    for (const line of [
      'quote verified    SIMULATED',
      'session opened',
      'fills from 1',
      'nothing: whatever moved the accounts was read',
      'report verified   SIMULATED',
    ]) {
      expect(stdout).toContain(`${line}`);
    }
  });

  it('prints a verify command that works as printed and reports SIMULATED', async () => {
    const { code, stdout } = await run(home, ...printedVerify(transcript));
    expect(code).toBe(0);
    expect(stdout).toContain('SIMULATED: the report is intact');
    const judged = JSON.parse((await run(home, ...printedVerify(transcript), '--json')).stdout) as Judged;
    expect(judged).toMatchObject({ verified: true, simulated: true, code: null });
  });

  it('its own folder trusts it, with a notice, and no other folder does', async () => {
    const [, file] = printedVerify(transcript);
    const { code, stdout, stderr } = await run(home, 'verify', file!);
    expect([code, stdout]).toEqual([0, expect.stringContaining('SIMULATED: the report is intact')]);
    expect(stderr).toMatch(/^trusted as kept in .*world-trust\.json \(local world\): SIMULATED/);
    const elsewhere = mkdtempSync(join(tmpdir(), 'pa-elsewhere-'));
    expect((await run(elsewhere, 'verify', file!)).stdout).toContain('NOT VERIFIED: root_untrusted');
    copyFileSync(join(home, 'world-trust.json'), join(elsewhere, 'world-trust.json'));
    expect(await run(elsewhere, 'verify', file!)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('trust_unsafe') as string,
    });
    rmSync(elsewhere, { recursive: true });
  });

  it('does not verify under the AWS root, without a policy, or after a change', async () => {
    const [, file] = printedVerify(transcript);
    const code = async (...more: string[]) => {
      const { code, stdout } = await run(home, 'verify', ...more, '--json');
      return [code, (JSON.parse(stdout) as Judged).code];
    };
    expect(await code(file!, '--any-image')).toEqual([1, 'root_untrusted']);
    expect(await code(file!, '--root', join(home, 'nsm-root.pem'))).toEqual([1, 'policy_empty']);
    const altered = join(home, 'altered.json');
    const bundle = JSON.parse(readFileSync(join(home, 'report.json'), 'utf8')) as { sdJwt: string };
    const at = bundle.sdJwt.indexOf('~') - 5;
    const other = bundle.sdJwt[at] === 'A' ? 'B' : 'A';
    bundle.sdJwt = bundle.sdJwt.slice(0, at) + other + bundle.sdJwt.slice(at + 1);
    writeFileSync(altered, JSON.stringify(bundle));
    expect(await code(altered, '--any-image', '--root', join(home, 'nsm-root.pem'))).toEqual([
      1,
      'report_digest_mismatch',
    ]);
  });

  it('finds its state in a second run', async () => {
    const { code, stdout } = await run(home, 'simulate', '--once', '--port', '0');
    expect(code).toBe(0);
    expect(stdout).toContain('session found');
    expect(/Total return.*/.exec(stdout)?.[0]).toBe(/Total return.*/.exec(transcript)?.[0]);
  });

  it('names the port that is busy', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const { code, stderr } = await run(home, 'simulate', '--once', '--port', String(port));
    server.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} is in use`);
  });

  it('refuses options that it does not know', async () => {
    expect((await run(home, 'simulate', '--oncee')).code).toBe(2);
    expect((await run(home, 'simulate', '--port', 'x')).code).toBe(2);
  });
});

describe('when the world stays up', () => {
  let world: Command;
  let url: string;

  beforeAll(async () => {
    world = new Command(home, ['simulate', '--port', '0']);
    [, url = ''] = await world.prints(/stays up at (http:\S+);/);
  });

  it('answers the command line', async () => {
    const metrics = JSON.parse(await untilOk('metrics', '--json')) as { environment: string };
    expect(metrics.environment).toBe('simulated');
    expect(await untilOk('summary')).toContain('SIMULATED');
    expect(await untilOk('renew', '--ttl', '3600')).toContain('session ends');
    const quote = await run(home, 'quote', '--url', url, '--any-image', '--root', join(home, 'nsm-root.pem'));
    expect(quote.code).toBe(0);
  });

  it('issues a report that discloses only the chosen claims', async () => {
    const out = join(home, 'part.json');
    await untilOk('report', '--disclose', 'sharpeRatio', '--out', out);
    const { stdout } = await run(
      home,
      'verify',
      out,
      '--any-image',
      '--root',
      join(home, 'nsm-root.pem'),
      '--json',
    );
    const judged = JSON.parse(stdout) as Judged & { claims: { metrics: object } };
    expect(judged.verified).toBe(true);
    expect(Object.keys(judged.claims.metrics)).toEqual(['sharpeRatio']);
  });

  it('refuses a second world in its folder, and a reset of its folder', async () => {
    const other = await run(home, 'simulate', '--once', '--port', '0');
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toContain(
      `world_in_use: ${home} is in use by the simulation of process ${world.child.pid}`,
    );
    const reset = spawnSync('make', ['-s', 'reset'], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      env: { ...process.env, PERF_AGGREGATOR_HOME: home },
      encoding: 'utf8',
    });
    // The folder also holds files of this test. Each of the two is reason enough to refuse.
    expect(reset.status).not.toBe(0);
    expect(reset.stderr).toMatch(/world_(foreign|in_use): /);
    expect(await untilOk('summary')).toContain('SIMULATED');
  });

  it.each(['enclave', 'parent', 'internet'])('loses no session when the %s is killed', async (name) => {
    const before = JSON.parse(await untilOk('summary', '--json')) as { totalReturn: number };
    const pid = world.pidOf(name);
    process.kill(pid, 'SIGKILL');
    const after = JSON.parse(await untilOk('summary', '--json')) as { totalReturn: number };
    expect(after.totalReturn).toBe(before.totalReturn);
    expect(world.stderr).toContain(`${name} died; starting it again`);
    expect(world.pidOf(name)).not.toBe(pid);
  });

  it('at Ctrl-C ends, together with every process that it started', async () => {
    const children = world.children();
    expect(children.length).toBe(3);
    world.child.kill('SIGINT');
    expect((await world.finished).code).toBe(0);
    expect(children.filter(isAlive)).toEqual([]);
  });

  it('is unreachable afterwards, and the command line reports that', async () => {
    const { code, stderr } = await run(home, 'summary');
    expect(code).toBe(3);
    expect(stderr).toContain('service_unreachable');
  });
});
