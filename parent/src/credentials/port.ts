/** The port to the credentials of the parent's role, which it hands to every enclave. */
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';

/** Where the role's credentials come from. */
export type CredentialSource = () => Promise<RoleCredentials>;
