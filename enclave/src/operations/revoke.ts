/** `revoke`: ends a session. It needs no proof: a caller that can ask for it could also delete the stored session. */
import { Refusal } from '../errors.ts';
import { type Handler, ok } from './operation.ts';

export const revoke: Handler = (context, request) => {
  if (request.session === null || request.version === null) {
    throw new Refusal('session_unknown', 'no such session');
  }
  context.vault.forget(request.session);
  return Promise.resolve(ok(new Uint8Array(), null, true));
};
