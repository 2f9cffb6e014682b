import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { type Application, messagesOf } from '../../src/http/messages.ts';

let server: http.Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** The arguments of the listener in a server of `app`, and the answer to a client. */
async function call(app: Application) {
  const called: { request: object; response: object }[] = [];
  server = http.createServer(messagesOf(app));
  server.on('request', (request, response) => {
    called.push({
      request: Object.getPrototypeOf(request) as object,
      response: Object.getPrototypeOf(response) as object,
    });
    app(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/echo`;
  const init = { method: 'POST', body: 'whole', headers: { connection: 'close' } };
  const answer = await fetch(url, init);
  return { called, answer: await answer.text() };
}

describe('when an application listens', () => {
  it('its requests and responses have its prototypes before it gets them', async () => {
    const app = express();
    app.post('/echo', express.text({ type: () => true }), (request, response) => {
      response.type('text').send(`${String(request.body)} of ${request.path}`);
    });
    const { called, answer } = await call(app);
    expect(answer).toBe('whole of /echo');
    expect(called).toEqual([{ request: app.request, response: app.response }]);
    expect(called[0]?.request).toBe(app.request);
    expect(called[0]?.response).toBe(app.response);
  });

  it('a plain listener gets the prototypes of Node', async () => {
    const { called, answer } = await call((request, response) => {
      request.pipe(response);
    });
    expect(answer).toBe('whole');
    expect(called[0]?.request).toBe(http.IncomingMessage.prototype);
    expect(called[0]?.response).toBe(http.ServerResponse.prototype);
  });
});
