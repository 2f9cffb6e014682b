/**
 * Requests and responses that are born with an application's prototypes. Express sets these on every pair, and V8
 * forgets what it knows of an object whose prototype changes: two thirds of the time of a request went there.
 * Setting a prototype that is there already changes nothing.
 */
import http, { type RequestListener, type ServerOptions } from 'node:http';

/** A listener; an express application brings prototypes for what it is called with. */
export type Application = RequestListener & { readonly request?: object; readonly response?: object };

/** Options of `http.createServer` for a server whose only listener is `app`. */
export function messagesOf(app: Application): Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> {
  return {
    IncomingMessage: app.request ? bornWith(app.request, http.IncomingMessage) : http.IncomingMessage,
    ServerResponse: app.response ? bornWith(app.response, http.ServerResponse) : http.ServerResponse,
  };
}

/** `base`, but what it makes has `prototype`, which inherits from its own. */
function bornWith<T extends typeof http.IncomingMessage | typeof http.ServerResponse>(
  prototype: object,
  base: T,
): T {
  // Node's own constructors are functions, not classes; Reflect.construct would do too, a hundred times slower.
  const initialise = base as unknown as (this: object, ...given: unknown[]) => void;
  function Born(this: object, ...given: unknown[]): void {
    initialise.apply(this, given);
  }
  Born.prototype = prototype;
  return Born as unknown as T;
}
