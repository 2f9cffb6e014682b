/** `revoke`: ends a session. It needs no proof: whoever can ask for it could as well not store the session. */
import { Refusal } from '../errors.ts';
import { type Handler, ok } from './operation.ts';

export const revoke: Handler = (context, request) => {
  if (request.session === null || request.version === null) {
    throw new Refusal('session_unknown', 'no such session');
  }
  context.vault.forget(request.session);
  return Promise.resolve(ok(new Uint8Array(), null, true));
};
