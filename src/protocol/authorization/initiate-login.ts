/** Where a client begins a sign-in that somebody else has asked it for (OIDC Core §4). */
export function initiateLoginUrl(initiateLoginUri: string, issuer: string): string {
  const url = new URL(initiateLoginUri);
  url.searchParams.set('iss', issuer);
  return url.href;
}
