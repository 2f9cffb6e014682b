/**
 * Makes requests and responses with an application's prototypes. Express sets these on every pair. V8 drops its
 * optimisations of an object whose prototype changes, which cost two thirds of the time of a request. Setting the
 * prototype that is already there changes nothing.
 */
import http, { type RequestListener, type ServerOptions } from 'node:http';

/** A listener. An express application has prototypes for its requests and responses. */
export type Application = RequestListener & { readonly request?: object; readonly response?: object };

/** Options of `http.createServer` for a server whose only listener is `app`. */
export function messagesOf(app: Application): Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> {
  return {
    IncomingMessage: app.request ? bornWith(app.request, http.IncomingMessage) : http.IncomingMessage,
    ServerResponse: app.response ? bornWith(app.response, http.ServerResponse) : http.ServerResponse,
  };
}

/** A class like `base`. Its objects have `prototype`, which inherits from the prototype of `base`. */
function bornWith<T extends typeof http.IncomingMessage | typeof http.ServerResponse>(
  prototype: object,
  base: T,
): T {
  // Node's own constructors are functions and not classes. Reflect.construct would work too, but a hundred times
  // slower.
  const initialise = base as unknown as (this: object, ...given: unknown[]) => void;
  function Born(this: object, ...given: unknown[]): void {
    initialise.apply(this, given);
  }
  Born.prototype = prototype;
  return Born as unknown as T;
}
