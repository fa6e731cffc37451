// recipe:begin

import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER, APP_URL, PORT } = process.env;
const resource = new URL(`${APP_URL}/mcp`);
const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(resource);
const keys = createRemoteJWKSet(new URL(`${ISSUER}/oauth2/v1/jwks`));

async function verifyAccessToken(token) {
  const expected = { issuer: ISSUER, audience: resource.href, typ: 'at+jwt', algorithms: ['ES256'] };
  const { payload } = await jwtVerify(token, keys, expected).catch((error) => {
    throw new InvalidTokenError(error.message);
  });
  const { client_id: clientId, scope, exp: expiresAt, sub } = payload;
  return { token, clientId, scopes: scope.split(' '), expiresAt, resource, extra: { sub } };
}

function mcpServer() {
  const server = new McpServer({ name: 'demo', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Says whose token it was' }, ({ authInfo }) => ({
    content: [{ type: 'text', text: `${authInfo.extra.sub} through ${authInfo.clientId}` }],
  }));
  return server;
}

const app = express();

app.get(new URL(resourceMetadataUrl).pathname, (_req, res) => {
  res.json({ resource, authorization_servers: [ISSUER], scopes_supported: ['mcp:tools'] });
});

const bearer = requireBearerAuth({
  verifier: { verifyAccessToken },
  requiredScopes: ['mcp:tools'],
  resourceMetadataUrl,
});
app.post('/mcp', bearer, express.json(), async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await mcpServer().connect(transport);
  await transport.handleRequest(req, res, req.body);
});
app.all('/mcp', (_req, res) => res.status(405).end());

app.listen(PORT, '127.0.0.1');
// recipe:end
