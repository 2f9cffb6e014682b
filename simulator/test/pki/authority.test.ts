import { X509Certificate } from 'node:crypto';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority, issueServerCertificate, type PemPair } from '../../src/pki/authority.ts';

function request(port: number, ca: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, ca, servername: host, agent: false };
    get(options, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    }).on('error', reject);
  });
}

async function serve(pair: PemPair): Promise<number> {
  const server = createServer({ key: pair.keyPem, cert: pair.certPem }, (_, response) =>
    response.end('hello'),
  );
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('when an authority issues a server certificate', () => {
  it('node:https serves each of its host names to clients that trust the authority', async () => {
    const authority = await createAuthority('test');
    const port = await serve(await issueServerCertificate(authority, ['api.binance.com', 'a.example']));
    expect(await request(port, authority.certPem, 'api.binance.com')).toBe('hello');
    expect(await request(port, authority.certPem, 'a.example')).toBe('hello');
    await expect(request(port, authority.certPem, 'b.example')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('clients of another authority refuse it', async () => {
    const authority = await createAuthority('test');
    const other = await createAuthority('test');
    const port = await serve(await issueServerCertificate(authority, ['a.example']));
    await expect(request(port, other.certPem, 'a.example')).rejects.toThrow(/certificate|signature/);
  });

  it('it is not an authority itself, and is valid as long as the simulator needs it', async () => {
    const authority = await createAuthority('test');
    const issued = new X509Certificate((await issueServerCertificate(authority, ['a.example'])).certPem);
    expect(issued.ca).toBe(false);
    expect(issued.checkIssued(new X509Certificate(authority.certPem))).toBe(true);
    expect(new Date(issued.validTo).getUTCFullYear()).toBe(2049);
  });
});
