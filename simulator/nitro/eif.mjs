// Writes an enclave image file (version 4, unsigned): writeEif(OUT, {kernel, cmdline, ramdisks}), as AWS's eif_build lays it
// out: a header of 548 bytes, then sections with headers of 12, all numbers big-endian.
import { writeFileSync } from 'node:fs';
import { Crc32 } from '../../attestation/dist/eif/crc32.js';

const HEADER = 548;
const MAX_SECTIONS = 32;
const KERNEL = 1;
const CMDLINE = 2;
const RAMDISK = 3;
const METADATA = 5;
const MEMORY = 1n << 30n;
const CPUS = 2n;

/** What the format demands to be there, and nobody measures. */
const ABOUT = {
  ImageName: 'perf-aggregator',
  ImageVersion: '0',
  BuildMetadata: {
    BuildTime: '1970-01-01T00:00:00+00:00',
    BuildTool: 'simulator/nitro',
    BuildToolVersion: '0',
    OperatingSystem: 'Linux',
    KernelVersion: '0',
  },
  DockerInfo: {},
};

export function writeEif(out, { kernel, cmdline, ramdisks }) {
  const sections = [
    [KERNEL, kernel],
    [CMDLINE, Buffer.from(cmdline)],
    [METADATA, Buffer.from(JSON.stringify(ABOUT))],
    ...ramdisks.map((ramdisk) => [RAMDISK, ramdisk]),
  ];
  const header = Buffer.alloc(HEADER);
  header.write('.eif', 0, 'latin1');
  header.writeUInt16BE(4, 4);
  header.writeBigUInt64BE(MEMORY, 8);
  header.writeBigUInt64BE(CPUS, 16);
  header.writeUInt16BE(sections.length, 26);
  const parts = [];
  let at = HEADER;
  for (const [index, [type, bytes]] of sections.entries()) {
    header.writeBigUInt64BE(BigInt(at), 28 + 8 * index);
    header.writeBigUInt64BE(BigInt(bytes.length), 28 + 8 * (MAX_SECTIONS + index));
    const head = Buffer.alloc(12);
    head.writeUInt16BE(type, 0);
    head.writeBigUInt64BE(BigInt(bytes.length), 4);
    parts.push(head, bytes);
    at += head.length + bytes.length;
  }
  const crc = new Crc32();
  for (const piece of [header.subarray(0, HEADER - 4), ...parts]) crc.update(piece);
  header.writeUInt32BE(crc.value, HEADER - 4);
  writeFileSync(out, Buffer.concat([header, ...parts]));
}
