import { AccessTokenError } from './access-token.js';

/** What the issuer tells about a token that is not active: nothing else, whatever the reason (RFC 7662 §2.2). */
export const inactiveToken = Object.freeze({ active: false } as const);

/** What the issuer tells about an active token (RFC 7662 §2.2); the claims of RFC 9068 §2.2 ride along. */
export interface ActiveToken {
  readonly active: true;
  readonly token_type?: string;
  readonly scope?: string;
  readonly client_id?: string;
  readonly username?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly iss?: string;
  readonly exp?: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly jti?: string;
  readonly [claim: string]: unknown;
}

/** An introspection response (RFC 7662 §2.2). */
export type IntrospectionResponse = typeof inactiveToken | ActiveToken;

/**
 * Reads an introspection response (RFC 7662 §2.2).
 * @returns null where it is none: then nobody knows whether the token is active
 */
export function parseIntrospectionResponse(document: unknown): IntrospectionResponse | null {
  if (typeof document !== 'object' || document === null) return null;
  const { active } = document as { active?: unknown };
  if (active === true) return document as ActiveToken;
  return active === false ? inactiveToken : null;
}

/**
 * The claims of an introspected access token, for the same rules that a JWT has to pass (RFC 9068 §4). `iss` may be left out
 * (RFC 7662 §2.2): the answer came from the issuer. `token_type` may not: it is what tells an access token from a refresh token.
 * @throws AccessTokenError inactive, type
 */
export function introspectedClaims(response: IntrospectionResponse, issuer: string): Record<string, unknown> {
  if (!response.active) throw new AccessTokenError('inactive');
  const { active: _, token_type: type, ...claims } = response;
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw new AccessTokenError('type');
  return { ...claims, iss: claims.iss ?? issuer, sub: claims.sub ?? claims.client_id };
}

/**
 * Who may ask about a token: the client that it was issued to, and one that is registered as a protected resource of its audience;
 * to others it does not exist (RFC 7662 §4).
 */
export const mayIntrospect = (
  asking: { readonly clientId: string; readonly protectedResources: readonly string[] },
  token: { readonly clientId: string; readonly audience: readonly string[] },
): boolean =>
  asking.clientId === token.clientId || asking.protectedResources.some((resource) => token.audience.includes(resource));

/** `typ` of an introspection response in a JWT: none passes for an access token or an ID token (RFC 9701 §5, §8.1). */
export const introspectionJwtTyp = 'token-introspection+jwt';

/** Its media type, by which it is asked for (RFC 9701 §4). */
export const introspectionJwtType = `application/${introspectionJwtTyp}`;

/** Whether a request asks for the JWT by name (RFC 9701 §4); what takes anything gets plain JSON. */
export const wantsIntrospectionJwt = (accept: string | undefined): boolean =>
  (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === introspectionJwtType && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });

/** Claims of an introspection response in a JWT: for whoever asked, and about the token in a member of its own (RFC 9701 §5). */
export const introspectionJwtClaims = (
  answer: IntrospectionResponse,
  { issuer, clientId, now }: { readonly issuer: string; readonly clientId: string; readonly now: Date },
) => ({
  iss: issuer,
  aud: clientId,
  iat: Math.floor(now.getTime() / 1000),
  token_introspection: answer,
});
