export declare const SUITES: Readonly<
  Record<
    string,
    { readonly files: readonly string[]; readonly minutes: number; readonly needsRoot?: boolean }
  >
>;
