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
  /** A public client races itself, or lost our answer: it gets the same successor once more. */
  | 'repeat'
  /** Somebody uses it who should not have it any more: the whole authorization grant ends. */
  | 'reuse'
  /** Not this client's, expired, or of a grant that has ended. */
  | 'refuse';

/** Who presents a refresh token, and from where (RFC 9700 §4.14.2). */
export interface RefreshPresentation {
  readonly clientId: string;
  /** A client without a secret: many tabs of it race each other. */
  readonly isPublic: boolean;
  /** From where the token was redeemed, as far as that is known. */
  readonly fromSameAddress: boolean;
  readonly now: Date;
  /** Milliseconds. */
  readonly grace: number;
}

/**
 * Rotation tells a thief from the owner, as one of them comes second (RFC 9700 §4.14.2). Two tabs of one public client come second as
 * well: for `grace` milliseconds that is forgiven at the address that was first, as long as nobody has used the successor. A
 * thief elsewhere would go on beside the owner, and a client on a server has no tabs.
 */
export function decideRefresh(token: RefreshTokenFacts, presented: RefreshPresentation): RefreshDecision {
  const { now, grace, clientId } = presented;
  if (token.clientId !== clientId || !token.alive) return 'refuse';
  if (token.consumedAt === null) return token.expiresAt > now ? 'rotate' : 'refuse';
  const successorIsUnused =
    token.successorConsumedAt === null && token.successorExpiresAt !== null && token.successorExpiresAt > now;
  const mayBeItself =
    presented.isPublic && presented.fromSameAddress && now.getTime() - token.consumedAt.getTime() < grace;
  return successorIsUnused && mayBeItself ? 'repeat' : 'reuse';
}
