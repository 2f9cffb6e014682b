/**
 * What one connection may do. Requests of a connection are answered one after the other (RFC 9112 §9.3.2), so that one
 * that pipelines gets no more than one that waits; whoever does not read an answer, or goes away, is let go of.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bounds of one connection. */
export interface ConnectionLimits {
  /** Requests that may be there at once, the one that is being answered among them. */
  readonly maxOutstanding: number;
  /** How long an answer may lie without its reader taking any of it, ms. */
  readonly writeStallMs: number;
  /** How often a client that closed its half is probed, ms: it waits, or it is gone. */
  readonly probeMs: number;
}

type Exchange = readonly [request: IncomingMessage, response: ServerResponse];

/** Whom to tell what a client did. */
export interface Told {
  /** It sent more requests than a connection may have. */
  onOverflow(socket: Socket): void;
  /** It went away before it was answered. */
  onAbort(socket: Socket): void;
  /** Whether its source has behaved so badly that nothing of it is taken. */
  isUnwelcome(socket: Socket): boolean;
}

interface Line {
  current: ServerResponse | null;
  readonly waiting: Exchange[];
  /** The connection was cut: what comes after is not looked at. */
  isOver: boolean;
}

/** Keeps the requests of every connection in line. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #begin: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #told: Told;
  readonly #lines = new WeakMap<Socket, Line>();

  /**
   * @param begin - answers a request
   * @param told - what clients do that they should not
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

  /** The answer that is being given on a connection now; null: none. */
  currentOf(socket: Socket): ServerResponse | null {
    return this.#lines.get(socket)?.current ?? null;
  }

  /** Takes a request in. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const line = this.#lineOf(request.socket);
    if (line.isOver) return;
    if (this.#told.isUnwelcome(request.socket)) this.#cut(line, request.socket);
    else if (!line.current) this.#start(line, request, response);
    else if (line.waiting.length + 1 < this.#limits.maxOutstanding) line.waiting.push([request, response]);
    else {
      // No client of good will does this.
      this.#told.onOverflow(request.socket);
      this.#cut(line, request.socket);
    }
  }

  /** Whatever else it sent is not looked at. */
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
      // Node looks whether anything was taken meanwhile before it calls it a time-out.
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
   * A client that closed its half may still wait for its answer, or be gone: TCP says the same of both until something
   * is sent to it. An interim answer does no harm to the one (RFC 9110 §15.2) and shows the other.
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
