// recipe:begin
import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';
import { Strategy } from 'openid-client/passport';
import passport from 'passport';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, APP_URL, SESSION_SECRET, PORT } = process.env;

// Plain http is for 127.0.0.1 in development; leave `execute` out elsewhere.
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: [oidc.allowInsecureRequests],
});

async function verify(tokens, done) {
  try {
    const person = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    done(null, { id: person.sub, name: person.name, email: person.email, idToken: tokens.id_token });
  } catch (error) {
    done(error);
  }
}

const callbackURL = `${APP_URL}/callback`;
passport.use('identity', new Strategy({ config, callbackURL, scope: 'openid profile email' }, verify));
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const app = express();
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false }));
app.use(passport.session());

app.get('/login', passport.authenticate('identity'));
app.get('/callback', passport.authenticate('identity', { successRedirect: '/', failureRedirect: '/login' }));
app.get('/', ({ user }, res) => res.send(user ? `Signed in as ${user.name} (${user.email})` : 'Signed out'));

app.get('/logout', (req, res, next) => {
  const hint = { id_token_hint: req.user?.idToken, post_logout_redirect_uri: `${APP_URL}/` };
  req.logout((error) => (error ? next(error) : res.redirect(oidc.buildEndSessionUrl(config, hint).href)));
});
// recipe:end

app.listen(PORT, '127.0.0.1');
