import { type Html, html } from '../../html.js';
import type { Name } from '../name.js';

export const login = {
  title: 'Sign in',
  lead: (client: Name): Html => html`to continue to ${client}`,
  again: 'Please confirm that it is you.',
  identifier: 'Username or e-mail',
  password: 'Password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  submit: 'Sign in',
  passkey: 'Use a passkey',
  passkeyRefused: 'That passkey was not accepted. Try again, or sign in with your password.',
  passkeyUnknown: 'That passkey is no longer registered here. Use another one, or sign in with your password.',
  byPasskeyTitle: 'Your passkey is needed',
  byPasskey: 'Choose “Use a passkey”: a password alone is not enough here.',
  emailCode: 'Send me a code by e-mail',
  lostPassword: 'Forgot your password?',
  cancel: (client: string) => `Cancel and return to ${client}`,
  problem: 'There is a problem',
  missingIdentifier: 'Enter your username or e-mail.',
  missingPassword: 'Enter your password.',
  refused: 'That username and password do not match. Check both and try again.',
  delayedTitle: 'Too many attempts',
  delayed: (seconds: number) =>
    `Sign-in was tried too often. Wait ${seconds === 1 ? 'a second' : `${seconds} seconds`}, then try again.`,
};

export const selectAccount = {
  title: 'Choose an account',
  signedIn: (moment: string) => `Signed in since ${moment}`,
  signedOut: (moment: string) => `Signed out. Last sign-in: ${moment}`,
  remove: 'Remove',
  removing: 'An account that you remove is signed out here, and this browser forgets it.',
};

export const passkey = {
  offerTitle: 'Sign in without a password?',
  offer: 'With a passkey your fingerprint, your face or the PIN of your device is enough next time.',
  create: 'Create a passkey',
  later: 'Not now',
  failed: 'The passkey was not saved. Try again, or choose “Not now”.',
  unable: 'This browser cannot create a passkey here. You can go on without one.',
  /** What a new one is called until its owner calls it something else. */
  name: 'Passkey',
  usedTitle: 'You are signed in',
  addedTitle: 'Your passkey is saved',
  goingOn: 'One moment: you are being taken on.',
  goOn: 'Continue',
};

export const federation = {
  button: (provider: string) => `Continue with ${provider}`,
  failedTitle: (provider: string) => `${provider} could not sign you in`,
  failed: (provider: string) => `${provider} did not answer as it should. Try again later, or sign in another way.`,
  staleTitle: (provider: string) => `${provider} did not ask who you are`,
  stale: (provider: string) =>
    `Here you have to prove it once more. Sign out at ${provider} and try again, or sign in another way.`,
  unknownTitle: (provider: string) => `No account here belongs to your ${provider} account`,
  unknown: (provider: string) =>
    `Sign in another way. If you have no account here, ask whoever sent you; then ${provider} can be linked with it.`,
  disabledTitle: 'Your account here cannot be used',
  disabled: 'Ask whoever runs this service.',
  linkTitle: 'An account with your address exists',
  link: (provider: string) =>
    `Sign in to it, and your ${provider} account is linked with it: next time ${provider} is enough.`,
  takenTitle: (provider: string) => `This ${provider} account is linked already`,
  taken: (provider: string) =>
    `It belongs to another account here. Sign in to that one and unlink it there, or choose another ${provider} account.`,
  backToLinks: 'Back to your linked accounts',
  otherWay: 'Sign in another way',
  goneTitle: 'This sign-in is over',
  gone: 'It was used before, took too long, or began in another browser. Go back to the application and start again.',
};

export const challenge = {
  title: 'Confirm it is you',
  lead: 'Enter the code that your authenticator app shows.',
  signingInAs: 'Signing in as',
  code: 'Six-digit code',
  submit: 'Continue',
  trust: (days: number) =>
    days === 1 ? 'Do not ask in this browser for a day' : `Do not ask in this browser for ${days} days`,
  trustHint: 'Only where nobody else uses it. Applications that need more still ask.',
  useRecoveryCode: 'The app is not at hand? Use a recovery code',
  recoveryCode: 'Recovery code',
  problem: 'That did not work',
  refused: {
    code: 'The code is wrong, too old or used already. Enter the one that the app shows now.',
    recovery: 'The recovery code is wrong or used already. Enter another one.',
  },
};

export const emailCode = {
  offer: 'We send a code to the e-mail address of your account.',
  send: 'Send the code',
  sent: 'A code is on its way to the e-mail address of your account. It works once, within ten minutes and in this browser only.',
  perhapsSent:
    'If there is such an account and its e-mail address is confirmed, a code is on its way there. It works once, within ten minutes and in this browser only.',
  code: 'Eight-digit code',
  submit: 'Continue',
  again: 'Send another code',
  otherWay: 'Sign in another way, or ask for another code',
  refused: 'The code is wrong, too old or used already. Take the one of the newest message, or ask for another.',
  enough: 'You were sent several codes within the hour. Take the newest, or try again later.',
  busy: (minutes: number) =>
    `Codes were asked for too often from here. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
};

export const enrol = {
  title: 'Set up a second factor',
  lead: 'This account needs more than a password. Set up one of these.',
  needsPasskey: 'What you want to open needs a passkey. Create one, and use it from now on.',
  wish: (client: string) =>
    `${client} would like to be surer that it is you. Set up something besides your password, or go on without it.`,
  signInFirst: 'Sign in again and set it up',
  byPasskey: 'With a passkey',
  byApp: 'With an authenticator app',
  passkeyFailed: 'The passkey was not saved. Try again.',
  unable: 'This browser cannot create a passkey here. Use an authenticator app.',
  unableAtAll: 'This browser cannot create a passkey here. Try another browser or another device.',
  scan: 'Scan this with the app',
  qrCode: 'QR code for the authenticator app',
  open: 'Open in the app on this device',
  key: 'Key to type into the app',
  first: 'Code that the app then shows',
  submit: 'Set up',
  problem: 'That did not work',
  refused:
    'The code is wrong or too old. Check the key in the app and the clock of your phone, then enter the code that it shows now.',
  codesTitle: 'Keep your recovery codes',
  codesLead:
    'Each of them lets you in once when the app is not at hand. Print them or write them down: they are not shown again.',
  codes: 'Recovery codes',
  kept: 'I have kept them',
};

export const interaction = {
  goneTitle: 'This sign-in cannot continue',
  gone: 'It took too long, was finished before, or the link is not complete. Go back to the application and sign in from there.',
  finishedTitle: 'This sign-in is complete',
  finished:
    'There is nothing left to do here. Go back to the application; if you are not signed in there, start again.',
  foreignTitle: 'This sign-in belongs to another browser',
  foreign: 'It was started elsewhere. Go back to the application in this browser and sign in from there.',
  cookiesTitle: 'Cookies are switched off',
  cookies:
    'Without a cookie of this site nobody can sign in here. Allow cookies, go back to the application and sign in again.',
  clientDisabledTitle: 'This application is switched off',
  clientDisabled: 'Nobody can sign in to it at the moment. Ask the people who run it.',
};
