import type { Texts } from './en.js';
import { consent, device, logout } from './es/access.js';
import { account, deletion, emailChange } from './es/account.js';
import { error, failure, forms, refusals } from './es/failures.js';
import { newPassword, recovery, signUp } from './es/joining.js';
import { challenge, emailCode, enrol, federation, interaction, login, passkey, selectAccount } from './es/sign-in.js';

/** Español */
export const es: Texts = {
  language: 'es',
  direction: 'ltr',
  name: 'Español',
  foot: {
    languages: 'Idioma',
    links: (product) => `Acerca de ${product}`,
  },
  account,
  client: {
    policy: 'Política de privacidad',
    terms: 'Condiciones de uso',
    links: (client) => `Acerca de ${client}`,
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
    title: 'Un momento',
    lead: 'Se le está llevando de vuelta a la aplicación.',
    submit: 'Continuar',
  },
  error,
  interaction,
  failure,
  forms,
  refusals,
};
