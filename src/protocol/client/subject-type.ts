import type { MemberReader } from './member-reader.js';

/** Kinds of `sub` (OIDC Core §8): one that every client sees, or one for each sector, so that sectors cannot tell that a user is the same. */
export const subjectTypes = ['public', 'pairwise'] as const;

/** What a client registers of the identifiers under which it knows users (OIDC Registration §2). */
export interface SubjectMembers {
  readonly subject_type: (typeof subjectTypes)[number];
  /** Its host is the sector, and it lists the redirect URIs of the sector's clients (OIDC Registration §5). */
  readonly sector_identifier_uri?: string;
}

/** The members of {@link SubjectMembers} as they arrive (OIDC Registration §2). */
export const readSubjectMembers = (read: MemberReader) => ({
  subject_type: read.oneOf('subject_type', subjectTypes) ?? 'public',
  sector_identifier_uri: read.webUrl('sector_identifier_uri'),
});

/** What of a client decides under which identifiers it knows users. */
export interface SectorMember extends SubjectMembers {
  readonly redirect_uris: readonly string[];
}

/** The host that all redirect URIs have; undefined where they have several, or one that is nobody's in particular. */
function commonHost(redirectUris: readonly string[]): string | undefined {
  if (!redirectUris.every((uri) => uri.startsWith('https:'))) return undefined;
  const [host, ...others] = new Set(redirectUris.map((uri) => new URL(uri).hostname));
  return others.length === 0 ? host : undefined;
}

/**
 * The sector of a client, whose users it knows by a `sub` of the sector's own (OIDC Core §8.1); undefined for the public one.
 * @throws Error for a client that could not have been registered
 */
export function sectorOf(client: SectorMember): string | undefined {
  const { subject_type: type, sector_identifier_uri: uri, redirect_uris: redirectUris } = client;
  if (type !== 'pairwise') return undefined;
  const sector = uri === undefined ? commonHost(redirectUris) : new URL(uri).hostname;
  if (sector === undefined) throw new Error('a client with pairwise subjects is of no sector');
  return sector;
}

/** A sector has to follow from what is registered (OIDC Core §8.1), and its document is fetched by https (OIDC Registration §5). */
export function checkSubjectMembers(metadata: SectorMember, { fault }: MemberReader): void {
  const { sector_identifier_uri: uri, subject_type: type } = metadata;
  if (uri !== undefined && !uri.startsWith('https:')) fault('sector_identifier_uri', 'is not https');
  if (type === 'pairwise' && uri === undefined && commonHost(metadata.redirect_uris) === undefined) {
    fault('sector_identifier_uri', 'is needed for pairwise where redirect_uris are not https at one host');
  }
}

/** Whether a sector's document lists every redirect URI of a client (OIDC Registration §5). */
export const isListedInSector = (document: unknown, { redirect_uris }: Pick<SectorMember, 'redirect_uris'>): boolean =>
  Array.isArray(document) && redirect_uris.every((uri) => document.includes(uri));
