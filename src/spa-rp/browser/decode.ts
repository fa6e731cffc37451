export type JsonObject = Readonly<Record<string, unknown>>;

/** A JWT taken apart to be looked at. Nothing is decided by it: verification is the library's and the API's business. */
export interface DecodedToken {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

function decodePart(part: string): JsonObject {
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0));
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
  return value as JsonObject;
}

/** The parts of a JWT (RFC 7515 §7.1), or undefined for an opaque token, which only the issuer can read. */
export function decodeToken(token: string): DecodedToken | undefined {
  const [header, claims, signature, ...rest] = token.split('.');
  if (!header || !claims || !signature || rest.length > 0) return undefined;
  try {
    return { header: decodePart(header), claims: decodePart(claims) };
  } catch {
    return undefined;
  }
}
