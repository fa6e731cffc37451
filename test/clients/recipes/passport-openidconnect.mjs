import express from 'express';
import session from 'express-session';
import passport from 'passport';

const { ISSUER, IDP_URL, CLIENT_ID, CLIENT_SECRET, APP_URL, SESSION_SECRET, PORT } = process.env;

// recipe:begin
import OpenIDConnectStrategy from 'passport-openidconnect';

passport.use(
  'identity',
  new OpenIDConnectStrategy(
    {
      issuer: ISSUER,
      authorizationURL: `${ISSUER}/oauth2/v1/authorize`,
      tokenURL: `${ISSUER}/oauth2/v1/token`,
      userInfoURL: `${IDP_URL}/oidc/v1/userinfo`,
      clientID: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      callbackURL: `${APP_URL}/callback`,
      scope: ['profile', 'email'],
      skipUserProfile: false, // name and e-mail address are at userinfo, not in the ID token
    },
    (_issuer, profile, done) =>
      done(null, { id: profile.id, name: profile.displayName, email: profile.emails[0].value }),
  ),
);
// recipe:end
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const app = express();
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false }));
app.use(passport.session());
app.get('/login', passport.authenticate('identity'));
app.get('/callback', passport.authenticate('identity', { successRedirect: '/', failureRedirect: '/failed' }));
app.get('/', ({ user }, res) => res.send(user ? `Signed in as ${user.name} (${user.email})` : 'Signed out'));
app.listen(PORT, '127.0.0.1');
