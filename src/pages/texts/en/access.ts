import { html } from '../../html.js';
import type { Name } from '../name.js';

export const consent = {
  title: 'Allow access?',
  lead: (client: Name) => html`${client} asks for access to your account.`,
  more: (client: Name) => html`${client} asks for more than you allowed before.`,
  switchAccount: 'Use another account',
  requested: 'It will be able to',
  inAddition: 'In addition it will be able to',
  allowedBefore: 'You allowed already',
  allow: 'Allow',
  deny: 'Deny',
  returnsTo: (host: string) => `Either way you return to ${host}.`,
  unverified: (client: Name) =>
    html`${client} registered itself. Nobody here has checked who is behind it, or whether its name is its own.`,
  /** What a scope means to the person who is asked (OIDC Core §5.4, §11); others are named as they are. */
  scopes: {
    openid: 'Know who you are, by an identifier',
    profile: 'See your profile: name, picture, language and the like',
    email: 'See your e-mail address',
    address: 'See your postal address',
    phone: 'See your phone number',
    groups: 'See which groups you belong to',
    roles: 'See which roles you have',
    offline_access: 'Keep this access while you are not using it',
    'account:read': 'See what is in your account: details, sign-ins, applications and activity',
    'account:write':
      'Change your account: details, password, e-mail address, ways to sign in and applications, up to deleting it',
    'read:resource': 'Read your data',
    'write:resource': 'Change your data',
    'delete:resource': 'Delete your data',
  },
  /** Details about a person, by the names of their claims (OIDC Core §5.1). */
  claims: (names: string) => `See this about you: ${names}`,
  otherScope: (scope: string) => `Use the permission “${scope}”`,
  /** Where a scope is good. */
  at: (resource: Name) => html`at ${resource}`,
};

export const device = {
  title: 'Connect a device',
  lead: 'Enter the code that your device shows.',
  compare: 'Go on only if your device shows exactly this code.',
  code: 'Code',
  submit: 'Continue',
  refused: 'No device waits for this code. Compare it with your device, which may show another one by now.',
  busyTitle: 'Too many codes',
  busy: 'Codes were entered too often. Wait a minute, then try again.',
  confirmTitle: 'Allow this device?',
  asks: (client: Name) => html`A device asks for access to your account with ${client}.`,
  warningTitle: 'Did you start this yourself?',
  warning:
    'Go on only if you did, on a device of yours. If somebody sent you the code or a link, they want to get into your account: choose “Deny”.',
  from: (address: Name) => html`The device asks from the network address ${address}.`,
  allowedTitle: 'Your device is connected',
  allowed: 'Go back to your device: it goes on by itself in a moment. You can close this page.',
  deniedTitle: 'The device gets no access',
  denied: 'Nothing was allowed. You can close this page.',
  goneTitle: 'This code does not work any more',
  gone: 'It has expired or was decided about before. Get a new one on your device.',
};

export const logout = {
  title: 'Sign out?',
  lead: 'This ends your session in this browser.',
  askedBy: (client: Name) => html`${client} asks to sign you out.`,
  returning: (client: Name) => html`Afterwards you return to ${client}.`,
  submit: 'Sign out',
  ofAll: 'Sign out of all accounts',
  stay: 'To stay signed in, close this page.',
  notReturning: 'The request that led you here is not valid, so you will not be taken back to an application.',
  doneTitle: 'You are signed out',
  done: 'Your session in this browser has ended. You can close this page.',
  leaving:
    'Your session in this browser has ended. You leave this page as soon as the applications that you used have been told.',
  goOn: 'Continue',
  invalidTitle: 'This sign-out link is not valid',
  invalid: 'Nothing was changed. You are not signed in here; close this page and return to the application.',
};
