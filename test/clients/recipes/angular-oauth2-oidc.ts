import '@angular/compiler'; // compiles in the browser what Angular's own tools compile before

const { ISSUER = '', CLIENT_ID = '', API_URL = '' } = process.env; // put in by the bundler

// recipe:begin
import { HttpClient, provideHttpClient, withInterceptorsFromDi } from '@angular/common/http';
import { Component, inject, provideAppInitializer, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { type AuthConfig, OAuthService, provideOAuthClient } from 'angular-oauth2-oidc';

const config: AuthConfig = {
  issuer: ISSUER,
  clientId: CLIENT_ID,
  responseType: 'code',
  redirectUri: `${location.origin}/`,
  postLogoutRedirectUri: `${location.origin}/`,
  scope: 'openid profile email offline_access read:resource',
  strictDiscoveryDocumentValidation: false, // userinfo and logout are at another origin than the issuer
  requireHttps: false, // for 127.0.0.1 in development: leave it out elsewhere
};

async function start() {
  const oauth = inject(OAuthService);
  oauth.configure(config);
  await oauth.loadDiscoveryDocumentAndTryLogin();
  // Name and e-mail address are at userinfo, not in the ID token.
  if (oauth.hasValidAccessToken()) await oauth.loadUserProfile();
  oauth.setupAutomaticSilentRefresh();
}

@Component({
  selector: 'app-root',
  template: `
    <p id="person">{{ person() }}</p>
    <p id="answer">{{ answer() }}</p>
    <button id="login" (click)="oauth.initCodeFlow()">Sign in</button>
    <button id="call" (click)="call()">Call the API</button>
    <button id="logout" (click)="oauth.logOut()">Sign out</button>
  `,
})
class App {
  readonly oauth = inject(OAuthService);
  readonly http = inject(HttpClient);
  readonly answer = signal('');

  person() {
    const { name, email } = this.oauth.getIdentityClaims() ?? {};
    return name ? `Signed in as ${name} (${email})` : 'Signed out';
  }

  // The access token is added by angular-oauth2-oidc to requests to the addresses of `allowedUrls`.
  call() {
    this.http.get(API_URL).subscribe((answer) => this.answer.set(JSON.stringify(answer)));
  }
}

bootstrapApplication(App, {
  providers: [
    provideHttpClient(withInterceptorsFromDi()),
    provideOAuthClient({ resourceServer: { allowedUrls: [API_URL], sendAccessToken: true } }),
    provideAppInitializer(start),
  ],
}).catch((error) => console.error(error));
// recipe:end
