import { consent, device, logout } from './de/access.js';
import { account, deletion, emailChange } from './de/account.js';
import { error, failure, forms, refusals } from './de/failures.js';
import { newPassword, recovery, signUp } from './de/joining.js';
import { challenge, emailCode, enrol, federation, interaction, login, passkey, selectAccount } from './de/sign-in.js';
import type { Texts } from './en.js';

/** Deutsch */
export const de: Texts = {
  language: 'de',
  direction: 'ltr',
  name: 'Deutsch',
  foot: {
    languages: 'Sprache',
    links: (product) => `Über ${product}`,
  },
  account,
  client: {
    policy: 'Datenschutzerklärung',
    terms: 'Nutzungsbedingungen',
    links: (client) => `Über ${client}`,
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
    title: 'Einen Moment bitte',
    lead: 'Sie werden zur Anwendung zurückgeleitet.',
    submit: 'Weiter',
  },
  error,
  interaction,
  failure,
  forms,
  refusals,
};
