import type { AccessTokenType } from '../access-token-types.js';
import type { ProtectedResource } from '../authorization/resource-indicators.js';
import { faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import type { SigningAlgorithm } from '../signing-algorithm.js';
import { accessTokenType } from './access-token.js';

/** How a JWT access token is signed, and what its header calls it (RFC 9068 §2.1). */
export interface AccessTokenForm {
  readonly alg: SigningAlgorithm;
  readonly typ: AccessTokenType;
}

/** The resources and their wishes (RFC 9068 §2.1). */
export interface FormRules {
  readonly resources: readonly ProtectedResource[];
  /** For a resource that names none. */
  readonly usualAlgorithm: SigningAlgorithm;
}

const formOf = (resource: ProtectedResource, { usualAlgorithm }: FormRules): AccessTokenForm => ({
  alg: resource.accessTokenSignedResponseAlg ?? usualAlgorithm,
  typ: resource.accessTokenTyp ?? accessTokenType,
});

const isSame = (one: AccessTokenForm, other: AccessTokenForm): boolean =>
  one.alg === other.alg && one.typ === other.typ;

/** Whether there are resources that no token can serve together (RFC 9068 §2.1). */
export function formsDiffer(rules: FormRules): boolean {
  const [first, ...others] = rules.resources.map((resource) => formOf(resource, rules));
  return first !== undefined && !others.every((other) => isSame(first, other));
}

/**
 * The form of an access token for an audience (RFC 9068 §2.1): that of its resources. The issuer, for userinfo, takes whichever they
 * take. One token has one header, so resources that want different ones need a token each (RFC 8707 §2.2).
 * @throws OAuthError invalid_target
 */
export function accessTokenForm(audience: readonly string[], rules: FormRules): AccessTokenForm {
  const meant = rules.resources.filter(({ identifier }) => audience.includes(identifier));
  if (formsDiffer({ ...rules, resources: meant })) {
    throw new OAuthError('invalid_target', { fault: faults.resourcesOfDifferentForm });
  }
  const [resource] = meant;
  return resource ? formOf(resource, rules) : { alg: rules.usualAlgorithm, typ: accessTokenType };
}
