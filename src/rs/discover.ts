/** Where the issuer answers, as far as a resource server asks it anything. */
export interface IssuerEndpoints {
  readonly jwksUri: string;
  readonly introspectionEndpoint: string | undefined;
}

/** Where an issuer's metadata is: the well-known path goes between host and path of the issuer (RFC 8414 §3.1). */
export function issuerMetadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`;
}

/** Reads the issuer's metadata; a document that names another issuer is an impostor's (RFC 8414 §3.3). */
export async function discoverEndpoints(
  issuer: string,
  load: (url: string) => Promise<unknown>,
): Promise<IssuerEndpoints> {
  const document = (await load(issuerMetadataUrl(issuer))) as Record<string, unknown> | null;
  if (document?.issuer !== issuer) throw new Error(`the metadata of ${issuer} names another issuer`);
  const { jwks_uri: jwksUri, introspection_endpoint: introspectionEndpoint } = document;
  if (typeof jwksUri !== 'string') throw new Error(`the metadata of ${issuer} names no jwks_uri`);
  return {
    jwksUri,
    introspectionEndpoint: typeof introspectionEndpoint === 'string' ? introspectionEndpoint : undefined,
  };
}
