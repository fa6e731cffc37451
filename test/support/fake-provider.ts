import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, importPrivateKey, type SigningKey, signJwt } from '../../src/crypto/jwt.js';

/** What the provider and its API do wrong, by the place where they do it. */
export interface Misbehaviour {
  /** Sent to the redirect URI instead of, or beside, what is right. */
  authorize?: Record<string, string>;
  /** Claims of the ID token. */
  idToken?: Record<string, unknown>;
  /** An error of the token endpoint. */
  token?: string;
  /** The answer of the API. */
  api?: { status: number; headers?: Record<string, string> };
  /** Paths that never answer. */
  silent?: string[];
  /** Paths that drop the connection. */
  down?: string[];
}

/** An OpenID Provider, its userinfo and an API in one server: what a relying party in a browser meets. */
export interface FakeProvider {
  readonly url: string;
  readonly misbehaviour: Misbehaviour;
  /** Every request, as method and path with query. */
  readonly log: string[];
  accessTokenFormat: 'jwt' | 'opaque';
  close(): Promise<void>;
}

interface Pending {
  readonly nonce: string;
  readonly challenge: string;
}

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };

const claims = { name: 'Demo User', preferred_username: 'demo', email: 'demo@example.com', email_verified: true };

async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of req) body += chunk;
  return new URLSearchParams(body);
}

class Provider implements FakeProvider {
  url = '';
  readonly misbehaviour: Misbehaviour = {};
  readonly log: string[] = [];
  accessTokenFormat: 'jwt' | 'opaque' = 'jwt';
  readonly #codes = new Map<string, Pending>();
  readonly #server = createServer((req, res) => void this.#answer(req, res));
  #key: SigningKey | undefined;
  #jwk: object = {};

  async start(): Promise<this> {
    const { publicJwk, privateJwk } = await generateKeyPair('ES256');
    this.#key = { kid: 'one', alg: 'ES256', privateKey: importPrivateKey(privateJwk) };
    this.#jwk = { ...publicJwk, kid: 'one', alg: 'ES256', use: 'sig' };
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '', this.url);
    this.log.push(`${req.method} ${req.url}`);
    if (this.misbehaviour.down?.includes(url.pathname)) return void req.socket.destroy();
    if (this.misbehaviour.silent?.includes(url.pathname)) return;
    const cors = {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Headers': 'authorization, content-type, traceparent',
      'Access-Control-Allow-Methods': 'GET, POST, DELETE',
      'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After',
    };
    const answer = req.method === 'OPTIONS' ? { status: 204 } : await this.#route(url, req);
    res.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json', ...cors, ...answer.headers });
    res.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  async #route(url: URL, req: IncomingMessage): Promise<Answer> {
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return { body: this.#metadata() };
      case '/jwks':
        return { body: { keys: [this.#jwk] } };
      case '/authorize':
        return this.#authorize(url.searchParams);
      case '/token':
        return this.#token(await readForm(req));
      case '/userinfo':
        return { body: { sub: 'user', ...claims } };
      case '/logout':
        return {
          status: 303,
          headers: {
            Location: `${url.searchParams.get('post_logout_redirect_uri')}?state=${url.searchParams.get('state')}`,
          },
        };
      case '/api/v1/protected/resource':
        return { body: { resource: 'read', method: req.method, sub: 'user' }, ...this.misbehaviour.api };
      default:
        return { status: 404 };
    }
  }

  #metadata = () => ({
    issuer: this.url,
    authorization_endpoint: `${this.url}/authorize`,
    token_endpoint: `${this.url}/token`,
    jwks_uri: `${this.url}/jwks`,
    userinfo_endpoint: `${this.url}/userinfo`,
    end_session_endpoint: `${this.url}/logout`,
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['ES256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  });

  #authorize(query: URLSearchParams): Answer {
    const code = `code-${this.#codes.size}`;
    this.#codes.set(code, { nonce: query.get('nonce') ?? '', challenge: query.get('code_challenge') ?? '' });
    const response = { code, state: query.get('state') ?? '', iss: this.url, ...this.misbehaviour.authorize };
    return { status: 303, headers: { Location: `${query.get('redirect_uri')}?${new URLSearchParams(response)}` } };
  }

  async #token(form: URLSearchParams): Promise<Answer> {
    if (this.misbehaviour.token) return { status: 400, body: { error: this.misbehaviour.token } };
    const pending = this.#codes.get(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const refreshing = form.get('grant_type') === 'refresh_token';
    if (!refreshing && pending?.challenge !== challenge) return { status: 400, body: { error: 'invalid_grant' } };
    return { body: await this.#tokens(refreshing ? undefined : pending?.nonce) };
  }

  async #tokens(nonce: string | undefined): Promise<object> {
    const now = Math.floor(Date.now() / 1000);
    const common = { iss: this.url, sub: 'user', iat: now, exp: now + 600, jti: `jti-${this.log.length}` };
    const idToken = {
      ...common,
      aud: 'spa-rp',
      auth_time: now - 5,
      amr: ['pwd'],
      sid: 'session',
      ...(nonce === undefined ? {} : { nonce }),
      ...this.misbehaviour.idToken,
    };
    const scope = 'openid profile email offline_access read:resource write:resource';
    const access = { ...common, aud: [`${this.url}/api/v1`, this.url], client_id: 'spa-rp', scope };
    return {
      access_token: this.accessTokenFormat === 'jwt' ? await this.#sign('at+jwt', access) : `opaque-${this.log.length}`,
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: `refresh-${this.log.length}`,
      id_token: await this.#sign('JWT', idToken),
      scope,
    };
  }

  #sign(typ: string, content: object): Promise<string> {
    if (!this.#key) throw new Error('not started');
    return signJwt(this.#key, typ, content);
  }
}

export const startFakeProvider = (): Promise<FakeProvider> => new Provider().start();
