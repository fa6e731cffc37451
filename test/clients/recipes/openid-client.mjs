// recipe:begin
import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, APP_URL, API_URL, SESSION_SECRET, PORT } = process.env;
const redirectUri = `${APP_URL}/callback`;

// Plain http is for 127.0.0.1 in development; leave `execute` out elsewhere.
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: [oidc.allowInsecureRequests],
});

const app = express();
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false }));

app.get('/login', async (req, res) => {
  const codeVerifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  req.session.pending = { codeVerifier, state, nonce };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access read:resource',
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  res.redirect(url.href);
});

app.get('/callback', async (req, res) => {
  const { codeVerifier, state, nonce } = req.session.pending;
  const tokens = await oidc.authorizationCodeGrant(config, new URL(req.originalUrl, APP_URL), {
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
    expectedNonce: nonce,
  });
  // The ID token says who it is; what there is to know about them is at userinfo.
  const person = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  const { access_token, refresh_token, id_token } = tokens;
  const expiresAt = Date.now() + tokens.expires_in * 1000;
  req.session.regenerate(() => {
    Object.assign(req.session, { person, access_token, refresh_token, id_token, expiresAt });
    res.redirect('/');
  });
});

app.get('/', (req, res) => {
  const { person } = req.session;
  res.send(person ? `Signed in as ${person.name} (${person.email})` : 'Signed out');
});

app.get('/api', async (req, res) => {
  const { session } = req;
  if (session.expiresAt < Date.now() + 30_000) {
    const tokens = await oidc.refreshTokenGrant(config, session.refresh_token);
    const { access_token, refresh_token } = tokens; // each refresh token is good for one use: keep the new one
    Object.assign(session, { access_token, refresh_token, expiresAt: Date.now() + tokens.expires_in * 1000 });
  }
  const answer = await oidc.fetchProtectedResource(config, session.access_token, new URL(API_URL), 'GET');
  res.status(answer.status).json(await answer.json());
});

app.get('/logout', (req, res) => {
  const { id_token } = req.session;
  const url = oidc.buildEndSessionUrl(config, { id_token_hint: id_token, post_logout_redirect_uri: `${APP_URL}/` });
  req.session.destroy(() => res.redirect(url.href));
});

app.listen(PORT, '127.0.0.1');
// recipe:end
