import { once } from 'node:events';
import net from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ask, CONNECT, proxyRig, turns } from './proxy-rig.ts';

const rig = proxyRig();
const logged = () => JSON.stringify(rig.told.events);

/** Waits until no byte is transferred any more. */
async function settled(): Promise<void> {
  let before = -1;
  for (let same = 0; same < 10; ) {
    await turns(20);
    const { bytesIn, bytesOut } = rig.proxy!.counts();
    same = bytesIn > 0 && bytesIn + bytesOut === before ? same + 1 : 0;
    before = bytesIn + bytesOut;
  }
}

describe('when the target is allowed', () => {
  it('it copies both ways and keeps a half-closed connection open for the reply', async () => {
    rig.onTarget = (socket) => {
      const received: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      socket.on('end', () => socket.end(Buffer.concat(received).toString().toUpperCase()));
    };
    const open = await rig.start();
    const reply = await ask(await open(), `${CONNECT}hello`);
    expect(reply).toBe('HTTP/1.1 200 Connection Established\r\n\r\nHELLO');
    expect(rig.proxy?.counts()).toMatchObject({ established: 1, bytesOut: 5, bytesIn: 5 });
  });

  it('it passes a large reply completely to a reader that starts late', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024, 'x');
    rig.onTarget = (socket) => {
      socket.resume();
      socket.end(large);
    };
    const open = await rig.start();
    const socket = await open();
    socket.pause();
    socket.write(CONNECT);
    await once(socket, 'readable');
    const reply = await text(socket);
    expect(reply.length).toBe(large.length + 'HTTP/1.1 200 Connection Established\r\n\r\n'.length);
    socket.destroy();
  });

  it('it keeps the order of bytes in both directions at once, for readers that start late', async () => {
    const pattern = (factor: number): Buffer =>
      Buffer.from(Uint32Array.from({ length: 1_000_000 }, (_, i) => Math.imul(i, factor)).buffer);
    const [question, answer] = [pattern(2_654_435_761), pattern(2_246_822_519)];
    let asked: Promise<Buffer> | undefined;
    let startReading = (): void => undefined;
    rig.onTarget = (socket) => {
      socket.pause();
      // Pieces of all sizes, so that buffers fill up within a piece.
      for (let at = 0, size = 1; at < answer.length; at += size, size = (size * 7) % 90_001) {
        socket.write(answer.subarray(at, at + size));
      }
      socket.end();
      startReading = () => {
        asked = buffer(socket);
      };
    };
    const open = await rig.start();
    const socket = await open();
    socket.pause();
    socket.write(CONNECT);
    socket.end(question);
    await settled();
    // Neither side reads: the proxy holds no more than its buffers and those of the kernel.
    expect(rig.proxy!.counts().bytesIn).toBeLessThan(1_000_000);
    startReading();
    const replied = (await buffer(socket)).subarray('HTTP/1.1 200 Connection Established\r\n\r\n'.length);
    expect(replied.equals(answer)).toBe(true);
    expect((await asked!).equals(question)).toBe(true);
    expect(rig.proxy?.counts()).toMatchObject({ bytesIn: answer.length, bytesOut: question.length });
  });

  it('it passes on the end of a client that ended before the target was reached', async () => {
    rig.onTarget = (socket) => {
      socket.resume();
      socket.once('end', () => socket.end('seen'));
    };
    const open = await rig.start({
      resolver: async (host) => {
        await turns(50);
        return rig.local(host);
      },
    });
    expect(await ask(await open(), CONNECT)).toMatch(/seen$/);
  });

  it('it keeps pieces that arrive while the connection to the target is being opened', async () => {
    const open = await rig.start({
      resolver: async (host) => {
        await turns(50);
        return rig.local(host);
      },
    });
    const socket = await open();
    socket.write(CONNECT);
    for (const piece of ['one ', 'two ', 'three']) {
      await turns(10);
      socket.write(piece);
    }
    socket.end();
    expect(await text(socket)).toMatch(/\r\n\r\none two three$/);
  });

  it('it tries every address until one answers', async () => {
    const dead = net.createServer().listen(0, '127.0.0.1');
    await once(dead, 'listening');
    const deadPort = (dead.address() as net.AddressInfo).port;
    await new Promise((resolve) => dead.close(resolve));
    const open = await rig.start({
      resolver: async (host) => [
        { address: '10.0.0.1', family: 4 },
        { address: '127.0.0.1', family: 4, trusted: true, port: deadPort },
        ...(await rig.local(host)),
      ],
    });
    expect(await ask(await open(), `${CONNECT}hi`)).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nhi$/s);
  });

  it('logs the target and never what was sent', async () => {
    const open = await rig.start();
    await ask(await open(), `${CONNECT}the payload`);
    expect(logged()).toContain('api.example.com');
    expect(logged()).not.toContain('the payload');
  });
});
