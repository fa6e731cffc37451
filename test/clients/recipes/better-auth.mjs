import express from 'express';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, APP_URL, API_URL, SESSION_SECRET, PORT } = process.env;

// recipe:begin
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';

const auth = betterAuth({
  baseURL: APP_URL,
  secret: SESSION_SECRET,
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }), // or yours
  plugins: [
    genericOAuth({
      config: [
        {
          providerId: 'identity', // the last part of the redirect URI: /api/auth/callback/identity
          discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
          requireIdTokenVerification: true,
          clientId: CLIENT_ID,
          clientSecret: CLIENT_SECRET,
          scopes: ['openid', 'profile', 'email', 'offline_access', 'read:resource'],
          postLogoutRedirectURI: `${APP_URL}/`,
        },
      ],
    }),
  ],
});

const app = express();
app.all('/api/auth/*splat', toNodeHandler(auth));

app.get('/', async (req, res) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
  res.send(session ? `Signed in as ${session.user.name} (${session.user.email})` : 'Signed out');
});

app.get('/api', async (req, res) => {
  const headers = fromNodeHeaders(req.headers);
  const accounts = await auth.api.listUserAccounts({ headers });
  const { id: accountId } = accounts.find(({ providerId }) => providerId === 'identity');
  const { accessToken } = await auth.api.getAccessToken({ body: { accountId }, headers }); // refreshed where due
  const answer = await fetch(API_URL, { headers: { authorization: `Bearer ${accessToken}` } });
  res.status(answer.status).json(await answer.json());
});
// recipe:end

app.listen(PORT, '127.0.0.1');
