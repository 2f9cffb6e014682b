/** Facts of the kernel about another process of ours: its memory and its ports (proc(5)). */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';

/** All memory that a process can write to and has written: heap, stacks, buffers. Mapped files are left out. */
export function writableMemory(pid: number): Buffer {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n');
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    return Buffer.concat(maps.filter((line) => / rw-p .* 0 *(\[(heap|stack)\])?$/.test(line)).map(read));
  } finally {
    closeSync(memory);
  }

  function read(line: string): Buffer {
    const [from = 0, to = 0] = line
      .split(' ')[0]!
      .split('-')
      .map((hex) => Number.parseInt(hex, 16));
    const region = Buffer.alloc(to - from);
    try {
      return region.subarray(0, readSync(memory, region, 0, region.length, from));
    } catch {
      // The process released the memory during the read.
      return Buffer.alloc(0);
    }
  }
}

/** TCP ports on which a process listens. */
export function listeningPorts(pid: number): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6']
    .flatMap((family) => readFileSync(`/proc/${pid}/net/${family}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode!))
    .map(([, local]) => Number.parseInt(local!.split(':')[1]!, 16));
}
