import { decodeToken, type JsonObject } from './decode.js';
import { create, element, showJson } from './elements.js';

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

const moments: readonly (readonly [claim: string, label: string])[] = [
  ['auth_time', 'Signed in'],
  ['iat', 'Issued'],
  ['nbf', 'Good from'],
  ['exp', 'Good until'],
];

const times = (claims: JsonObject): HTMLElement[] =>
  moments.flatMap(([claim, label]) => {
    const seconds = claims[claim];
    if (typeof seconds !== 'number') return [];
    return [create('dt', label), create('dd', clock.format(seconds * 1000))];
  });

const chips = (header: JsonObject): HTMLElement[] =>
  Object.entries(header).map(([name, value]) => {
    const chip = create('li');
    chip.append(create('span', name), ` ${String(value)}`);
    return chip;
  });

/** Shows what is in a token; of an opaque one there is nothing to show but that only the issuer can read it. */
export function showToken(id: 'id-token' | 'access-token', token: string): void {
  const decoded = decodeToken(token);
  element(`${id}-header`).replaceChildren(...(decoded ? chips(decoded.header) : [create('li', 'opaque')]));
  if (decoded) showJson(element(id), decoded.claims);
  else element(id).textContent = 'This token is opaque: a random value that only its issuer can look up.';
  element(`${id}-times`).replaceChildren(...(decoded ? times(decoded.claims) : []));
  const encoded = element(`${id}-encoded`).querySelector('pre');
  if (encoded) encoded.textContent = token;
}

/** Forgets what was shown. */
export function clearTokens(): void {
  for (const id of ['id-token', 'access-token']) {
    for (const part of [id, `${id}-header`, `${id}-times`]) element(part).replaceChildren();
    element(`${id}-encoded`).querySelector('pre')?.replaceChildren();
  }
}
