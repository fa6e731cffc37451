/** A line before it is written: already safe, `fields` in the order to show. */
export interface LogEntry {
  readonly time: Date;
  readonly level: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type LineFormat = (entry: LogEntry) => string;

/** What terminals obey or what turns the order of a text around: C0, C1, line separators, marks of direction. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Escapes what a reader's terminal would obey, but for the line breaks that are ours. */
const printable = (line: string): string =>
  line.replace(unprintable, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** What stands in JSON as it is: letters, digits and signs of ASCII but for quotation marks and backslashes. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** A text in JSON, with nothing in it that a terminal obeys. */
export const jsonText = (text: string): string => (plain.test(text) ? `"${text}"` : printable(JSON.stringify(text)));

let latest = { ms: Number.NaN, text: '' };

/** The time as RFC 3339 has it; made once for all lines of a millisecond. */
export function isoTime(time: Date): string {
  const ms = time.getTime();
  if (ms !== latest.ms) latest = { ms, text: time.toISOString() };
  return latest.text;
}

const ownKeys = new Set(['time', 'level', 'message']);
const keyTexts = new Map<string, string>();

/** The name of a field in JSON. Names are written in the code, so there are few; others would not fill the memory. */
function keyText(key: string): string {
  const known = keyTexts.get(key);
  if (known !== undefined) return known;
  const text = jsonText(ownKeys.has(key) ? `${key}_` : key);
  if (keyTexts.size < 1000) keyTexts.set(key, text);
  return text;
}

/** Undefined for what JSON does not know. */
function valueText(value: unknown): string | undefined {
  if (typeof value === 'string') return jsonText(value);
  const text: string | undefined = JSON.stringify(value);
  return typeof value === 'object' && text !== undefined ? printable(text) : text;
}

/** Fields as they stand in the middle of a JSON line: `,"key":value`. One that is named like one of ours keeps its value under `name_`. */
export function jsonPart(fields: LogEntry['fields']): string {
  let part = '';
  for (const key in fields) {
    const value = valueText(fields[key]);
    if (value !== undefined) part += `,${keyText(key)}:${value}`;
  }
  return part;
}

/** One JSON object a line. */
export const jsonLine: LineFormat = ({ time, level, event, fields }) =>
  `{"time":"${isoTime(time)}","level":"${level}","message":${jsonText(event)}${jsonPart(fields)}}`;

/** A value on a line for people: bare where it is one plain word, quoted and escaped where it is not. */
function textValue(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@+,-]+$/.test(value) ? value : JSON.stringify(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

interface DescribedError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
}

/** An error and its causes, below the line and indented. */
function textError(error: DescribedError, heading = ''): string {
  const { name, message, stack, cause } = error;
  const text = typeof stack === 'string' ? stack : `${String(name)}: ${String(message)}`;
  const block = `\n    ${heading}${text.replaceAll('\n', '\n    ')}`;
  return typeof cause === 'object' && cause !== null ? block + textError(cause, 'caused by ') : block;
}

const isDescribedError = (value: unknown): value is DescribedError =>
  typeof value === 'object' && value !== null && 'name' in value && 'message' in value;

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** For people at a terminal: local time, level, role, event, then what belongs to it. */
export const textLine: LineFormat = ({ time, level, event, fields }) => {
  const { role, ...rest } = fields;
  const at = `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}.${pad(time.getMilliseconds(), 3)}`;
  let line = `${at} ${level.padEnd(5)} ${role === undefined ? '' : `${String(role).padEnd(6)} `}${event}`;
  let below = '';
  for (const [key, value] of Object.entries(rest)) {
    if (isDescribedError(value)) below += textError(value);
    else line += ` ${key}=${textValue(value)}`;
  }
  return printable(line + below);
};
