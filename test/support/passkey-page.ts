const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** What a page says to its script: the JSON in a `data-` attribute. */
export function dataOf<T>(page: string, name: string): T {
  const [, value] = new RegExp(`data-${name}="([^"]*)"`).exec(page) ?? [];
  if (value === undefined) throw new Error(`the page has no data-${name}`);
  return JSON.parse(value.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity));
}
