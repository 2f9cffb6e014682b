/** Forms of environment variables: text in, value out. A fault is described in words that an operator can act on. */
import { type Endpoint, formatEndpoint, parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';

/** Any text. */
export const text = z.string();

/** A host, and the port that may be dialled on it. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Text that `isSound` accepts. `form` describes the right form. */
export function shaped(isSound: (value: string) => boolean, form: string) {
  const fault = (value: unknown) => `${form}, not "${typeof value === 'string' ? value : ''}"`;
  return z
    .string({ error: ({ input }) => fault(input) })
    .refine((value) => isSound(value), { error: ({ input }) => fault(input) });
}

/** One of the listed values. */
export function oneOf(values: readonly string[]) {
  return shaped((value) => values.includes(value), `one of ${values.join(', ')}`);
}

/** A whole number in decimal digits, from `min` to `max`. */
export function whole(min: number, max: number) {
  return text
    .refine((value) => /^\d{1,12}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: ({ input }) => wholeFault(min, max, input),
    })
    .transform(Number);
}

/** The message for a value that is not a whole number from `min` to `max`. */
export function wholeFault(min: number, max: number, value: unknown): string {
  return `a whole number from ${min} to ${max}, not "${String(value)}"`;
}

/** More outgoing addresses than any deployment has. */
const MAX_ADDRESSES = 16;
const ENDPOINT_FORM = 'missing: vsock://CID:PORT or unix:PATH';
const HOSTS_FORM = 'missing: host:port,host:port,…';

/** An endpoint of a listener. */
export const endpoint = z
  .string({ error: ENDPOINT_FORM })
  .transform((value, context) => readEndpoint(value, context) ?? z.NEVER);

/** Endpoints of several listeners, separated by commas. */
export const endpoints = z.string({ error: ENDPOINT_FORM }).transform((value, context) => {
  const read = value.split(',').flatMap((item) => readEndpoint(item.trim(), context) ?? []);
  if (new Set(read.map(formatEndpoint)).size < read.length) context.addIssue('names an endpoint twice');
  return read;
});

/** Hosts with their ports, separated by commas. */
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

/** Addresses and networks (CIDR), separated by commas. An empty text gives none. */
export const networks = listed(isNetwork, 'an address or a network, as 10.0.0.0/8');

/** Web origins (RFC 6454 §6.2), separated by commas, or `*`. An empty text gives none. */
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

/** IP addresses, separated by commas. */
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
