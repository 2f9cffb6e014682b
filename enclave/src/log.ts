/** What an enclave tells its operator. */

/** Says what happened: never a credential, an account's data, a label or a number of theirs. */
export type Log = (event: string, facts?: Readonly<Record<string, string | number | boolean>>) => void;
