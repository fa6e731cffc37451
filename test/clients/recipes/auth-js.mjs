// recipe:begin
import { getToken } from '@auth/core/jwt';
import { ExpressAuth, getSession } from '@auth/express';
import express from 'express';

const { ISSUER, IDP_URL, CLIENT_ID, CLIENT_SECRET, APP_URL, SESSION_SECRET, PORT } = process.env;

const identity = {
  id: 'identity', // the last part of the redirect URI: /auth/callback/identity
  name: 'Identity',
  type: 'oidc',
  issuer: ISSUER,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  checks: ['pkce', 'state', 'nonce'],
  authorization: { params: { scope: 'openid profile email' } },
};

const auth = {
  providers: [identity],
  secret: SESSION_SECRET,
  trustHost: true,
  callbacks: {
    jwt: ({ token, account }) => (account ? { ...token, idToken: account.id_token } : token),
  },
};

const app = express();
app.set('trust proxy', true);
app.use('/auth', ExpressAuth(auth)); // with Express 4 the path is /auth/*

app.get('/', async (req, res) => {
  const session = await getSession(req, auth);
  res.send(session ? `Signed in as ${session.user.name} (${session.user.email})` : 'Signed out');
});

// /auth/signout ends the session of the application alone; this ends the one at the issuer, too.
app.get('/logout', async (req, res) => {
  const secureCookie = APP_URL.startsWith('https:');
  const token = await getToken({ req, secret: SESSION_SECRET, secureCookie });
  const query = new URLSearchParams({ id_token_hint: token?.idToken, post_logout_redirect_uri: `${APP_URL}/` });
  res.clearCookie(secureCookie ? '__Secure-authjs.session-token' : 'authjs.session-token', { secure: secureCookie });
  res.redirect(`${IDP_URL}/oidc/v1/logout?${query}`);
});
// recipe:end

app.listen(PORT, '127.0.0.1');
