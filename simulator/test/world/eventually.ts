/** Waiting for a service that is absent or answers 503. */
import { ClientError, ServiceError } from '@perf-aggregator/client';

/** Repeats `work` until the service is back, at the times that its 503 answers give. @returns the answer of `work` */
export async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const isUp = error instanceof ServiceError && error.status !== 503;
      // A kept connection that the service closed when it stopped. The request reached nobody.
      const isGone = error instanceof ClientError && error.code === 'service_unreachable';
      if (isUp || !(isGone || error instanceof ServiceError) || tries > 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
