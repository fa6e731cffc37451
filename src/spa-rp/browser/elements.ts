/** The element that the page is known to have; a missing one is a mistake in page.ts, to be noticed at once. */
export function element<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found as Type;
}

/** A new element with text in it; text never becomes markup. */
export function create(name: string, text = '', className = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

const jsonToken = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const kindOf = ([, text, colon, word]: RegExpExecArray): string => {
  if (colon !== undefined) return 'key';
  if (text !== undefined) return 'text';
  return word === undefined ? 'number' : 'word';
};

/** Shows JSON with its keys and values told apart; the text stays exactly what JSON.stringify makes of it. */
export function showJson(target: HTMLElement, value: unknown): void {
  const json = JSON.stringify(value, null, 2);
  const parts: (Node | string)[] = [];
  let shown = 0;
  for (const match of json.matchAll(jsonToken)) {
    const token = match[1] ?? match[0];
    parts.push(json.slice(shown, match.index), create('span', token, kindOf(match)));
    shown = match.index + token.length;
  }
  target.replaceChildren(...parts, json.slice(shown));
}
