/** Waiting for a service that is not there, or says 503. */
import { ClientError, ServiceError } from '@perf-aggregator/client';

/** The answer of `work` once the service is back: it says 503 and when to ask again until then. */
export async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const isUp = error instanceof ServiceError && error.status !== 503;
      // A kept connection that the service closed when it stopped: nothing was sent to anybody.
      const isGone = error instanceof ClientError && error.code === 'service_unreachable';
      if (isUp || !(isGone || error instanceof ServiceError) || tries > 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
