// recipe:begin

import { once } from 'node:events';
import { createServer } from 'node:http';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const { ISSUER, CLIENT_ID, MCP_URL } = process.env;

// A native application listens on a port of the moment for the browser to come back.
const listener = createServer().listen(0, '127.0.0.1');
await once(listener, 'listening');
const redirectUrl = `http://127.0.0.1:${listener.address().port}/callback`;

const state = crypto.randomUUID();
const kept = {}; // in a real application: where the user's secrets are kept
const authProvider = {
  redirectUrl,
  clientMetadata: { redirect_uris: [redirectUrl] },
  clientInformation: () => ({ client_id: CLIENT_ID, issuer: ISSUER }),
  state: () => state,
  tokens: () => kept.tokens,
  saveTokens: (tokens) => Object.assign(kept, { tokens }),
  codeVerifier: () => kept.codeVerifier,
  saveCodeVerifier: (codeVerifier) => Object.assign(kept, { codeVerifier }),
  redirectToAuthorization(url) {
    // The SDK asks for the scopes that the MCP server names; without offline_access there is no refresh token.
    url.searchParams.set('scope', `${url.searchParams.get('scope')} offline_access`);
    console.log(`Open ${url}`);
  },
};

async function authorizationCode() {
  const [request, response] = await once(listener, 'request');
  response.end('Thank you. You can close this page.');
  const answer = new URL(request.url, redirectUrl).searchParams;
  if (answer.get('state') !== state) throw new Error('the answer belongs to another request');
  return answer.get('code') ?? Promise.reject(new Error(answer.get('error')));
}

async function connect() {
  const client = new Client({ name: 'demo', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(MCP_URL), { authProvider });
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await authorizationCode());
    return connect();
  }
}

const client = await connect();
const { content } = await client.callTool({ name: 'whoami' });
console.log(content[0].text);
// recipe:end

kept.tokens.access_token = 'no longer good';
const again = await client.callTool({ name: 'whoami' });
console.log(`after a refresh: ${again.content[0].text}`);
await client.close();
listener.close();
