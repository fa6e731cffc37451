import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, importPrivateKey, type SigningKey, signJwt } from '../../src/crypto/jwt.js';
import type { SigningAlgorithm } from '../../src/protocol/signing-algorithm.js';

/** An authorization server as a resource server sees it: keys, metadata, introspection. It can be taken down. */
export interface FakeIssuer {
  readonly url: string;
  /** How often each path was asked. */
  readonly asked: Map<string, number>;
  /** What introspection says, by token; others are inactive. */
  readonly introspected: Map<string, object>;
  /** The form of the last introspection request. */
  lastForm: URLSearchParams | undefined;
  /** up: answers; down: drops the connection; silent: never answers; broken: answers with nonsense. */
  mode: 'up' | 'down' | 'silent' | 'broken';
  publish(kid: string, alg?: SigningAlgorithm): Promise<SigningKey>;
  withdraw(kid: string): void;
  sign(key: SigningKey, claims: object, typ?: string): Promise<string>;
  publicKey(kid: string): object;
  close(): Promise<void>;
}

const readBody = async (req: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of req) body += chunk;
  return body;
};

export async function startFakeIssuer(): Promise<FakeIssuer> {
  const keys = new Map<string, object>();
  const server = createServer((req, res) => void answer(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const keySet = () => ({ keys: [...keys.values()] });
  const documents: Record<string, (body: string) => unknown> = {
    '/.well-known/oauth-authorization-server': () => ({
      issuer: url,
      jwks_uri: `${url}/keys`,
      introspection_endpoint: `${url}/introspect`,
    }),
    '/keys': keySet,
    '/internal/oauth2/v1/jwks': keySet,
    '/introspect': (body) => {
      issuer.lastForm = new URLSearchParams(body);
      return issuer.introspected.get(issuer.lastForm.get('token') ?? '') ?? { active: false };
    },
  };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = req.url ?? '';
    issuer.asked.set(path, (issuer.asked.get(path) ?? 0) + 1);
    if (issuer.mode === 'down') return void req.socket.destroy();
    if (issuer.mode === 'silent') return;
    const document = documents[path]?.(await readBody(req));
    res.writeHead(document ? 200 : 404, { 'Content-Type': 'application/json' });
    res.end(issuer.mode === 'broken' ? '<html>' : JSON.stringify(document));
  }

  const issuer: FakeIssuer = {
    url,
    asked: new Map(),
    introspected: new Map(),
    lastForm: undefined,
    mode: 'up',
    async publish(kid, alg = 'ES256') {
      const { publicJwk, privateJwk } = await generateKeyPair(alg);
      keys.set(kid, { ...publicJwk, kid, alg, use: 'sig' });
      return { kid, alg, privateKey: importPrivateKey(privateJwk) };
    },
    withdraw: (kid) => void keys.delete(kid),
    sign: (key, claims, typ = 'at+jwt') => signJwt(key, typ, claims),
    publicKey: (kid) => keys.get(kid) ?? {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
