/** Finds the operation of a request line, before any other work for the request. */
import { type Operation, routedOperations } from '@perf-aggregator/shared/wire/operations';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  routedOperations().map(([operation, { method, path }]) => [`${method} ${startOf(path)}`, operation]),
);

/** The operation that a request names. Null: there is none, or the router decides. */
export function operationOf(method: string, url: string): Operation | null {
  const asked = method === 'HEAD' ? 'GET' : method;
  return OPERATIONS.get(`${asked} ${startOf(url)}`) ?? null;
}

/** The first two parts of a path. They distinguish every route. */
function startOf(url: string): string {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  const third = path.indexOf('/', path.indexOf('/', 1) + 1);
  return third < 0 ? path : path.slice(0, third);
}
