import { once } from 'node:events';
import { createServer } from 'node:http';
// recipe:begin
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

// recipe:end

const { ISSUER, CLIENT_ID, MCP_URL } = process.env;

const listener = createServer().listen(0, '127.0.0.1');
await once(listener, 'listening');
const redirectUrl = `http://127.0.0.1:${listener.address().port}/callback`;

// recipe:begin
const state = crypto.randomUUID();
const kept = {}; // in a real application: where the user's secrets are kept
const authProvider = {
  redirectUrl,
  clientMetadata: { redirect_uris: [redirectUrl], grant_types: ['authorization_code', 'refresh_token'] },
  clientInformation: () => ({ client_id: CLIENT_ID, issuer: ISSUER }),
  state: () => state,
  tokens: () => kept.tokens,
  saveTokens: (tokens) => Object.assign(kept, { tokens }),
  codeVerifier: () => kept.codeVerifier,
  saveCodeVerifier: (codeVerifier) => Object.assign(kept, { codeVerifier }),
  discoveryState: () => kept.discovery,
  saveDiscoveryState: (discovery) => Object.assign(kept, { discovery }),
  redirectToAuthorization: (url) => console.log(`Open ${url}`),
};

async function authorizationAnswer() {
  const [request, response] = await once(listener, 'request');
  response.end('Thank you. You can close this page.');
  const answer = new URL(request.url, redirectUrl).searchParams;
  if (answer.get('state') !== state) throw new Error('the answer belongs to another request');
  return answer;
}

async function connect() {
  const client = new Client({ name: 'demo', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(MCP_URL), { authProvider });
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await authorizationAnswer()); // checks `iss`, too (RFC 9207)
    return connect();
  }
}
// recipe:end

const client = await connect();
const { content } = await client.callTool({ name: 'whoami' });
console.log(content[0].text);
kept.tokens.access_token = 'no longer good';
const again = await client.callTool({ name: 'whoami' });
console.log(`after a refresh: ${again.content[0].text}`);
await client.close();
listener.close();
