/** `status`: what a service says about its condition, and whether a kept session has ended. */
import type { Command } from 'commander';
import { explanationsOf } from '../present/explain.ts';
import { time } from '../present/format.ts';
import { type Rows, table } from '../present/table.ts';
import { SecureClient } from '../sdk/secure-client.ts';
import { Service } from '../sdk/service.ts';
import { askStatus, type ServiceStatus } from '../sdk/status.ts';
import { type CliContext, DEFAULT_URL } from './context.ts';
import { NotReady } from './exit.ts';
import { nameOf } from './kept-session.ts';
import { addSessionOption } from './question.ts';
import { print } from './terminal.ts';
import { shownUrl } from './urls.ts';

interface SessionStatus {
  readonly session: string;
  /** ms */
  readonly expiresAt: number;
  /** By the clock of this machine. */
  readonly expired: boolean;
  readonly simulated: boolean;
}

/** Adds the `status` command. */
export function addStatusCommand(program: Command, context: CliContext): void {
  const command = program
    .command('status')
    .description('how the service says that it is, and whether the session has ended');
  addSessionOption(command).action((flags: { session?: string }) => status(context, flags.session));
}

async function status(context: CliContext, prefix: string | undefined): Promise<void> {
  const { ports, terminal } = context;
  const kept = keptOf(context, prefix);
  const enclaveUrl = ports.enclaveUrl ?? kept?.url ?? DEFAULT_URL;
  const service = new Service({ ...ports, enclaveUrl });
  const told = await service.translate(() => askStatus(service.http));
  const session = kept?.status ?? null;
  print(terminal, toJson(enclaveUrl, told, session), () => toText(enclaveUrl, told, session));
  if (!told.readinessUnverified.ready) throw new NotReady();
}

/** The chosen session. Null: `--url` alone names the service, or no session is kept. */
function keptOf({ sessions, ports, clock }: CliContext, prefix: string | undefined) {
  const isMeant = prefix !== undefined || (ports.enclaveUrl === undefined && sessions.ids().length > 0);
  if (!isMeant) return null;
  const { sessionId, enclaveUrl, expiresAt, simulated } = SecureClient.resume(sessions.load(prefix)).export();
  const expired = expiresAt <= clock.now();
  const session: SessionStatus = { session: nameOf(sessionId), expiresAt, expired, simulated };
  return { url: enclaveUrl, status: session };
}

function toJson(url: string, told: ServiceStatus, session: SessionStatus | null) {
  const { healthUnverified, readinessUnverified } = told;
  const { status: state, version, parts, egress_addresses: egressAddressesUnverified } = healthUnverified;
  const { ready, draining, enclaves } = readinessUnverified;
  const { venues, ...rest } = parts;
  return {
    ...{ url: shownUrl(url), version, status: state, ready, draining, parts: rest, enclaves },
    venues: venues.map(({ venue, fault, at }) => ({ venue, fault: faultOf(fault), at })),
    ...{ egressAddressesUnverified, session },
  };
}

function toText(url: string, told: ServiceStatus, session: SessionStatus | null): string {
  const { version, parts, egress_addresses: addresses } = told.healthUnverified;
  const { ready, draining, parts: answering, enclaves } = told.readinessUnverified;
  const venues = parts.venues.map(({ venue, fault }) => `${venue} ${faultOf(fault) ?? 'ok'}`);
  const rows: Rows = [
    ['Service', shownUrl(url)],
    ['Version', version],
    ['Ready', ready ? 'yes' : `no${draining ? ', it is about to end' : ''}`],
    ['Store', answering.store && parts.database === 'ok' ? 'ok' : 'unavailable'],
    ['Enclave', `${parts.enclave}, ${enclaves.serving} of ${enclaves.configured} serving`],
    ['Venues', venues.length === 0 ? 'none asked yet' : venues.join(', ')],
    ['Venues see', addresses.length === 0 ? 'not told by the operator' : addresses.join(', ')],
  ];
  const ours: Rows = session === null ? [] : [['Session', sessionText(session)]];
  return `${table([...rows, ...ours])}\nThe operator's word, unverified; ./perf-aggregator quote asks the enclave for proof.`;
}

function sessionText({ session, expiresAt, expired, simulated }: SessionStatus): string {
  const environment = simulated ? ', SIMULATED' : '';
  return `${session}… ${expired ? 'ended' : 'ends'} ${time(expiresAt)} UTC${environment}`;
}

/** A known code. Anything else that a service may say is not repeated. */
function faultOf(fault: string | null): string | null {
  return fault === null || explanationsOf(fault).length > 0 ? fault : 'unknown';
}
