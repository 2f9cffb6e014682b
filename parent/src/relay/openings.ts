/**
 * Sessions that an enclave is opening from their stored state. A state has up to 64 MiB. So when several requests
 * concern one session, one sends the state and the others wait until it is there.
 */
import type { EnclaveChannel } from '../enclaves/enclaves.ts';

export class Openings {
  readonly #openings = new WeakMap<EnclaveChannel, Map<string, Promise<unknown>>>();

  /**
   * The opening of `session` that is under way behind `channel`. The promise resolves at its end, after a success or a
   * failure.
   */
  underWay(channel: EnclaveChannel, session: string): Promise<unknown> | undefined {
    return this.#openings
      .get(channel)
      ?.get(session)
      ?.catch(() => undefined);
  }

  /** Runs `open` as the opening of `session`. Other requests wait for it. */
  async during<T>(channel: EnclaveChannel, session: string, open: () => Promise<T>): Promise<T> {
    const ofChannel = this.#openings.get(channel) ?? new Map<string, Promise<unknown>>();
    this.#openings.set(channel, ofChannel);
    const opening = open();
    ofChannel.set(session, opening);
    try {
      return await opening;
    } finally {
      if (ofChannel.get(session) === opening) ofChannel.delete(session);
    }
  }
}
