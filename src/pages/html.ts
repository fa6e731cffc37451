import { html as template } from 'hono/html';

/** A piece of a page in which every inserted value has been escaped. */
export interface Html {
  toString(): string;
}

/**
 * Tagged template that escapes what is inserted, in text and in quoted attributes; null, undefined and booleans vanish.
 * The library's own type also allows promises: pages are made of values that are there, so a promise is a mistake.
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  const rendered = template(strings, ...values);
  if (rendered instanceof Promise) throw new TypeError('a page may not contain a promise');
  return rendered;
}

/** The address when it is one that a link may lead to, so that no `javascript:` from client metadata becomes a link. */
export const webLink = (address: string | undefined): string | undefined =>
  address !== undefined && /^https?:\/\//i.test(address) ? address : undefined;
