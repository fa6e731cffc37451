import { palettes, type Scheme } from '../config/palette.js';

/** The colours that are also looked at when a configuration has its own. */
const paletteOf = (scheme: Scheme): string => {
  const { ground, card, ink, quiet, accent, onAccent } = palettes[scheme];
  return `--ground:${ground};--card:${card};--ink:${ink};--quiet:${quiet};--accent:${accent};--on-accent:${onAccent};`;
};

/**
 * Our stylesheet. It stands in each page and is allowed by its hash: a page is one request, and during a rolling update no
 * replica is asked for a style it does not have. Sides are named by the direction of the script, not left and right.
 */
export const stylesheet = `
:root{color-scheme:light dark;
${paletteOf('light')}
--glow:#dfe5f5;--line:#d7dce7;--field:#fff;--edge:#858da3;--accent-strong:#2935a4;--wash:#eef0fd;--wrong:#b3202c;--wrong-wash:#fdeeef;
--shadow:0 1px 2px rgb(22 27 43/.06),0 12px 32px -8px rgb(22 27 43/.14)}
@media (prefers-color-scheme:dark){:root{
${paletteOf('dark')}
--glow:#1a2140;--line:#2c3345;--field:#11141d;--edge:#70799a;--accent-strong:#c3caff;--wash:#21284a;--wrong:#ff9aa2;--wrong-wash:#3a1a20;
--shadow:0 1px 2px rgb(0 0 0/.4),0 16px 40px -8px rgb(0 0 0/.5)}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;padding:clamp(1rem,6vh,4.5rem) 1rem 2rem;display:flex;flex-direction:column;align-items:center;gap:1.25rem;
background:radial-gradient(60rem 30rem at 50% -10rem,var(--glow),transparent) var(--ground) no-repeat;color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Open Sans","DejaVu Sans",sans-serif}
p,ul,h1,h2,dl,dd{margin:0}
.brand{display:flex;align-items:center;gap:.625rem;font-weight:600;letter-spacing:-.01em}
.mark{color:var(--accent);flex:none}
.keyhole{fill:var(--on-accent)}
.card{width:100%;max-width:26.5rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;box-shadow:var(--shadow);
display:flex;flex-direction:column;gap:1.25rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.02em;text-wrap:balance;display:flex;align-items:flex-start;gap:.625rem}
h1+.lead{margin-top:-.875rem}
h2{font-size:.875rem;font-weight:600;color:var(--quiet)}
.sign{flex:none;margin-top:.1875rem;color:var(--accent)}
.sign.fault{color:var(--wrong)}
.lead{color:var(--quiet);text-wrap:pretty}
.lead strong{color:var(--ink);font-weight:600}
form{display:flex;flex-direction:column;gap:1.25rem}
.field{display:flex;flex-direction:column;gap:.375rem}
label{font-weight:550;font-size:.9375rem}
input,select{font:inherit;width:100%;min-height:2.875rem;padding:.5rem .875rem;color:var(--ink);background:var(--field);border:1px solid var(--edge);border-radius:.625rem}
.choice{display:flex;gap:.625rem;align-items:flex-start;font-weight:400}
.choice input{flex:none;width:1.25rem;min-height:1.25rem;margin:.0625rem 0 0;padding:0;accent-color:var(--accent)}
input:hover,select:hover{border-color:var(--ink)}
input[aria-invalid=true]{border-color:var(--wrong);box-shadow:inset 0 0 0 1px var(--wrong)}
.fault{color:var(--wrong);font-size:.875rem}
.button{font:inherit;font-weight:600;min-height:2.875rem;padding:.5rem 1.25rem;border:1px solid transparent;border-radius:.625rem;background:var(--accent);color:var(--on-accent);
cursor:pointer;text-align:center;text-decoration:none;display:inline-flex;align-items:center;justify-content:center;overflow-wrap:break-word}
.button:hover{background:var(--accent-strong)}
form>.button{width:100%}
form>.button~.button,form+form{margin-block-start:.75rem}
.button.second{background:transparent;border-color:var(--edge);color:var(--ink)}
.button.second:hover{background:var(--wash);border-color:var(--ink)}
.choices{display:flex;flex-wrap:wrap;gap:.75rem}
.choices .button{flex:1 1 7rem;padding-inline:.875rem}
a{color:var(--accent);text-underline-offset:.2em;text-decoration-thickness:1px}
a:hover{color:var(--accent-strong);text-decoration-thickness:2px}
.plain{font:inherit;font-size:.9375rem;text-align:start;padding:.1875rem 0;border:0;background:none;color:var(--accent);text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.2em;cursor:pointer}
.field>.plain{align-self:flex-end}
.plain:hover{color:var(--accent-strong);text-decoration-thickness:2px}
a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.alert{padding:.875rem 1rem;border-radius:.625rem;background:var(--wrong-wash);border:1px solid var(--wrong);font-size:.9375rem}
.alert strong{display:block;color:var(--wrong)}
.notice{padding:.875rem 1rem;border-radius:.625rem;background:var(--wash);border:1px solid var(--line);font-size:.9375rem}
.notice strong{display:block}
.alert ul{padding-inline-start:1.125rem}
.alert a{color:var(--wrong)}
.account{display:flex;align-items:center;gap:.75rem;padding:.75rem .875rem;border:1px solid var(--line);border-radius:.75rem;font-size:.9375rem;line-height:1.4}
.account>div{min-width:0;flex:1}
.account small{display:block;color:var(--quiet);font-size:.8125rem}
.account a{display:inline-block;font-size:.875rem;padding:.125rem 0}
.initial{flex:none;width:2.25rem;height:2.25rem;border-radius:50%;display:grid;place-items:center;background:var(--wash);color:var(--ink);font-weight:650}
.group{display:flex;flex-direction:column;gap:.5rem}
.scopes{list-style:none;padding:0;border:1px solid var(--line);border-radius:.75rem}
.scopes li{display:flex;align-items:flex-start;gap:.625rem;padding:.625rem .875rem;font-size:.9375rem}
.scopes li+li{border-top:1px solid var(--line)}
.scopes svg{flex:none;margin-top:.1rem;color:var(--accent)}
.accounts li{align-items:center;flex-wrap:wrap}
.who{font:inherit;flex:1 1 13rem;min-width:0;display:flex;align-items:center;gap:.75rem;padding:0;border:0;background:none;color:inherit;text-align:start;cursor:pointer}
.who:hover strong{text-decoration:underline}
.who small{display:block;color:var(--quiet);font-size:.8125rem}
.scopes.known{border-style:dashed}
.scopes.known li{color:var(--quiet);padding-block:.375rem;border:0}
.scopes.known svg{color:var(--quiet)}
.fine{font-size:.875rem;color:var(--quiet)}
.links{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;font-size:.875rem}
.links a{padding:.1875rem 0}
.foot{border-top:1px solid var(--line);padding-top:1.125rem;display:flex;flex-direction:column;align-items:flex-start;gap:.625rem}
.providers{display:flex;flex-direction:column;border-top:1px solid var(--line);padding-top:1.25rem}
.help{margin-top:-.375rem;font-size:.9375rem}
.help a{display:inline-block;padding:.1875rem 0}
.facts{display:grid;gap:.125rem}
.facts dd{margin-bottom:.5rem;overflow-wrap:anywhere}
.facts dt{font-size:.8125rem;color:var(--quiet)}
.qr{width:100%;max-width:13rem;align-self:center;border-radius:.5rem;forced-color-adjust:none}
.trace{border-top:1px solid var(--line);padding-top:1.125rem;font-size:.8125rem;color:var(--quiet)}
.trace code{display:inline-block}
code{direction:ltr;unicode-bidi:isolate;font:.8125rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
[hidden]{display:none!important}
.visually-hidden{position:absolute;width:1px;height:1px;margin:-1px;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap;border:0}
.logo{display:block;max-width:100%;max-height:2.5rem}
.of-client{display:block;align-self:flex-start;height:2.5rem;max-width:100%;object-fit:contain;border-radius:.375rem}
.around{width:100%;max-width:26.5rem;display:flex;flex-direction:column;gap:.5rem;font-size:.875rem;color:var(--quiet)}
.around nav,.around ul{display:flex;flex-wrap:wrap;justify-content:center;gap:.25rem 1.25rem;list-style:none;padding:0}
.around a{color:inherit;display:inline-block;padding:.1875rem 0}
.around a:hover{color:var(--ink)}
.around [aria-current]{display:inline-block;padding:.1875rem 0;color:var(--ink);font-weight:600}
.desk{width:100%;max-width:56rem;display:grid;grid-template-columns:14rem minmax(0,1fr);gap:2rem;align-items:start}
.desk>.card{max-width:none;padding:2rem 2.25rem}
.desk form{max-width:26.5rem}
.menu{position:sticky;top:1.5rem}
.menu ul{list-style:none;padding:0;display:flex;flex-direction:column;gap:.125rem}
.menu ul+ul{margin-top:.75rem;padding-top:.75rem;border-top:1px solid var(--line)}
.menu a{display:block;padding:.4375rem .75rem;border-radius:.5rem;color:var(--ink);text-decoration:none;font-size:.9375rem}
.menu a:hover{background:var(--wash)}
.menu a[aria-current]{background:var(--wash);color:var(--accent-strong);font-weight:600}
.back{display:none;align-self:flex-start;font-size:.875rem;text-decoration:none}
.rows{list-style:none;padding:0;border:1px solid var(--line);border-radius:.75rem}
.rows li+li{border-top:1px solid var(--line)}
.rows a{display:flex;align-items:center;gap:.75rem;padding:.75rem .875rem;color:inherit;text-decoration:none}
.rows li:first-child a{border-radius:.75rem .75rem 0 0}
.rows li:last-child a{border-radius:0 0 .75rem .75rem}
.rows a:hover{background:var(--wash)}
.rows span{flex:1;min-width:0;font-weight:550;font-size:.9375rem}
.rows small{display:block;font-weight:400;font-size:.8125rem;color:var(--quiet)}
.rows svg{flex:none;color:var(--quiet)}
[dir=rtl] .rows svg,[dir=rtl] .back svg{transform:scaleX(-1)}
.safety{display:flex;gap:.75rem;align-items:flex-start;padding:1rem;border-radius:.75rem;background:var(--wash);border:1px solid var(--line)}
.safety>div{flex:1;min-width:0;display:flex;flex-direction:column;gap:.75rem;align-items:flex-start;font-size:.9375rem}
.safety h2{font-size:1rem;color:var(--ink);margin-bottom:-.5rem}
@media (max-width:52rem){.desk{display:contents}.desk>.card{max-width:26.5rem}.menu{display:none}.back{display:inline-flex;gap:.25rem;align-items:center}}
@media (max-width:30rem){.desk>.card{padding:1.375rem 1.125rem}}
@media (max-width:30rem){body{padding:1rem .75rem 2rem}.card{padding:1.375rem 1.125rem}}
.compact{padding:.75rem;gap:.75rem;background:var(--card)}
.compact .card{padding:.75rem .5rem;border-color:transparent;box-shadow:none}
@media (forced-colors:active){.card,.button{border:1px solid}.initial,.mark{forced-color-adjust:none}}
`.trim();
