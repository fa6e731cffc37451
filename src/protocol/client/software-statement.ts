import { isCompactJws } from '../compact-jws.js';
import { type Fault, faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import type { Document } from './member-reader.js';

/** A registration with its software statement apart (RFC 7591 §3.1.1). */
export interface StatedDocument {
  readonly document: Document;
  /** Undefined where there is none. */
  readonly statement: string | undefined;
}

/** The answer to a software statement that cannot be believed (RFC 7591 §3.2.2 `invalid_software_statement`). */
export const invalidStatement = (fault: Fault, cause?: unknown): OAuthError =>
  new OAuthError('invalid_software_statement', { fault, cause });

const malformed = (): OAuthError => invalidStatement(faults.softwareStatementMalformed);

/**
 * Takes the software statement out of a registration (RFC 7591 §3.1.1).
 * @param required whether there has to be one
 * @throws OAuthError invalid_software_statement
 */
export function takeSoftwareStatement(
  { software_statement: statement, ...document }: Document,
  { required }: { readonly required: boolean },
): StatedDocument {
  if (statement === undefined || statement === null) {
    if (required) throw invalidStatement(faults.softwareStatementMissing);
    return { document, statement: undefined };
  }
  if (typeof statement !== 'string' || !isCompactJws(statement)) throw malformed();
  return { document, statement };
}

/**
 * Who says to have made a statement, unverified: it only tells whose keys to verify with (RFC 7591 §2.3).
 * @throws OAuthError invalid_software_statement
 */
export function statedIssuer(statement: string): string {
  const { iss } = claimsOf(payloadOf(statement));
  if (typeof iss !== 'string') throw malformed();
  return iss;
}

const payloadOf = (statement: string): Buffer => Buffer.from(statement.split('.')[1] ?? '', 'base64url');

/** @throws OAuthError invalid_software_statement */
function claimsOf(payload: Buffer): Document {
  try {
    const claims: unknown = JSON.parse(payload.toString('utf8'));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims as Document;
  } catch {
    // what is no JSON has no claims either
  }
  throw malformed();
}

/** What a JWT says of itself (RFC 7519 §4.1), and a statement that it cannot hold: none of them is metadata. */
const ofTheJwt = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'software_statement']);

interface StatementRules {
  readonly issuer: string;
  readonly now: Date;
  /** Milliseconds. */
  readonly clockSkew: number;
}

/**
 * The metadata that a statement vouches for, once its signature has been verified; it is good for us, and now, where it says so
 * (RFC 7519 §4.1.3 to §4.1.5).
 * @throws OAuthError invalid_software_statement
 */
export function statedMetadata(payload: Buffer, { issuer, now, clockSkew }: StatementRules): Document {
  const claims = claimsOf(payload);
  const { aud, exp, nbf } = claims;
  if (aud !== undefined && ![aud].flat().includes(issuer)) throw invalidStatement(faults.softwareStatementAudience);
  const [from, until] = [nbf ?? 0, exp ?? Number.MAX_SAFE_INTEGER].map(Number);
  const seconds = now.getTime() / 1000;
  const skew = clockSkew / 1000;
  // NaN, of what is no number, is in no order.
  if (!(Number(from) <= seconds + skew && Number(until) > seconds - skew)) {
    throw invalidStatement(faults.softwareStatementTime);
  }
  return Object.fromEntries(Object.entries(claims).filter(([claim]) => !ofTheJwt.has(claim)));
}

/**
 * Whether a client is who it says, by a statement that was verified when it was registered (RFC 7591 §5): one that leaves name or redirect
 * URIs to the client is as good in the hands of another.
 */
export function isVouchedFor({ software_statement: statement }: { readonly software_statement?: string }): boolean {
  if (statement === undefined) return false;
  const claims = claimsOf(payloadOf(statement));
  return claims.client_name !== undefined && claims.redirect_uris !== undefined;
}
