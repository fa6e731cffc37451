import type { Language } from '../../protocol/language.js';
import { consent, device, logout } from './en/access.js';
import { account, deletion, emailChange } from './en/account.js';
import { error, failure, forms, refusals } from './en/failures.js';
import { newPassword, recovery, signUp } from './en/joining.js';
import { challenge, emailCode, enrol, federation, interaction, login, passkey, selectAccount } from './en/sign-in.js';

/** Every sentence that a person can read on our pages, in English: a translation is another object of the same type. */
export const en = {
  language: 'en' as Language,
  /** Of the script (HTML §3.2.6.4 `dir`). */
  direction: 'ltr' as 'ltr' | 'rtl',
  /** The language's own name, by which its speakers find it. */
  name: 'English',
  foot: {
    languages: 'Language',
    links: (product: string) => `About ${product}`,
  },
  account,
  client: {
    policy: 'Privacy policy',
    terms: 'Terms of service',
    links: (client: string) => `About ${client}`,
  },
  login,
  selectAccount,
  passkey,
  federation,
  recovery,
  emailChange,
  signUp,
  newPassword,
  challenge,
  emailCode,
  enrol,
  deletion,
  consent,
  device,
  logout,
  formPost: {
    title: 'One moment',
    lead: 'You are being returned to the application.',
    submit: 'Continue',
  },
  error,
  interaction,
  failure,
  forms,
  refusals,
};

/** A language of our pages: what is missing in one does not compile. */
export type Texts = typeof en;
