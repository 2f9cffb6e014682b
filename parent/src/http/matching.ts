/** What a request line asks for, told before anything else is done for it. */
import { type Operation, routedOperations } from '@perf-aggregator/shared/wire/operations';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  routedOperations().map(([operation, { method, path }]) => [`${method} ${startOf(path)}`, operation]),
);

/** The operation that a request means; null: none, or it is left to the router to say. */
export function operationOf(method: string, url: string): Operation | null {
  const asked = method === 'HEAD' ? 'GET' : method;
  return OPERATIONS.get(`${asked} ${startOf(url)}`) ?? null;
}

/** The first two parts of a path: no route needs more to be told from the others. */
function startOf(url: string): string {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  const third = path.indexOf('/', path.indexOf('/', 1) + 1);
  return third < 0 ? path : path.slice(0, third);
}
