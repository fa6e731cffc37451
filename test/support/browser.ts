/** An answer as a browser sees it before it follows anything. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly location: string | null;
  readonly text: string;
}

/** What a form on a page would send, had somebody filled it in. */
export interface Form {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);
const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : decoded(value);
};

/** The forms of a page with their hidden fields. */
export function formsOf(page: string): readonly Form[] {
  return [...page.matchAll(/<form[^>]*>.*?<\/form>/gs)].map(([source]) => {
    const inputs = [...source.matchAll(/<input[^>]*>/g)].map(([tag]) => tag);
    const hidden = inputs.filter((tag) => attribute(tag, 'type') === 'hidden');
    const fields = hidden.map((tag) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '']);
    return { action: attribute(source, 'action') ?? '', fields: Object.fromEntries(fields) };
  });
}

/** A cookie jar with a network, for one origin: enough of a browser for tests that look at each answer. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(
    readonly origin: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** Another browser that brings the same cookies. */
  copy(): Browser {
    const copy = new Browser(this.origin, this.headers);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }

  /** Follows a redirect to the same path, once: that is how a cookie is tried out. */
  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const answer = await this.#send(path, { headers });
    const [place] = path.split('?');
    return answer.location?.startsWith(`${place}?`) ? this.#send(answer.location, { headers }) : answer;
  }

  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  async #send(path: string, init: RequestInit & { headers: Readonly<Record<string, string>> }): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...this.headers, ...(cookie ? { cookie } : {}), ...init.headers };
    const response = await fetch(new URL(path, this.origin), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location'),
      text: await response.text(),
    };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const expired = attributes.some((part) => /^(max-age=0|expires=thu, 01 jan 1970)/i.test(part));
    if (expired || value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
