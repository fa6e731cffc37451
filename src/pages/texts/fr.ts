import type { Texts } from './en.js';
import { consent, device, logout } from './fr/access.js';
import { account, deletion, emailChange } from './fr/account.js';
import { error, failure, forms, refusals } from './fr/failures.js';
import { newPassword, recovery, signUp } from './fr/joining.js';
import { challenge, emailCode, enrol, federation, interaction, login, passkey, selectAccount } from './fr/sign-in.js';

/** Français. Before « ? », « ! » and « ; » a narrow no-break space, inside quotation marks and before « : » a no-break space. */
export const fr: Texts = {
  language: 'fr',
  direction: 'ltr',
  name: 'Français',
  foot: {
    languages: 'Langue',
    links: (product) => `À propos de ${product}`,
  },
  account,
  client: {
    policy: 'Politique de confidentialité',
    terms: 'Conditions d’utilisation',
    links: (client) => `À propos de ${client}`,
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
    title: 'Un instant',
    lead: 'Retour vers l’application en cours.',
    submit: 'Continuer',
  },
  error,
  interaction,
  failure,
  forms,
  refusals,
};
