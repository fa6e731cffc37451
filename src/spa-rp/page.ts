import { html, raw } from 'hono/html';
import type { RuntimeConfiguration } from './runtime-configuration.js';

/** Names of the bundled files, as browser/build.mjs writes them. */
export interface AssetNames {
  readonly script: string;
  readonly stylesheet: string;
}

/** JSON that may stand in a script element: nothing in it can end the element or open a comment (HTML §4.12.1.3). */
const scriptJson = (value: unknown): string => JSON.stringify(value).replace(/</g, '\\u003c');

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='9' fill='%233444c8'/%3E%3Cpath d='M9 16.5l5 5 9.5-11' fill='none' stroke='%23fff' stroke-width='3.5' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

const mark = raw(`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
<rect width="32" height="32" rx="9" fill="currentColor"/><path class="tick" d="M9 16.5l5 5 9.5-11"/></svg>`);

const welcome = raw(`<section id="welcome" class="welcome" aria-labelledby="welcome-title" hidden>
<div class="pitch">
<p class="eyebrow">OpenID Connect, from the other side</p>
<h1 id="welcome-title" tabindex="-1">Sign in and see everything an application gets to see.</h1>
<p class="lead">This page is a small application that trusts an identity provider. It never sees your password; it receives
tokens, shows you what is in them, and uses them on a protected API.</p>
<p><button type="button" class="button large" id="sign-in" data-testid="sign-in">Sign in</button></p>
</div>
<ol class="steps" aria-label="What will happen">
<li><strong>You go to the identity provider</strong><span>at <span class="host" id="issuer-host"></span>, and prove who you are there.</span></li>
<li><strong>You decide what is shared</strong><span>This page asks for:</span><span id="scopes" class="scopes"></span></li>
<li><strong>You come back with tokens</strong><span>They stay in this page’s memory, never in storage. Closing the tab forgets them.</span></li>
</ol>
</section>`);

const account = raw(`<section class="card account" aria-labelledby="account-title">
<div class="who">
<span class="avatar" id="avatar" aria-hidden="true"></span>
<div><h1 id="account-title" tabindex="-1">You are signed in</h1><p class="quiet" id="subject"></p></div>
</div>
<div class="life">
<p id="life" class="quiet"></p>
<div class="gauge" aria-hidden="true"><span id="gauge"></span></div>
</div>
<div class="actions">
<button type="button" class="button second" id="userinfo" data-testid="userinfo">Userinfo</button>
<button type="button" class="button second" id="refresh" data-testid="refresh">Refresh tokens</button>
<button type="button" class="button second" id="sign-out" data-testid="sign-out">Sign out</button>
</div>
</section>`);

const calls = [
  { id: 'call-api', method: 'GET', scope: 'read:resource' },
  { id: 'call-api-post', method: 'POST', scope: 'write:resource' },
  { id: 'call-api-delete', method: 'DELETE', scope: 'delete:resource' },
];

const api = raw(`<section class="card api" aria-labelledby="api-title">
<h2 id="api-title">Call the protected API</h2>
<p class="quiet"><code id="api-url"></code></p>
<ul class="calls">
${calls
  .map(
    ({
      id,
      method,
      scope,
    }) => `<li><button type="button" class="button" id="${id}" data-testid="${id}" aria-describedby="${id}-scope">${method}</button>
<span class="call" id="${id}-scope"><code>${scope}</code> <span class="badge" data-scope="${scope}"></span></span></li>`,
  )
  .join('\n')}
</ul>
</section>
<section class="card answer" aria-labelledby="answer-title">
<h2 id="answer-title">Answer</h2>
<div id="result" data-testid="result">
<p role="status" aria-live="polite" id="result-summary"><span class="quiet">Nothing has been asked yet.</span></p>
<pre id="result-body" tabindex="0" aria-label="Body of the answer" hidden></pre>
</div>
</section>`);

const token = (id: string, title: string, words: string) =>
  raw(`<section class="card token" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p class="quiet">${words}</p>
<ul class="chips" id="${id}-header" aria-label="Header of the ${title}"></ul>
<pre id="${id}" data-testid="${id}" tabindex="0" aria-label="Claims of the ${title}"></pre>
<dl class="times" id="${id}-times"></dl>
<details id="${id}-encoded"><summary>As it travels</summary><pre class="encoded" tabindex="0" aria-label="Encoded ${title}"></pre></details>
</section>`);

/** The one page of the relying party: static but for names and addresses; everything else is the script's work. */
export const renderPage = (assets: AssetNames, configuration: RuntimeConfiguration): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Relying party</title>
<link rel="icon" href="${raw(icon)}">
<link rel="stylesheet" href="/assets/${assets.stylesheet}">
<script type="application/json" id="configuration">${raw(scriptJson(configuration))}</script>
<script type="module" src="/assets/${assets.script}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="brand">${mark}<span>Relying party</span><span class="badge" id="state">Not signed in</span></header>
<main id="main" tabindex="-1">
<noscript><p class="notice">This page is a browser application: it needs JavaScript to talk to the identity provider.</p></noscript>
<p class="busy" id="busy" role="status" aria-live="polite"></p>
<p class="notice" id="notice" role="status" hidden></p>
<section class="notice wrong" id="error" data-testid="error" role="alert" hidden></section>
${welcome}
<div id="signed-in" class="signed-in" hidden>
${raw(account)}${raw(api)}
${token('id-token', 'ID token', 'Says who signed in, and how. For this page only.')}
${token('access-token', 'Access token', 'Opens the protected API and userinfo. This page only carries it.')}
</div>
</main>
<footer class="quiet">Tokens live in this page’s memory. After a reload it asks the identity provider for new ones, without a question if you are still signed in there.</footer>
</body>
</html>
`.toString();
