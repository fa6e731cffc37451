/** The label value of everything that is not in a metric's fixed set. */
export const other = 'other';

/** The value where it is one of the fixed set: what a request says never becomes a label. */
export const oneOf = <T extends string>(known: ReadonlySet<T>, value: string): T | typeof other =>
  known.has(value as T) ? (value as T) : other;

/**
 * For labels whose values are written in the code, but in too many places to list: the first `limit` well-formed ones are
 * taken, further ones are not. A mistake can then cost a bounded number of series, never one per request.
 */
export function bounded(limit: number): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (seen.has(value)) return value;
    if (seen.size >= limit || value.length > 100) return other;
    seen.add(value);
    return value;
  };
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);

/** An HTTP method as a label; methods are any token a client likes (RFC 9110 §9.1). */
export const methodLabel = (method: string): string => (methods.has(method) ? method : 'OTHER');

/** The method of a request as a label: those that the route refuses, or where there is no route, share one. */
export const requestMethodLabel = ({ method, status }: { readonly method: string; readonly status: number }): string =>
  status === 404 || status === 405 ? 'OTHER' : methodLabel(method);

/** The first digit of a status (RFC 9110 §15). */
export const statusClassLabel = (status: number): string =>
  status >= 100 && status <= 599 ? `${Math.floor(status / 100)}xx` : other;

/** A status as a label (RFC 9110 §15); 499 for a client that left before the answer. */
export const statusLabel = (status: number): string => (status >= 100 && status <= 599 ? String(status) : other);
