/**
 * AF_VSOCK as real `net.Socket`s and `net.Server`s. The native part makes descriptors, and Node's own TCP handle does
 * the rest. The native part (shared/native/vsock.c) is beside this module where it was built: in images and in the
 * guest of the tests. Elsewhere vsock endpoints are refused.
 */
import { closeSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { TransportError, type TransportErrorCode } from '../wire/errors.ts';
import { type Endpoint, formatEndpoint } from './endpoint.ts';

type VsockEndpoint = Extract<Endpoint, { kind: 'vsock' }>;

/** The native part. Its errors have the name of errno as `code`. */
interface Native {
  bind(cid: number, port: number): number;
  connect(
    cid: number,
    port: number,
    timeoutMs: number,
    done: (error: Error | null, fd: number) => void,
  ): void;
}

/** Node's TCP handle (libuv's uv_tcp_t). It does not know what kind of socket it is opened on. */
interface TcpHandle {
  open(fd: number): number;
}

const SOCKET = 0;
const SERVER = 1;
/** Connections that wait to be accepted. AF_VSOCK resets further ones. The default is the kernel's own limit. */
const BACKLOG = 4096;

/**
 * Errors of a dial without a listener. Where TCP refuses, AF_VSOCK resets, or reports that there is no such machine.
 */
const DIAL_CODES: Readonly<Record<string, TransportErrorCode>> = {
  ETIMEDOUT: 'dial_timeout',
  EACCES: 'endpoint_denied',
  EPERM: 'endpoint_denied',
  EAFNOSUPPORT: 'endpoint_unsupported',
};
const LISTEN_CODES: Readonly<Record<string, TransportErrorCode>> = {
  EADDRINUSE: 'endpoint_in_use',
  EADDRNOTAVAIL: 'endpoint_not_local',
  EACCES: 'endpoint_denied',
  EPERM: 'endpoint_denied',
  EAFNOSUPPORT: 'endpoint_unsupported',
};
const HINTS: Partial<Record<TransportErrorCode, string>> = {
  endpoint_unsupported: 'the kernel has no AF_VSOCK: is the vsock module loaded?',
  endpoint_not_local: 'the CID is not one of this machine; 4294967295 stands for all of its own',
  endpoint_denied: 'ports below 1024 need CAP_NET_BIND_SERVICE',
  endpoint_in_use: 'somebody already listens there',
  dial_timeout: 'no answer: is the enclave running, and its CID the right one?',
  dial_failed: 'nobody listens there',
};

let native: Native | null | undefined;
let Tcp: (new (type: number) => TcpHandle) | undefined;

/** @throws TransportError `dial_failed`, `dial_timeout`, `endpoint_denied`, `endpoint_unsupported` */
export function dialVsock(
  endpoint: VsockEndpoint,
  options: { readonly timeoutMs: number },
): Promise<net.Socket> {
  const vsock = requireNative(endpoint);
  // The kernel would read 0 as its own default.
  const timeoutMs = Math.max(1, Math.ceil(options.timeoutMs));
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(toError(endpoint, cause, DIAL_CODES));
    try {
      vsock.connect(endpoint.cid, endpoint.port, timeoutMs, (error, fd) => {
        if (error === null) resolve(toSocket(fd));
        else fail(error);
      });
    } catch (cause) {
      fail(cause);
    }
  });
}

/** @throws TransportError `endpoint_in_use`, `endpoint_not_local`, `endpoint_denied`, `endpoint_unsupported` */
export async function listenVsock(server: net.Server, endpoint: VsockEndpoint): Promise<void> {
  const vsock = requireNative(endpoint);
  let handle: TcpHandle;
  try {
    handle = openHandle(SERVER, vsock.bind(endpoint.cid, endpoint.port));
  } catch (cause) {
    throw toError(endpoint, cause, LISTEN_CODES);
  }
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) => reject(toError(endpoint, cause, LISTEN_CODES));
    server.once('error', fail);
    server.listen(handle, BACKLOG, () => {
      server.removeListener('error', fail);
      resolve();
    });
  });
}

function toSocket(fd: number): net.Socket {
  // `handle` is not in Node's documentation. The tests in the guest check it with every supported Node.
  const options = { handle: openHandle(SOCKET, fd), readable: true, writable: true, allowHalfOpen: true };
  return new net.Socket(options as net.SocketConstructorOpts);
}

function openHandle(type: number, fd: number): TcpHandle {
  const handle = new (tcpHandle())(type);
  const status = handle.open(fd);
  if (status === 0) return handle;
  closeSync(fd);
  throw Object.assign(new Error('a descriptor cannot be opened'), { code: status });
}

/** Node reveals the class only through a listening server. This one listens until the next line. */
function tcpHandle(): new (type: number) => TcpHandle {
  if (Tcp !== undefined) return Tcp;
  const server = net.createServer().listen({ port: 0, exclusive: true });
  const { _handle } = server as unknown as { _handle: TcpHandle };
  server.close();
  Tcp = _handle.constructor as new (type: number) => TcpHandle;
  return Tcp;
}

function requireNative(endpoint: VsockEndpoint): Native {
  native ??= loadNative();
  if (native !== null) return native;
  throw new TransportError(
    'endpoint_unsupported',
    `${formatEndpoint(endpoint)}: this installation was built without AF_VSOCK`,
  );
}

function loadNative(): Native | null {
  const file = fileURLToPath(new URL('vsock.node', import.meta.url));
  return existsSync(file) ? (createRequire(import.meta.url)(file) as Native) : null;
}

function toError(
  endpoint: VsockEndpoint,
  cause: unknown,
  codes: Readonly<Record<string, TransportErrorCode>>,
): TransportError {
  const errno = String((cause as NodeJS.ErrnoException).code);
  const code = codes[errno] ?? 'dial_failed';
  return new TransportError(code, `${formatEndpoint(endpoint)}: ${HINTS[code]} (${errno})`, cause);
}
