/** The secrets of the sessions in this suite. They contain marks that cannot occur by chance. */
import type { Marker } from './leaks.ts';

/** The values with which sessions are registered. */
export const SECRETS = {
  user: 'marker-user-7f3a9c',
  label: 'marker label of a fund',
  apiKey: 'markerApiKey0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP',
  apiSecret: 'markerApiSecret0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM',
  uid: 918_273_645,
};
/** The secrets that a parent must never see. */
export const MARKERS: readonly Marker[] = [
  { name: 'user id', text: SECRETS.user },
  { name: 'label', text: SECRETS.label },
  { name: 'API key', text: SECRETS.apiKey },
  { name: 'API secret', text: SECRETS.apiSecret },
  { name: 'account number', text: String(SECRETS.uid) },
];
