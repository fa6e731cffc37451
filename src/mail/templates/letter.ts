import type { MailTexts } from '../texts/mail-texts.js';

/** What a mail says, before it is text or HTML. Everything in it is plain text. */
export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** What happened, by name and value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What to do about it. */
  readonly advice: readonly string[];
  /** Why they get it, where that is not the safety of their account. */
  readonly footer?: string;
  readonly action?: { readonly label: string; readonly url: string } | undefined;
}

/** What every template is given beside its parameters. */
export interface LetterSetting {
  readonly texts: MailTexts;
  readonly product: string;
  /** Where a new password is to be had, if anywhere. */
  readonly lostPasswordUrl?: string | undefined;
  /** What only the recipient may learn, for a link or a code. */
  readonly secret?: string | undefined;
}

const momentFormat = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
} as const;

/** By language. Making one takes 30 times as long as using it, and 30 kB outside the heap until garbage is collected. */
const momentFormats = new Map<string, Intl.DateTimeFormat>();

function momentFormatOf(language: string): Intl.DateTimeFormat {
  const known = momentFormats.get(language);
  if (known) return known;
  const format = new Intl.DateTimeFormat(language, momentFormat);
  momentFormats.set(language, format);
  return format;
}

/**
 * A moment as people of a language write it; in UTC, since nobody says where they are.
 * @param language one of those that there are texts of
 */
export const momentIn = (language: string, moment: string): string => momentFormatOf(language).format(new Date(moment));

/** Where a link leads, without its secret. */
export interface LinkPlace {
  readonly url: string;
}

/** @throws Error without the link's secret */
export function linkOf({ url }: LinkPlace, { secret }: LetterSetting): string {
  if (secret === undefined) throw new Error('the link has no secret');
  return `${url}/${secret}`;
}

export const newPasswordAction = ({ texts, lostPasswordUrl }: LetterSetting): Letter['action'] =>
  lostPasswordUrl === undefined ? undefined : { label: texts.newPassword, url: lostPasswordUrl };
