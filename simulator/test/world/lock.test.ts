import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorldError } from '../../src/world/files.ts';
import { type Holder, isLockName, lockWorld, type Processes, systemProcesses } from '../../src/world/lock.ts';

let folder: string;
/** Process ids that live. */
let living: Set<number>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pa-lock-'));
  living = new Set();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The processes as one of them sees them; `looking` is called whenever it looks at a holder. */
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

describe('when a folder is taken', () => {
  it('nobody else gets it while the process lives, and the refusal names it', () => {
    lockWorld(folder, as(1));
    const refused = refusal(as(2));
    expect(refused.code).toBe('world_in_use');
    expect(refused.message).toContain(`${folder} is in use by the simulation of process 1;`);
    expect(refusal(as(1)).code).toBe('world_in_use');
    expect(holder()).toEqual({ pid: 1, started: 's1' });
  });

  it('somebody else gets it when it was let go, or when the process has ended', () => {
    lockWorld(folder, as(1))();
    lockWorld(folder, as(2));
    expect(holder().pid).toBe(2);
    living.delete(2);
    lockWorld(folder, as(3));
    expect(holder().pid).toBe(3);
  });

  it('and when another process has its number by now', () => {
    lockWorld(folder, { ...as(1), self: { pid: 1, started: 'long ago' } });
    lockWorld(folder, as(2));
    expect(holder().pid).toBe(2);
  });

  it.each(['', '{', 'null', '{"pid":"1","started":"s1"}', '{"pid":1}'])(
    'a lock that says %j is nobody’s',
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

describe('when a folder cannot be given back', () => {
  it('nobody is told: the end of the process gives it back', () => {
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

describe('when two race for a folder', () => {
  it('one gets it that another took between its look and its grasp', () => {
    let isFirst = true;
    const slow = as(1, () => {
      if (isFirst) lockWorld(folder, as(2));
      isFirst = false;
    });
    expect(refusal(slow).message).toContain('process 2');
    expect(holder().pid).toBe(2);
  });

  it('so it is for a lock that is left by the dead', () => {
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

  it('one that slept while others came and went has nothing, although its number is free again', () => {
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

  it('it gets the folder after all where they are gone again', () => {
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

describe('when the system is asked for processes', () => {
  it('this one lives, one that began at another time does not, nor does nobody', () => {
    const processes = systemProcesses();
    const { self } = processes;
    expect(self.pid).toBe(process.pid);
    expect(processes.isAlive(self)).toBe(true);
    expect(processes.isAlive({ ...self, started: `${self.started}1` })).toBe(false);
    expect(processes.isAlive({ pid: 0, started: '' })).toBe(false);
    expect(processes.isAlive({ pid: 2 ** 22 + 1, started: '' })).toBe(false);
  });
});
