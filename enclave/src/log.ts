/** What an enclave reports to its operator. */

/** Reports an event. Never contains a credential, or an account's data, labels or numbers. */
export type Log = (event: string, facts?: Readonly<Record<string, string | number | boolean>>) => void;
