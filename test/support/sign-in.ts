import { createHash, randomBytes } from 'node:crypto';
import { type Answer, Browser, formsOf } from './browser.js';

/** What a relying party keeps of its request until the answer comes. */
export interface SignIn {
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
  /** The browsers of both origins, with the session that has begun. */
  readonly browsers: ReadonlyMap<string, Browser>;
}

export interface SignInOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly identifier?: string;
  readonly password?: string;
  /** Continues in these browsers instead of fresh ones. */
  readonly browsers?: ReadonlyMap<string, Browser>;
}

/** Follows one redirect after another, filling in every form, as somebody would who agrees to everything. */
export async function signIn(options: SignInOptions): Promise<SignIn> {
  const { issuer, clientId, redirectUri, scope, identifier = 'demo', password = 'demo-password' } = options;
  const browsers = new Map(options.browsers);
  const at = (url: URL): Browser => {
    const browser = browsers.get(url.origin) ?? new Browser(url.origin);
    browsers.set(url.origin, browser);
    return browser;
  };
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state: randomBytes(8).toString('hex'),
    nonce: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  let url = new URL(`/oauth2/v1/authorize?${query}`, issuer);
  let answer = await at(url).get(url.href);
  for (let step = 0; step < 12; step++) {
    const next = answer.location === null ? undefined : new URL(answer.location, url);
    if (next?.href.startsWith(redirectUri)) {
      const code = next.searchParams.get('code');
      if (!code) throw new Error(`the relying party was told ${next.search}`);
      return { code, verifier, redirectUri, browsers };
    }
    if (next) {
      url = next;
      answer = await at(url).get(url.href);
    } else {
      const [action, fields] = filledIn(answer, { identifier, password });
      url = new URL(action, url);
      answer = await at(url).post(url.href, fields, { origin: url.origin });
    }
  }
  throw new Error('the sign-in leads in circles');
}

function filledIn(
  answer: Answer,
  credentials: { identifier: string; password: string },
): [string, Record<string, string>] {
  const form = formsOf(answer.text)[0];
  if (!form) throw new Error(`no form to fill in: ${answer.status} ${answer.text.slice(0, 2000)}`);
  const asksPassword = answer.text.includes('name="password"');
  return [form.action, { ...form.fields, ...(asksPassword ? credentials : { decision: 'allow' }) }];
}

/** POST to a form endpoint as a confidential client or, without a secret, a public one. */
export async function postForm(
  url: string,
  fields: Readonly<Record<string, string>>,
  client: { readonly id: string; readonly secret?: string },
): Promise<{ status: number; body: Record<string, unknown> }> {
  const basic = client.secret && Buffer.from(`${client.id}:${client.secret}`).toString('base64');
  const response = await fetch(url, {
    method: 'POST',
    headers: basic ? { authorization: `Basic ${basic}` } : {},
    body: new URLSearchParams(basic ? fields : { ...fields, client_id: client.id }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

/** Redeems the code of a sign-in. */
export const redeem = (issuer: string, signedIn: SignIn, client: { readonly id: string; readonly secret?: string }) =>
  postForm(
    `${issuer}/oauth2/v1/token`,
    {
      grant_type: 'authorization_code',
      code: signedIn.code,
      redirect_uri: signedIn.redirectUri,
      code_verifier: signedIn.verifier,
    },
    client,
  );
