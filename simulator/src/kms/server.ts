/**
 * The simulated KMS over HTTP: AWS JSON 1.1, SigV4, real error forms. It is a request handler. The owner of the world
 * hosts it behind TLS under `kms.<region>.amazonaws.com`.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { concatBytes, fromUtf8 } from '@perf-aggregator/shared/bytes';
import type { Clock } from '@perf-aggregator/shared/clock';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Random } from '@perf-aggregator/shared/random';
import { AwsError } from './errors.ts';
import type { KmsKey } from './key.ts';
import { type Input, OPERATIONS, type Output } from './operations.ts';
import { type IssuedCredentials, verifySigV4 } from './sigv4.ts';

/** The inputs of a simulated KMS. The caller owns and stores `keys` and `credentials`. */
export interface KmsServerConfig {
  readonly region: string;
  readonly keys: readonly KmsKey[];
  /** Valid credentials by access key id. */
  readonly credentials: ReadonlyMap<string, IssuedCredentials>;
  /** DER of the root under which attestation documents must verify. */
  readonly nsmRoot: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
}

const MAX_BODY_BYTES = 64 * 1024;
const TARGET = /^TrentService\.([A-Za-z]+)$/;
const CONTENT_TYPE = 'application/x-amz-json-1.1';

/** The request handler of a simulated KMS. */
export function createKmsServer(config: KmsServerConfig): RequestListener {
  return (request, response) => {
    void answer(config, request).then(
      (output) => send(config, response, 200, output),
      (error: unknown) => sendError(config, response, error),
    );
  };
}

async function answer(config: KmsServerConfig, request: IncomingMessage): Promise<Output> {
  const body = await readBody(request);
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  const now = config.clock.now();
  const { credentials, region } = config;
  const signed = { method: request.method ?? '', path: request.url ?? '', headers, body };
  const caller = verifySigV4(signed, { credentials, region, now });
  const name = TARGET.exec(headers['x-amz-target'] ?? '')?.[1] ?? '';
  const operation = OPERATIONS.get(name);
  if (operation === undefined) throw new AwsError('UnknownOperationException', '');
  const { keys, nsmRoot, random } = config;
  return operation({ keys, caller, nsmRoot, now, random }, parseInput(body));
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new AwsError('ValidationException', 'The request is too long');
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}

function parseInput(body: Uint8Array): Input {
  try {
    const input: unknown = JSON.parse(fromUtf8(body));
    if (input !== null && typeof input === 'object' && !Array.isArray(input)) return input as Input;
  } catch {
    // The error comes below. AWS has one error for text that is not JSON and for JSON that is not an object.
  }
  throw new AwsError('SerializationException', 'Start of structure or map found where not expected.');
}

/** KMS answers 400 to every fault of the caller and 500 to its own faults. */
function sendError(config: KmsServerConfig, response: ServerResponse, error: unknown): void {
  if (error instanceof AwsError) {
    send(config, response, 400, { __type: error.awsName, message: error.message });
  } else {
    send(config, response, 500, { __type: 'KMSInternalException', message: 'the simulated KMS failed' });
  }
}

function send(config: KmsServerConfig, response: ServerResponse, status: number, output: Output): void {
  const body = JSON.stringify(output);
  response.sendDate = false;
  response.writeHead(status, {
    'content-type': CONTENT_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': encodeHex(config.random.bytes(16)),
    // The SDK corrects its clock by this one.
    date: new Date(config.clock.now()).toUTCString(),
  });
  response.end(body);
}
