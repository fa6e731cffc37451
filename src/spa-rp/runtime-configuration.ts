/** What the page has to know of its surroundings: nothing here is secret, everybody who opens the page reads it. */
export interface RuntimeConfiguration {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** The page's own public URL; redirect URIs are registered for this one only. */
  readonly origin: string;
  /** The protected resource that the page calls. */
  readonly api: string;
}
