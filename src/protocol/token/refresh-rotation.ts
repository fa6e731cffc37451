/** What is remembered of a refresh token that could not be redeemed (RFC 9700 §4.14.2). */
export interface RefreshTokenFacts {
  readonly clientId: string;
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
  readonly successorConsumedAt: Date | null;
  readonly successorExpiresAt: Date | null;
  /** Its authorization grant is not revoked, its user and client are enabled. */
  readonly alive: boolean;
}

/** How a presented refresh token is answered (RFC 6749 §6, RFC 9700 §4.14.2). */
export type RefreshDecision =
  /** Unused: it is replaced by its successor. */
  | 'rotate'
  /** The client races itself, or lost our answer: it gets the same successor once more. */
  | 'repeat'
  /** Somebody uses it who should not have it any more: the whole authorization grant ends. */
  | 'reuse'
  /** Not this client's, expired, or of a grant that has ended. */
  | 'refuse';

/**
 * Rotation tells a thief from the owner, as one of them comes second (RFC 9700 §4.14.2). Two tabs of one client come second as
 * well: for `grace` milliseconds that is forgiven, as long as nobody has used the successor.
 */
export function decideRefresh(
  token: RefreshTokenFacts,
  presented: { readonly clientId: string; readonly now: Date; readonly grace: number },
): RefreshDecision {
  const { now, grace, clientId } = presented;
  if (token.clientId !== clientId || !token.alive) return 'refuse';
  if (token.consumedAt === null) return token.expiresAt > now ? 'rotate' : 'refuse';
  const successorIsUnused =
    token.successorConsumedAt === null && token.successorExpiresAt !== null && token.successorExpiresAt > now;
  return successorIsUnused && now.getTime() - token.consumedAt.getTime() < grace ? 'repeat' : 'reuse';
}
