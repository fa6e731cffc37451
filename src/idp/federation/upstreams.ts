import type { Idp } from '../deps.js';
import { githubUpstream } from './github-upstream.js';
import { openidUpstream } from './openid-upstream.js';
import type { Upstream } from './upstream.js';

const kinds = { openid: openidUpstream, github: githubUpstream } as const;

/** Every provider of the configuration, in its order. */
export const createUpstreams = (idp: Idp): readonly Upstream[] =>
  idp.config.identityProviders.map((provider) => kinds[provider.kind](idp, provider));
