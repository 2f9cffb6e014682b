// The venue: a question is nine bytes, a letter and a count. `i` is answered by that many bytes, `o` is followed by that
// many bytes and answered by one, `e` is answered by itself and keeps the connection open.
import { once } from 'node:events';
import net from 'node:net';
import { answer } from '../part.mjs';

const PIECE = Buffer.alloc(262_144, 7);

function send(socket, bytes) {
  let left = bytes;
  const fill = () => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!socket.write(piece)) return;
    }
    socket.off('drain', fill);
    socket.end();
  };
  socket.on('drain', fill);
  fill();
}

function serve(socket) {
  let awaited = -1;
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    if (awaited < 0) {
      const [letter, count] = [bytes.toString('latin1', 0, 1), bytes.readDoubleLE(1)];
      if (letter === 'i') send(socket, count);
      if (letter === 'e') socket.write('e');
      awaited = letter === 'o' ? count + 9 : Number.POSITIVE_INFINITY;
    }
    awaited -= bytes.length;
    if (awaited === 0) socket.end('k');
  });
  socket.on('end', () => socket.end());
}

answer({
  async serve() {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true }, serve);
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
    await once(server, 'listening');
    return server.address().port;
  },
});
