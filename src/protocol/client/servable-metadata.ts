import type { SigningAlgorithm } from '../signing-algorithm.js';
import { type ClientMetadata, unservableProfile } from './client-metadata.js';
import type { MetadataFault } from './member-reader.js';

/** What is served here, as far as a client may ask for more. */
export interface Served {
  /** Algorithms for which a signing key exists. */
  readonly signingAlgorithms: readonly SigningAlgorithm[];
  /** Names of all claims that some scope asks for. */
  readonly claims: readonly string[];
}

/** Members that are well-formed and ask for what is not served here (RFC 7591 §3.2.2 `invalid_client_metadata`). */
export function unservableFaults(metadata: ClientMetadata, served: Served): readonly MetadataFault[] {
  const { id_token_claims: names = [] } = metadata;
  const unknown = names === 'all' ? [] : names.filter((name) => !served.claims.includes(name));
  const unsignable = (wanted: SigningAlgorithm | undefined) =>
    wanted === undefined || served.signingAlgorithms.includes(wanted) ? undefined : `${wanted} has no signing key here`;
  const problems = {
    profile: unservableProfile(metadata),
    id_token_signed_response_alg: unsignable(metadata.id_token_signed_response_alg),
    userinfo_signed_response_alg: unsignable(metadata.userinfo_signed_response_alg),
    introspection_signed_response_alg: unsignable(metadata.introspection_signed_response_alg),
    id_token_claims: unknown.length > 0 ? `names what no scope asks for: ${unknown.join(', ')}` : undefined,
  };
  return Object.entries(problems).flatMap(([member, problem]): MetadataFault[] =>
    problem === undefined ? [] : [{ error: 'invalid_client_metadata', member, problem }],
  );
}
