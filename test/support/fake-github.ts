import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** GitHub's OAuth endpoints and the part of its API that says who somebody is, as a server of one's own has them. */
export interface FakeGithub {
  readonly url: string;
  /** Whoever is asked about. */
  user: Record<string, unknown>;
  emails: readonly Record<string, unknown>[];
  /** Answered in the place of a token. */
  error: string | undefined;
  /** The token requests that came. */
  readonly redeemed: URLSearchParams[];
  close(): Promise<void>;
}

const token = 'gho_token-of-the-fake';

export async function startFakeGithub(): Promise<FakeGithub> {
  const redeemed: URLSearchParams[] = [];
  const server = createServer();
  function answerTo(path: string, body: string, headers: Readonly<Record<string, unknown>>) {
    if (path === '/login/oauth/access_token') {
      redeemed.push(new URLSearchParams(body));
      return fake.error === undefined ? { access_token: token, token_type: 'bearer' } : { error: fake.error };
    }
    if (headers.authorization !== `Bearer ${token}` || !headers['user-agent']) return undefined;
    return { '/api/v3/user': fake.user, '/api/v3/user/emails': fake.emails }[path];
  }
  server.on('request', async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const found = answerTo(req.url ?? '', body, req.headers);
    res.writeHead(found === undefined ? 403 : 200, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeGithub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    user: {},
    emails: [],
    error: undefined,
    redeemed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
