import express from 'express';
// recipe:begin
import openid from 'express-openid-connect';

const { auth, requiresAuth } = openid;
const { ISSUER, CLIENT_ID, CLIENT_SECRET, APP_URL, API_URL, SESSION_SECRET, PORT } = process.env;

const app = express();
app.use(
  auth({
    issuerBaseURL: ISSUER,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    baseURL: APP_URL,
    secret: SESSION_SECRET,
    authRequired: false,
    idpLogout: true,
    authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access read:resource' },
  }),
);

app.get('/', (req, res) => {
  const { user } = req.oidc;
  res.send(user ? `Signed in as ${user.name} (${user.email})` : 'Signed out');
});

app.get('/api', requiresAuth(), async (req, res) => {
  let { accessToken } = req.oidc;
  if (accessToken.expires_in < 30) accessToken = await accessToken.refresh();
  const answer = await fetch(API_URL, { headers: { authorization: `Bearer ${accessToken.access_token}` } });
  res.status(answer.status).json(await answer.json());
});
// recipe:end

app.listen(PORT, '127.0.0.1');
