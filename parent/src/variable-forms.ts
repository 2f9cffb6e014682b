/** Forms of environment variables: text in, value out, and a fault in words that an operator can follow. */
import { type Endpoint, formatEndpoint, parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';

/** Any text. */
export const text = z.string();

/** A host, and the port of it that may be dialled. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Text that `isSound` accepts; `form` says how it should look. */
export function shaped(isSound: (value: string) => boolean, form: string) {
  const fault = (value: unknown) => `${form}, not "${typeof value === 'string' ? value : ''}"`;
  return z
    .string({ error: ({ input }) => fault(input) })
    .refine((value) => isSound(value), { error: ({ input }) => fault(input) });
}

/** One of the values that are listed. */
export function oneOf(values: readonly string[]) {
  return shaped((value) => values.includes(value), `one of ${values.join(', ')}`);
}

/** A whole number in decimal digits, `min` to `max`. */
export function whole(min: number, max: number) {
  return text
    .refine((value) => /^\d{1,12}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: ({ input }) => wholeFault(min, max, input),
    })
    .transform(Number);
}

/** What is said of a value that is no whole number from `min` to `max`. */
export function wholeFault(min: number, max: number, value: unknown): string {
  return `a whole number from ${min} to ${max}, not "${String(value)}"`;
}

/** More than any deployment has ways out. */
const MAX_ADDRESSES = 16;
const ENDPOINT_FORM = 'missing: vsock://CID:PORT or unix:PATH';
const HOSTS_FORM = 'missing: host:port,host:port,…';

/** Where somebody listens. */
export const endpoint = z
  .string({ error: ENDPOINT_FORM })
  .transform((value, context) => readEndpoint(value, context) ?? z.NEVER);

/** Where several listen, with commas between. */
export const endpoints = z.string({ error: ENDPOINT_FORM }).transform((value, context) => {
  const read = value.split(',').flatMap((item) => readEndpoint(item.trim(), context) ?? []);
  if (new Set(read.map(formatEndpoint)).size < read.length) context.addIssue('names an endpoint twice');
  return read;
});

/** Hosts with their ports, with commas between. */
export const hosts = z.string({ error: HOSTS_FORM }).transform((value, context): HostPort[] => {
  const items = value.split(',').filter(Boolean);
  if (items.length === 0) context.addIssue(HOSTS_FORM);
  return items.flatMap((item) => {
    const match = /^([a-z0-9.-]+):(\d{1,5})$/.exec(item.trim());
    const port = Number(match?.[2]);
    if (match && port >= 1 && port <= 65_535) return [{ host: match[1]!, port }];
    context.addIssue(`"${item}" is not host:port`);
    return [];
  });
});

/** Addresses and networks (CIDR), with commas between; none in an empty text. */
export const networks = listed(isNetwork, 'an address or a network, as 10.0.0.0/8');

/** Web origins (RFC 6454 §6.2), with commas between, or `*`; none in an empty text. */
export const origins = listed(
  (item) => item === '*' || (URL.canParse(item) && new URL(item).origin === item),
  'an origin, as https://app.example.com, or *',
);

function listed(isSound: (item: string) => boolean, form: string) {
  return text.transform((value, context): string[] => {
    const items = value.split(',').map((item) => item.trim());
    return items.filter(Boolean).filter((item) => {
      if (isSound(item)) return true;
      context.addIssue(`"${item}" is not ${form}`);
      return false;
    });
  });
}

function isNetwork(item: string): boolean {
  if (!item.includes('/')) return ipaddr.isValid(item);
  try {
    ipaddr.parseCIDR(item);
    return true;
  } catch {
    return false;
  }
}
/** One IP address, without a zone. */
const address = z.union([z.ipv4(), z.ipv6()]);

/** IP addresses with commas between. */
export const addresses = z.string().transform((value, context): string[] => {
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  const wrong = items.find((item) => !address.safeParse(item).success);
  if (wrong !== undefined) context.addIssue(`"${wrong}" is not an IP address`);
  if (items.length > MAX_ADDRESSES) context.addIssue(`more than ${MAX_ADDRESSES} addresses`);
  if (new Set(items).size < items.length) context.addIssue('names an address twice');
  return items;
});

function readEndpoint(value: string, context: { addIssue(fault: string): void }): Endpoint | null {
  try {
    return parseEndpoint(value);
  } catch (error) {
    context.addIssue(value ? (error as Error).message : ENDPOINT_FORM);
    return null;
  }
}
