import type { Language } from '../../protocol/language.js';
import { type Html, html } from '../html.js';

/** A name as plain text or already set in type. */
export type Name = string | Html;

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
  account: {
    signedInAs: 'Signed in as',
    pages: 'Your account',
    titles: {
      account: 'Account',
      accountSessions: 'Where you are signed in',
      accountApplications: 'Applications with access',
      accountPassword: 'Change password',
    },
    username: 'Username',
    email: 'E-mail',
    unverified: (email: string) => `${email} (not confirmed)`,
    since: 'Account since',
    passwordChanged: 'Password changed',
    signedIn: 'Signed in since',
    unknownDevice: 'Unknown browser',
    thisSession: '(this one)',
    lastSeen: 'Last used',
    sessionsLead: 'In these browsers somebody is signed in to your account. End what you do not recognise.',
    endSession: 'Sign out',
    endOthers: 'Sign out everywhere else',
    applicationsLead: 'These applications have access to your account. You are asked again when one comes back.',
    noApplications: 'No application has access to your account.',
    accessSince: 'Has had access since',
    withdraw: 'Withdraw access',
    passwordLead: 'You stay signed in here. Everywhere else you are signed out.',
    newPassword: 'New password',
    repeatPassword: 'New password once more',
    passwordHint: 'At least 8 characters; a few words in a row are good.',
    weakPassword: 'Choose one of 8 to 1024 characters that is not your name and not one that everybody tries first.',
    notRepeated: 'The two are not the same. Enter both again.',
    changePassword: 'Save the password',
  },
  client: {
    policy: 'Privacy policy',
    terms: 'Terms of service',
    links: (client: string) => `About ${client}`,
  },
  login: {
    title: 'Sign in',
    lead: (client: Name): Html => html`to continue to ${client}`,
    again: 'Please confirm that it is you.',
    identifier: 'Username or e-mail',
    password: 'Password',
    submit: 'Sign in',
    passkey: 'Use a passkey',
    passkeyRefused: 'That passkey was not accepted. Try again, or sign in with your password.',
    passkeyUnknown: 'That passkey is no longer registered here. Use another one, or sign in with your password.',
    lostPassword: 'Forgot your password?',
    cancel: (client: string) => `Cancel and return to ${client}`,
    problem: 'There is a problem',
    missingIdentifier: 'Enter your username or e-mail.',
    missingPassword: 'Enter your password.',
    refused: 'That username and password do not match. Check both and try again.',
    delayedTitle: 'Too many attempts',
    delayed: (seconds: number) =>
      `Sign-in was tried too often. Wait ${seconds === 1 ? 'a second' : `${seconds} seconds`}, then try again.`,
  },
  passkey: {
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
  },
  recovery: {
    title: 'Forgot your password?',
    lead: 'Tell us your username or e-mail address. If there is an account with an address, we send a link there by which you set a new password.',
    submit: 'Send the link',
    sentTitle: 'Look into your mailbox',
    sent: (minutes: number) =>
      `If there is such an account and it has an e-mail address, a link is on its way there. It works for ${minutes} minutes. Look among the unwanted mails, too.`,
    again: 'Ask once more',
    newTitle: 'Set a new password',
    newLead: (name: string) => `for ${name}`,
    password: 'New password',
    hint: 'At least 8 characters. A sentence is easy to remember and hard to guess.',
    save: 'Save the password',
    problems: {
      length: 'It has to have 8 to 1,024 characters.',
      common: 'It is one that everybody tries first. Choose another.',
      name: 'It has to be another than your name.',
    },
    doneTitle: 'Your password is changed',
    done: 'You have been signed out everywhere. Go back to the application and sign in with the new password.',
    goneTitle: 'This link does not work any more',
    gone: 'It was used before, is too old or is not complete. Ask for another one.',
    busyTitle: 'Too many requests',
    busy: (minutes: number) => `A link was asked for too often from here. Try again in ${minutes} minutes.`,
  },
  consent: {
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
      'read:resource': 'Read your data',
      'write:resource': 'Change your data',
      'delete:resource': 'Delete your data',
    },
    /** Details about a person, by the names of their claims (OIDC Core §5.1). */
    claims: (names: string) => `See this about you: ${names}`,
    otherScope: (scope: string) => `Use the permission “${scope}”`,
    /** Where a scope is good. */
    at: (resource: Name) => html`at ${resource}`,
  },
  logout: {
    title: 'Sign out?',
    lead: 'This ends your session in this browser.',
    askedBy: (client: Name) => html`${client} asks to sign you out.`,
    returning: (client: Name) => html`Afterwards you return to ${client}.`,
    submit: 'Sign out',
    stay: 'To stay signed in, close this page.',
    notReturning: 'The request that led you here is not valid, so you will not be taken back to an application.',
    doneTitle: 'You are signed out',
    done: 'Your session in this browser has ended. You can close this page.',
    invalidTitle: 'This sign-out link is not valid',
    invalid: 'Nothing was changed. You are not signed in here; close this page and return to the application.',
  },
  formPost: {
    title: 'One moment',
    lead: 'You are being returned to the application.',
    submit: 'Continue',
  },
  error: {
    requestId: 'Request',
    help: 'If this happens again, tell the support team the request number below.',
  },
  interaction: {
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
  },
  failure: {
    invalidTitle: 'This request is not valid',
    invalid: 'It is incomplete or malformed. Go back to where you came from and try again.',
    /** Below the sentence that names the mistake, which is the protocol's and stays in English. */
    askDevelopers: 'Go back to where you came from; if it happens again, tell the people who run that application.',
    offered: (name: string) => `${name} of this request`,
    registered: (name: string) => `${name} as registered`,
    detail: 'In the log',
    section: 'See',
    busyTitle: 'Just a moment',
    busy: 'This site cannot answer right now. Wait a few seconds, then try again.',
  },
  forms: {
    staleTitle: 'This form is out of date',
    stale: 'Your sign-in changed in another tab, or cookies are switched off. Reload the page to see where you are.',
    reload: 'Continue',
    crossSiteTitle: 'This form came from elsewhere',
    crossSite: 'Forms of this site are only accepted when they were sent from its own pages. Nothing was changed.',
  },
  /** What is refused before an endpoint is reached, by its error code. */
  refusals: {
    not_found: { title: 'Page not found', message: 'There is nothing at this address.' },
    method_not_allowed: {
      title: 'That did not work',
      message: 'This address does not answer the method of the request.',
    },
    access_denied: {
      title: 'Please try again',
      message: 'The form is too old or came from elsewhere. Go back, reload the page and try again.',
    },
    invalid_request: {
      title: 'That did not work',
      message: 'The request is missing a parameter, repeats one or is otherwise malformed.',
    },
    temporarily_unavailable: {
      title: 'Too busy right now',
      message: 'This site cannot answer right now. Wait a few seconds, then try again.',
    },
    server_error: {
      title: 'Something went wrong',
      message: 'This site could not answer. Try again in a few minutes.',
    },
  },
};

/** A language of our pages: what is missing in one does not compile. */
export type Texts = typeof en;
