/**
 * What one connection may do. Requests of a connection are answered one after the other (RFC 9112 §9.3.2), so that
 * pipelining gives a client no advantage. The connection is cut when its client does not read an answer or leaves.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bounds of one connection. */
export interface ConnectionLimits {
  /** How many requests may wait at once, including the one that is being answered. */
  readonly maxOutstanding: number;
  /** How long an answer may wait while its client reads none of it, ms. */
  readonly writeStallMs: number;
  /** How often a client that closed its half is probed, ms. It may be waiting, or gone. */
  readonly probeMs: number;
}

type Exchange = readonly [request: IncomingMessage, response: ServerResponse];

/** Callbacks for the acts of a client. */
export interface Told {
  /** The client sent more requests than a connection may have. */
  onOverflow(socket: Socket): void;
  /** The client left before it was answered. */
  onAbort(socket: Socket): void;
  /** Whether its source behaved so badly that nothing from it is accepted. */
  isUnwelcome(socket: Socket): boolean;
}

interface Line {
  current: ServerResponse | null;
  readonly waiting: Exchange[];
  /** Whether the connection was cut. Later requests are ignored. */
  isOver: boolean;
}

/** Answers the requests of every connection in order. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #begin: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #told: Told;
  readonly #lines = new WeakMap<Socket, Line>();

  /**
   * @param begin - answers a request
   * @param told - callbacks for bad conduct of clients
   */
  constructor(
    limits: ConnectionLimits,
    begin: (request: IncomingMessage, response: ServerResponse) => void,
    told: Told,
  ) {
    this.#limits = limits;
    this.#begin = begin;
    this.#told = told;
  }

  /** The answer that is being sent on a connection now. Null: none. */
  currentOf(socket: Socket): ServerResponse | null {
    return this.#lines.get(socket)?.current ?? null;
  }

  /** Accepts a request. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const line = this.#lineOf(request.socket);
    if (line.isOver) return;
    if (this.#told.isUnwelcome(request.socket)) this.#cut(line, request.socket);
    else if (!line.current) this.#start(line, request, response);
    else if (line.waiting.length + 1 < this.#limits.maxOutstanding) line.waiting.push([request, response]);
    else {
      // No well-behaved client does this.
      this.#told.onOverflow(request.socket);
      this.#cut(line, request.socket);
    }
  }

  /** Further requests of the connection are ignored. */
  #cut(line: Line, socket: Socket): void {
    line.isOver = true;
    socket.resetAndDestroy();
  }

  #lineOf(socket: Socket): Line {
    const known = this.#lines.get(socket);
    if (known) return known;
    const line: Line = { current: null, waiting: [], isOver: false };
    this.#lines.set(socket, line);
    socket.once('end', () => this.#probe(socket, line));
    return line;
  }

  #start(line: Line, request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    line.current = response;
    response.once('prefinish', () => {
      // Node checks whether any bytes were accepted meanwhile, before it emits the time-out.
      socket.setTimeout(this.#limits.writeStallMs);
    });
    response.once('close', () => {
      if (!response.writableEnded) this.#told.onAbort(socket);
      line.current = null;
      const next = line.waiting.shift();
      if (next && !socket.destroyed) this.#start(line, ...next);
    });
    this.#begin(request, response);
  }

  /**
   * A client that closed its half may still wait for its answer, or be gone. TCP shows no difference until something is
   * sent. An interim answer does no harm to a waiting client (RFC 9110 §15.2) and shows whether it is gone.
   */
  #probe(socket: Socket, line: Line): void {
    const probe = () => {
      const response = line.current;
      if (!response || socket.destroyed) {
        clearInterval(timer);
        return;
      }
      const isLate = response.req.httpVersion === '1.1' && !response.headersSent;
      if (isLate) response.writeProcessing();
    };
    const timer = setInterval(probe, this.#limits.probeMs);
    probe();
  }
}
