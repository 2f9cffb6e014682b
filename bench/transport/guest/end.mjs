// One end of a measurement, a process of its own: end.mjs ours|node-vsock. What it is asked over IPC is the name of one of
// PARTS with its arguments.
import { readdirSync } from 'node:fs';
import { setTimeout as rest } from 'node:timers/promises';
import { answer } from '../part.mjs';
import { countToEnd, longestTurn, nodeVsock, ours } from './connections.mjs';

const MIB = 1_048_576;
/** What the channel gives to a socket at once: a fragment. */
const PIECE = Buffer.alloc(262_144, 7);
const transport = process.argv[2] === 'ours' ? ours : nodeVsock;
const counts = [];

const PARTS = {
  /** Counts what comes, by connection. */
  sink: (port) =>
    transport.listen(port, (connection) => {
      const index = counts.push(0) - 1;
      connection.onData((part) => {
        counts[index] += part.length;
      });
    }),
  counted: () => counts,
  /** Waits for `bytes` in all: how long from the first to the last of them, ms. */
  async sinkOf(port, bytes) {
    let [came, first] = [0, 0];
    await new Promise((resolve) => {
      void transport.listen(port, (connection) =>
        connection.onData((part) => {
          if (came === 0) first = performance.now();
          came += part.length;
          if (came === bytes) resolve();
        }),
      );
    });
    return performance.now() - first;
  },
  /** Sends without end over `count` connections, or so many times. */
  async source(port, count, times) {
    const connections = await Promise.all(Array.from({ length: count }, () => transport.dial(port)));
    setImmediate(() => {
      for (const connection of connections) connection.pump(PIECE, times);
    });
  },

  echo: (port) => transport.listen(port, (connection) => connection.onData((part) => connection.write(part))),
  /** Round trips of 64 bytes, µs. */
  async ping(port, count) {
    const connection = await transport.dial(port);
    const message = Buffer.alloc(64, 1);
    const times = [];
    let started = 0;
    await new Promise((resolve) => {
      const send = () => {
        started = performance.now();
        connection.write(message);
      };
      connection.onData(() => {
        times.push((performance.now() - started) * 1000);
        if (times.length < count) send();
        else resolve();
      });
      send();
    });
    return times;
  },

  /** Takes connections and reads nothing for a while. */
  lazy: (port, ms) =>
    transport.listen(port, (connection) => {
      connection.pause();
      setTimeout(() => connection.resume(), ms);
    }),
  /** 1 MiB to a peer that does not read: the longest turn of this process, ms. */
  async writeToLazy(port, ms) {
    const connection = await transport.dial(port);
    return longestTurn(async () => {
      connection.write(Buffer.alloc(MIB));
      await rest(ms);
    });
  },

  /** Takes one connection, computes from the first byte on for `ms`, then goes on reading. */
  busyReader: (port, ms) =>
    transport.listen(port, (connection) => {
      let begun = false;
      connection.onData(() => {
        if (begun) return;
        begun = true;
        const until = performance.now() + ms;
        while (performance.now() < until);
      });
    }),
  /** Offers `bytes` for `ms`: how many were taken from this process. */
  async offer(port, bytes, ms) {
    const connection = await transport.dial(port);
    for (let sent = 0; sent < bytes; sent += PIECE.length) connection.write(PIECE);
    await rest(ms);
    return connection.taken();
  },

  /** Answers 1 MiB, `ms` after the other side has ended. */
  lateAnswer: (port, ms) =>
    transport.listen(port, async (connection) => {
      await countToEnd(connection);
      await rest(ms);
      connection.write(Buffer.alloc(MIB));
      connection.end();
    }),
  /** Asks, ends, and counts what is answered. */
  async askAndEnd(port) {
    const connection = await transport.dial(port);
    connection.write(Buffer.alloc(1000));
    connection.end();
    return Promise.race([countToEnd(connection), rest(10_000, -1)]);
  },

  idle: (port) => transport.listen(port, () => undefined),
  /** Threads that `count` connections add to this process. */
  async threads(port, count) {
    const tasks = () => readdirSync('/proc/self/task').length;
    const before = tasks();
    await Promise.all(Array.from({ length: count }, () => transport.dial(port)));
    await rest(500);
    return tasks() - before;
  },
};

answer(PARTS);
