const { ISSUER, CLIENT_ID, API_URL } = process.env; // put in by the bundler

// recipe:begin
import { UserManager } from 'oidc-client-ts';

const users = new UserManager({
  authority: ISSUER,
  client_id: CLIENT_ID,
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile email offline_access read:resource',
  loadUserInfo: true, // name and e-mail address are at userinfo, not in the ID token
});

async function currentUser() {
  if (location.pathname !== '/callback') return users.getUser();
  const user = await users.signinCallback();
  history.replaceState(null, '', '/');
  return user;
}

async function callApi() {
  const { access_token: token } = await users.getUser(); // renewed in the background with the refresh token
  return (await fetch(API_URL, { headers: { authorization: `Bearer ${token}` } })).json();
}

const login = () => users.signinRedirect();
const logout = () => users.signoutRedirect();
// recipe:end

const show = (id, text) => {
  document.getElementById(id).textContent = text;
};
const user = await currentUser();
show('person', user ? `Signed in as ${user.profile.name} (${user.profile.email})` : 'Signed out');
document.getElementById('login').onclick = login;
document.getElementById('logout').onclick = logout;
document.getElementById('call').onclick = async () => show('answer', JSON.stringify(await callApi()));
