import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import { addressBlock } from '../../protocol/address-block.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { startFederation } from '../../storage/federation/federation-requests.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { federationCallbackUrl } from '../interaction/paths.js';
import type { GuardedForm } from '../interaction/step.js';
import { stepOf, type Visit } from '../interaction/visit.js';
import { loginForm } from '../sign-in/login.js';
import { failedAnswer, fromSignIn } from './answers.js';
import type { Upstream } from './upstream.js';

/** Milliseconds within which somebody has to be back. */
const longestAbsence = 900_000;

/** Whoever has an interaction can make us store requests: an address block has only so many. */
function assertRoom({ federationStarts }: Idp, { address }: Asked): void {
  const wait = federationStarts.take(addressBlock(address ?? ''));
  if (wait === 0) return;
  metrics.turnedAway({ what: 'interaction', reason: 'address' });
  throw new OAuthError('temporarily_unavailable', {
    status: 429,
    retryAfter: Math.ceil(wait / 1000),
    detail: 'too many sign-ins by another provider: see limits.interactions',
  });
}

/** Whether whoever signs in has to prove it now, and not by a session that they have over there (OIDC Core §3.1.2.1). */
function wantsProof(idp: Idp, visit: Visit): boolean {
  const step = stepOf(idp, visit);
  const { prompts, maxAge } = visit.request;
  return prompts.includes('login') || maxAge !== undefined || (step.kind === 'login' && step.again);
}

/** How a browser is sent to a provider. */
export interface Departure {
  readonly interactionId: string;
  /** The browser's cookie, which alone can bring the answer. */
  readonly browser: string;
  /** Whether whoever sits there has to prove who they are anew. */
  readonly again: boolean;
  readonly loginHint?: string | undefined;
  /** The user with whose account the identity is linked; without it somebody signs in. */
  readonly linkTo?: string;
}

/** Sends the browser to a provider, with what only this browser can bring back. @throws when the provider cannot be reached */
export async function depart(
  idp: Idp,
  { provider, authorizationUrl }: Upstream,
  departure: Departure,
): Promise<Answer> {
  const { interactionId, browser, again, loginHint, linkTo } = departure;
  const now = idp.clock.now();
  const [state, nonce, codeVerifier] = [idp.random.token(), idp.random.token(), idp.random.token()];
  const redirectUri = federationCallbackUrl(idp, provider.id);
  const to = await authorizationUrl({ redirectUri, state, nonce, codeVerifier, again, loginHint });
  await startFederation(idp.sql, idp.config.keyEncryptionKeys, {
    stateHash: hashToken(state),
    provider: provider.id,
    browserHash: hashToken(browser),
    secrets: {
      interactionId,
      nonce,
      codeVerifier,
      ...(again ? { freshSince: now.getTime() } : {}),
      ...(linkTo === undefined ? {} : { linkTo }),
    },
    now,
    expiresAt: after(now, longestAbsence),
  });
  return { seeOther: to.href };
}

/** The button of a provider, which stands on the sign-in page. */
export const federationForm = (idp: Idp, upstream: Upstream): GuardedForm => ({
  ...loginForm,
  async submit({ visit, asked }) {
    assertRoom(idp, asked);
    const { interactionId, browser, request } = visit;
    try {
      const again = wantsProof(idp, visit);
      return await depart(idp, upstream, { interactionId, browser, again, loginHint: request.loginHint });
    } catch (error) {
      return failedAnswer(idp, upstream, fromSignIn(idp, visit), error);
    }
  },
});
