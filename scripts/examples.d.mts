/** Files of a simulated account, by name. */
export function accountFiles(): Readonly<Record<string, string>>;
