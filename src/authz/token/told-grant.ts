import type { GrantFacts } from '../../storage/grants/authorization-grants.js';
import type { SubjectIdentifiers } from '../../storage/subjects.js';

/** An authorization grant with the `sub` and `sid` under which its client knows user and session (OIDC Core §8). */
export type ToldGrant<Grant extends GrantFacts = GrantFacts> = Grant & {
  readonly subject: string;
  readonly sid: string;
};

export const toldGrant = <Grant extends GrantFacts>(
  grant: Grant,
  { subjectOf, sidOf }: SubjectIdentifiers,
): ToldGrant<Grant> => ({ ...grant, subject: subjectOf(grant.userId), sid: sidOf(grant.sessionId) });

/** What an access token tells of the authorization grant that it comes from (RFC 9068 §2.2.1). */
export const grantContent = ({ subject, sid, authTime, amr, acr, authorizationGrantId }: ToldGrant) => ({
  subject,
  authentication: { time: authTime, amr, ...(acr === null ? {} : { acr }) },
  sessionId: sid,
  authorizationGrantId,
});
