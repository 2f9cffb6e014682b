/** Endpoints of the connections between parent and enclave: `vsock://CID:PORT` or `unix:PATH`, parsed once. */
import { utf8 } from '../bytes.ts';
import { MAX_SOCKET_PATH_BYTES } from '../limits.ts';
import { TransportError } from '../wire/errors.ts';

/** Where to dial or listen. A vsock CID of 4294967295 (VMADDR_CID_ANY) is for listening only. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'vsock'; readonly cid: number; readonly port: number };

/**
 * Reads an endpoint.
 * @throws TransportError `endpoint_malformed`, or `endpoint_path_too_long` for a socket path over 100 bytes
 *   (Node truncates it silently and would listen elsewhere)
 */
export function parseEndpoint(text: string): Endpoint {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (!path.startsWith('/') || path.includes('\0')) {
      throw new TransportError('endpoint_malformed', `a unix endpoint needs an absolute path: ${text}`);
    }
    if (utf8(path).length > MAX_SOCKET_PATH_BYTES) {
      throw new TransportError(
        'endpoint_path_too_long',
        `the socket path has more than ${MAX_SOCKET_PATH_BYTES} bytes: ${path}`,
      );
    }
    return { kind: 'unix', path };
  }
  const match = /^vsock:\/\/(\d{1,10}):(\d{1,10})$/.exec(text);
  const cid = Number(match?.[1]);
  const port = Number(match?.[2]);
  if (!match || cid > 0xffff_ffff || port > 0xffff_ffff) {
    throw new TransportError('endpoint_malformed', `expected vsock://CID:PORT or unix:PATH, got ${text}`);
  }
  return { kind: 'vsock', cid, port };
}

/** The text that {@link parseEndpoint} reads. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === 'unix' ? `unix:${endpoint.path}` : `vsock://${endpoint.cid}:${endpoint.port}`;
}
