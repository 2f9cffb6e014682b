// Numbers of repeated measurements, and how they are printed.
import os from 'node:os';

/** Nearest rank below: `sorted` is ascending, `p` 0..1. */
export function quantile(sorted, p) {
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}

/** The middle one. */
export function median(values) {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** Smallest, middle and largest. */
export function spread(values) {
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}

/** A Markdown table. */
export function printTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'));
}

/** CPU time of the whole machine so far, µs, all cores together. */
export function machineCpu() {
  return os
    .cpus()
    .reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) * 1_000, 0);
}

/** One line about where this runs. */
export function machine() {
  const [cpu] = os.cpus();
  return `Node ${process.versions.node}, ${os.cpus().length} cores (${cpu?.model.trim()}), load ${os.loadavg()[0].toFixed(2)}`;
}
