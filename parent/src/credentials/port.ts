/** The port to the credentials of the parent's role, which it hands to every enclave. */

/** Temporary AWS credentials of the parent's role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ms */
  readonly expiration: number;
}

/** Where the role's credentials come from. */
export type CredentialSource = () => Promise<Credentials>;
