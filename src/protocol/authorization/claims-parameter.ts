import { faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import { authenticationContextClasses } from '../sign-in/authentication-context.js';
import { invalidRequest } from './request-rules.js';

/** Single claims beside those of scopes, by the place where they are told (OIDC Core §5.5). */
export interface RequestedClaims {
  readonly userinfo: readonly string[];
  readonly idToken: readonly string[];
}

/** What a `claims` parameter asks for (OIDC Core §5.5). */
export interface ClaimsParameter {
  /** Absent where it asks for none that can be told. */
  readonly requestedClaims?: RequestedClaims;
  /** Who alone may be the answer: asked for by a value of `sub` (OIDC Core §3.1.2.2, §5.5.1). */
  readonly requestedSubjects?: readonly string[];
  /** What the sign-in should amount to, in order of preference (OIDC Core §5.5.1.1). */
  readonly acrValues?: readonly string[];
  /** Whether one of these has to be reached. */
  readonly essentialAcr?: true;
}

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readJson(text: string): Json {
  try {
    const json: unknown = JSON.parse(text);
    if (isRecord(json)) return json;
  } catch {
    // what is no JSON has no shape either
  }
  throw invalidRequest(faults.claimsNoObject);
}

/** null, or an object of `essential`, `value` and `values`; members that are not understood are ignored (OIDC Core §5.5.1). */
const isClaimRequest = (value: unknown): boolean =>
  value === null ||
  (isRecord(value) &&
    ['boolean', 'undefined'].includes(typeof value.essential) &&
    (value.values === undefined || Array.isArray(value.values)));

/** The claims that are asked for at one place, with how (OIDC Core §5.5). */
function readPlace(parameter: Json, place: 'userinfo' | 'id_token'): Json {
  const claims = Object.hasOwn(parameter, place) ? parameter[place] : {};
  if (!isRecord(claims)) throw invalidRequest(faults.claimsPlace);
  if (!Object.values(claims).every(isClaimRequest)) throw invalidRequest(faults.claimsMember);
  return claims;
}

/** The values one of which a claim should have; none where it is not said (OIDC Core §5.5.1). */
function valuesOf(claims: Json, name: string): readonly string[] {
  const request = Object.hasOwn(claims, name) ? claims[name] : null;
  if (!isRecord(request)) return [];
  const values =
    request.value === undefined ? ((request.values as readonly unknown[] | undefined) ?? []) : [request.value];
  if (!values.every((value) => typeof value === 'string')) throw invalidRequest(faults.claimsValue);
  return values;
}

function readSubjects(places: readonly Json[]): Pick<ClaimsParameter, 'requestedSubjects'> {
  const [first, ...rest] = places.map((claims) => valuesOf(claims, 'sub')).filter((values) => values.length > 0);
  if (first === undefined) return {};
  return { requestedSubjects: first.filter((subject) => rest.every((others) => others.includes(subject))) };
}

/** @throws OAuthError unmet_authentication_requirements where it has to be one that nobody could ever reach */
function readContextClass(idToken: Json): Pick<ClaimsParameter, 'acrValues' | 'essentialAcr'> {
  const acrValues = valuesOf(idToken, 'acr');
  if (acrValues.length === 0) return {};
  if ((idToken.acr as Json).essential !== true) return { acrValues };
  if (!authenticationContextClasses.some((known) => acrValues.includes(known))) {
    throw new OAuthError('unmet_authentication_requirements', { fault: faults.acrUnknown });
  }
  return { acrValues, essentialAcr: true };
}

/**
 * Reads the `claims` parameter (OIDC Core §5.5). Claims are a wish, so those that cannot be told are ignored, and so are `value` and
 * `values` of all but `sub` and `acr` (§5.5.1). An ID token always has an `auth_time`.
 * @param tellable claims that this client may be told
 * @throws OAuthError invalid_request, unmet_authentication_requirements
 */
export function readClaimsParameter(text: string, tellable: readonly string[]): ClaimsParameter {
  const parameter = readJson(text);
  const [userinfo, idToken] = [readPlace(parameter, 'userinfo'), readPlace(parameter, 'id_token')];
  const told = (claims: Json) => tellable.filter((name) => Object.hasOwn(claims, name));
  const requestedClaims = { userinfo: told(userinfo), idToken: told(idToken) };
  return {
    ...(requestedClaims.userinfo.length + requestedClaims.idToken.length > 0 ? { requestedClaims } : {}),
    ...readSubjects([idToken, userinfo]),
    ...readContextClass(idToken),
  };
}
