/**
 * An `https.Agent` whose connections go through the parent's proxy. Its TLS ends here, so that the parent sees host
 * names and sizes and nothing else. Any library that accepts an agent (ccxt's transport, the AWS SDK) can use it
 * unchanged.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { ClientRequestArgs } from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { callbackify } from 'node:util';
import { openTunnel, type TunnelRoute } from './connect.ts';
import { EgressError } from './errors.ts';

/** How {@link TunnelAgent} reaches hosts, and which certificates and keys it trusts. */
export interface TunnelAgentConfig extends TunnelRoute {
  /** CA certificates, PEM; the platform's own are not trusted. */
  readonly caBundle: string;
  /** Pinned keys by host: SHA-256 of SubjectPublicKeyInfo, base64. A host without pins needs the CA only. */
  readonly pins: Readonly<Record<string, readonly string[]>>;
  /** Connections open at once, busy and idle together. */
  readonly maxSockets: number;
  /** How long an idle connection is kept, ms. */
  readonly idleTimeoutMs: number;
}

/** Keep-alive HTTPS agent through the egress proxy. Failures reach the request's `error` as EgressError. */
export class TunnelAgent extends https.Agent {
  readonly #config: TunnelAgentConfig;
  #open = 0;

  constructor(config: TunnelAgentConfig) {
    super({ keepAlive: true, maxCachedSessions: 0, timeout: config.idleTimeoutMs });
    this.#config = config;
  }

  /** Connections that are open or opening. */
  get openSockets(): number {
    return this.#open;
  }

  /**
   * Opens a connection. `http.Agent` does not count connections that are still opening, so the bound is kept here. At
   * the bound, an idle connection is closed to make room. Without an idle connection the request is refused.
   */
  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    if (callback) callbackify(() => this.#connect(options))(callback);
    return undefined;
  }

  async #connect(options: ClientRequestArgs): Promise<tls.TLSSocket> {
    const host = options.host ?? '';
    const port = Number(options.port ?? 443);
    if (this.#open >= this.#config.maxSockets && !this.#evictIdle()) {
      throw new EgressError('egress_overloaded', `more than ${this.#config.maxSockets} connections at once`);
    }
    this.#open += 1;
    let socket: net.Socket | undefined;
    try {
      socket = await openTunnel(this.#config, host, port);
      const secured = await this.#secure(socket, host);
      secured.once('close', () => {
        this.#open -= 1;
      });
      return secured;
    } catch (error) {
      this.#open -= 1;
      socket?.destroy();
      throw error;
    }
  }

  #evictIdle(): boolean {
    for (const idle of Object.values(this.freeSockets)) {
      const oldest = idle?.[0];
      if (oldest) {
        oldest.destroy();
        return true;
      }
    }
    return false;
  }

  #secure(socket: net.Socket, host: string): Promise<tls.TLSSocket> {
    const { caBundle, pins, connectTimeoutMs } = this.#config;
    return new Promise((resolve, reject) => {
      const secured = tls.connect({
        socket,
        servername: host,
        ca: caBundle,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: true,
        checkServerIdentity: (name, certificate) =>
          tls.checkServerIdentity(name, certificate) ?? checkPins(host, certificate.raw, pins[host]),
      });
      const fail = (error: EgressError): void => {
        clearTimeout(timer);
        secured.destroy();
        reject(error);
      };
      const timer = setTimeout(
        () => fail(new EgressError('egress_timeout', `no TLS with ${host} in time`)),
        connectTimeoutMs,
      );
      const onError = (cause: Error): void => fail(tlsError(host, cause));
      secured.once('error', onError);
      secured.once('secureConnect', () => {
        clearTimeout(timer);
        secured.off('error', onError);
        // The tunnel is half-open, so that all bytes arrive. HTTP is not: an idle connection must close when its venue
        // has gone. Otherwise the next request would wait on it for ever.
        secured.allowHalfOpen = false;
        resolve(secured);
      });
    });
  }
}

/** SHA-256 of the certificate's SubjectPublicKeyInfo, base64. `pins` hold this value (RFC 7469 §2.4). */
export function spkiPin(certificateDer: Uint8Array): string {
  const spki = new X509Certificate(certificateDer).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

function checkPins(
  host: string,
  certificateDer: Uint8Array,
  pins: readonly string[] | undefined,
): Error | undefined {
  if (pins === undefined || pins.length === 0 || pins.includes(spkiPin(certificateDer))) return undefined;
  return new EgressError('egress_pin_mismatch', `the key of ${host} is not one of those pinned for it`);
}

/** The connection was lost before any answer came that could be refused. */
const BROKEN = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);

function tlsError(host: string, cause: NodeJS.ErrnoException): EgressError {
  if (cause instanceof EgressError) return cause;
  if (cause.code !== undefined && BROKEN.has(cause.code)) {
    return new EgressError(
      'egress_unreachable',
      `the connection broke before there was TLS with ${host}`,
      cause,
    );
  }
  return new EgressError('egress_tls', `TLS with ${host} failed`, cause);
}
