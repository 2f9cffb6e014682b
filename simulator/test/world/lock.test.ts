import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorldError } from '../../src/world/files.ts';
import { type Holder, isLockName, lockWorld, type Processes, systemProcesses } from '../../src/world/lock.ts';

let folder: string;
/** Ids of living processes. */
let living: Set<number>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pa-lock-'));
  living = new Set();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The processes as process `pid` sees them. `looking` is called whenever it checks a holder. */
function as(pid: number, looking: () => void = () => undefined): Processes {
  living.add(pid);
  return {
    self: { pid, started: `s${pid}` },
    isAlive: ({ pid: other, started }) => {
      const alive = living.has(other) && started === `s${other}`;
      looking();
      return alive;
    },
  };
}

function refusal(processes: Processes): WorldError {
  try {
    lockWorld(folder, processes);
  } catch (error) {
    expect(error).toBeInstanceOf(WorldError);
    return error as WorldError;
  }
  throw new Error('the folder was given away twice');
}

const holder = () => {
  const [name, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return JSON.parse(readFileSync(join(folder, name!), 'utf8')) as Holder;
};

describe('when a folder is locked', () => {
  it('no other process gets it while the holder lives, and the refusal names the holder', () => {
    lockWorld(folder, as(1));
    const refused = refusal(as(2));
    expect(refused.code).toBe('world_in_use');
    expect(refused.message).toContain(`${folder} is in use by the simulation of process 1;`);
    expect(refusal(as(1)).code).toBe('world_in_use');
    expect(holder()).toEqual({ pid: 1, started: 's1' });
  });

  it('another process gets it after a release, or after the holder has ended', () => {
    lockWorld(folder, as(1))();
    lockWorld(folder, as(2));
    expect(holder().pid).toBe(2);
    living.delete(2);
    lockWorld(folder, as(3));
    expect(holder().pid).toBe(3);
  });

  it('another process gets it if the id of the holder now belongs to a different process', () => {
    lockWorld(folder, { ...as(1), self: { pid: 1, started: 'long ago' } });
    lockWorld(folder, as(2));
    expect(holder().pid).toBe(2);
  });

  it.each(['', '{', 'null', '{"pid":"1","started":"s1"}', '{"pid":1}'])(
    'a lock with the content %j has no holder',
    (text) => {
      living.add(1);
      writeFileSync(join(folder, 'lock-7.json'), text);
      lockWorld(folder, as(2));
      expect(readdirSync(folder)).toEqual(['lock-8.json']);
    },
  );

  it('other files in the folder stay', () => {
    const others = ['lock.json', 'lock-x.json', 'lock-1.txt', 'block-1.json', 'nsm.json'];
    for (const name of others) writeFileSync(join(folder, name), 'mine');
    lockWorld(folder, as(1));
    expect(readdirSync(folder).sort()).toEqual([...others, 'lock-1.json'].sort());
    expect(others.filter(isLockName)).toEqual([]);
    expect(['lock-1.json', 'lock-12.json.345.new'].filter(isLockName)).toHaveLength(2);
  });
});

describe('when a folder cannot be released', () => {
  it('the release reports nothing, and the folder is free when the process ends', () => {
    const release = lockWorld(folder, as(1));
    mkdirSync(join(folder, `lock-1.json.${process.pid}.new`));
    release();
    expect(refusal(as(2)).code).toBe('world_in_use');
    rmdirSync(join(folder, `lock-1.json.${process.pid}.new`));
    living.delete(1);
    lockWorld(folder, as(2));
    expect(holder().pid).toBe(2);
  });
});

describe('when two processes want a folder at the same time', () => {
  it('a process is refused if another one locks the folder between its check and its lock', () => {
    let isFirst = true;
    const slow = as(1, () => {
      if (isFirst) lockWorld(folder, as(2));
      isFirst = false;
    });
    expect(refusal(slow).message).toContain('process 2');
    expect(holder().pid).toBe(2);
  });

  it('the same holds for a lock left by a dead process', () => {
    lockWorld(folder, as(9));
    living.delete(9);
    let isFirst = true;
    const slow = as(1, () => {
      if (isFirst) lockWorld(folder, as(2));
      isFirst = false;
    });
    expect(refusal(slow).message).toContain('process 2');
    expect(holder().pid).toBe(2);
  });

  it('a slow process is refused while another holds the folder, even if a lock number is free again', () => {
    let isFirst = true;
    const slow = as(1, () => {
      if (!isFirst) return;
      isFirst = false;
      lockWorld(folder, as(2))();
      lockWorld(folder, as(3));
    });
    expect(refusal(slow).message).toContain('process 3');
    expect(holder().pid).toBe(3);
  });

  it('a slow process gets the folder if all others have released it', () => {
    let isFirst = true;
    const slow = as(1, () => {
      if (!isFirst) return;
      isFirst = false;
      lockWorld(folder, as(2))();
      lockWorld(folder, as(3))();
    });
    lockWorld(folder, slow);
    expect(holder().pid).toBe(1);
  });
});

describe('when the system is asked about processes', () => {
  it('this process lives; one with another start time, or without a process, does not', () => {
    const processes = systemProcesses();
    const { self } = processes;
    expect(self.pid).toBe(process.pid);
    expect(processes.isAlive(self)).toBe(true);
    expect(processes.isAlive({ ...self, started: `${self.started}1` })).toBe(false);
    expect(processes.isAlive({ pid: 0, started: '' })).toBe(false);
    expect(processes.isAlive({ pid: 2 ** 22 + 1, started: '' })).toBe(false);
  });
});
