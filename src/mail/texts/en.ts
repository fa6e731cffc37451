import type { MailTexts } from './mail-texts.js';

export const en: MailTexts = {
  language: 'en',
  newDevice: {
    subject: (product) => `New sign-in to your ${product} account`,
    lead: (product) => `Somebody signed in to your ${product} account from a browser that was not known there.`,
    ifYou: 'If this was you, there is nothing to do.',
    ifNot:
      'If it was not, somebody knows your password: set a new one at once, or ask the people who run this site to.',
  },
  accountDeletion: {
    subject: (product) => `Your ${product} account is going to be deleted`,
    lead: (product, until) =>
      `Your ${product} account will be deleted after ${until}. To keep it, sign in before then.`,
    ended: 'You have been signed out everywhere, and applications have no access any more.',
    ifNot: 'If you did not ask for this, sign in, keep the account and set a new password at once.',
  },
  passwordChanged: {
    subject: (product) => `The password of your ${product} account was changed`,
    lead: (product) => `The password of your ${product} account was changed.`,
    ended: 'You have been signed out everywhere.',
    ifNot: 'If you did not ask for this, set a new password at once, or tell the people who run this site.',
  },
  passwordReset: {
    subject: (product) => `A new password for your ${product} account`,
    lead: (product) => `Somebody, probably you, wants to set a new password for your ${product} account.`,
    lifetime: (minutes) => `The link works once, within ${minutes} minutes.`,
    ifNot: 'If it was not you, there is nothing to do: your password stays as it is.',
  },
  signUp: {
    subject: (product) => `Set up your ${product} account`,
    lead: (product) => `Somebody, probably you, wants to create an account at ${product} with this e-mail address.`,
    lifetime: (hours) => `The link works once, within ${hours} hours.`,
    ifNot: 'If it was not you, there is nothing to do: without the link there is no account.',
    action: 'Set up the account',
    footer: (product) =>
      `You get this message because your address was entered on the sign-up page of ${product}. Nobody reads replies.`,
  },
  invitation: {
    subject: (product) => `You are invited to ${product}`,
    lead: (product) => `You are invited to create an account at ${product}.`,
    lifetime: (until) => `The link works once, until ${until}.`,
    ifNot: 'If you did not expect this, there is nothing to do: without the link there is no account.',
    footer: (product) =>
      `You get this message because the people who run ${product} entered your address. Nobody reads replies.`,
  },
  accountExists: {
    subject: (product) => `You have an account at ${product} already`,
    lead: (product) =>
      `Somebody, probably you, wanted to create an account at ${product} with this e-mail address. There is one already: sign in with the address.`,
    forgotten: 'If you forgot your password, set a new one by the link below.',
    ifNot: 'If it was not you, there is nothing to do: your account stays as it is.',
  },
  emailCode: {
    subject: (product) => `Your code for ${product}`,
    lead: (product) => `Enter this code to sign in to your ${product} account.`,
    code: 'Code',
    lifetime: (minutes) => `It works once, within ${minutes} minutes, in the browser in which it was asked for.`,
    tellNobody: 'Tell nobody: whoever asks you for the code wants to get into your account.',
    ifNot: 'If you are not signing in, there is nothing to do: without the code nobody gets in.',
    ifNotAfterPassword: 'If you are not signing in, somebody knows your password: set a new one at once.',
  },
  changeEmail: {
    subject: (product) => `Confirm the e-mail address of your ${product} account`,
    lead: (product) => `Somebody, probably you, wants to use this e-mail address for an account at ${product}.`,
    ifNot: 'If it was not you, there is nothing to do: without the link nothing changes.',
    action: 'Confirm the address',
    footer: (product) =>
      `You get this message because your address was entered in an account at ${product}. Nobody reads replies.`,
  },
  emailChanged: {
    subject: (product) => `The e-mail address of your ${product} account was changed`,
    lead: (product) =>
      `Your ${product} account has another e-mail address from now on. This one no longer belongs to it.`,
    ifYou: 'If this was you, there is nothing to do.',
    ifNot: (days) =>
      `If it was not, undo the change by the link below and set a new password. The link works once, within ${days} days.`,
    action: 'Undo the change',
  },
  changes: {
    passkey_added: {
      subject: (product) => `A passkey was added to your ${product} account`,
      lead: (product) =>
        `A passkey was added to your ${product} account. Whoever has it can sign in without a password.`,
    },
    passkey_removed: {
      subject: (product) => `A passkey was removed from your ${product} account`,
      lead: (product) => `A passkey was removed from your ${product} account. It no longer signs anybody in.`,
    },
    authenticator_added: {
      subject: (product) => `An authenticator app was added to your ${product} account`,
      lead: (product) =>
        `An authenticator app was set up for your ${product} account. Its codes are asked for from now on.`,
    },
    authenticator_removed: {
      subject: (product) => `The authenticator app was removed from your ${product} account`,
      lead: (product) =>
        `The authenticator app of your ${product} account was removed, and the recovery codes with it.`,
    },
    recovery_codes_replaced: {
      subject: (product) => `New recovery codes for your ${product} account`,
      lead: (product) => `New recovery codes were made for your ${product} account. The old ones no longer work.`,
    },
    identity_linked: {
      subject: (product) => `A way to sign in was added to your ${product} account`,
      lead: (product) =>
        `An account at another provider was linked with your ${product} account. Whoever has it can sign in to yours.`,
    },
    identity_unlinked: {
      subject: (product) => `A way to sign in was removed from your ${product} account`,
      lead: (product) =>
        `An account at another provider was unlinked from your ${product} account. It no longer signs anybody in.`,
    },
    sessions_ended: {
      subject: (product) => `You were signed out of your ${product} account elsewhere`,
      lead: (product) => `All other browsers were signed out of your ${product} account.`,
    },
  },
  notYou:
    'If it was not you, set a new password at once and look through your account, or tell the people who run this site.',
  facts: { time: 'Time', application: 'Application', address: 'Internet address' },
  newPassword: 'Set a new password',
  footer: (product) =>
    `You get this message because it is about the safety of your ${product} account. Nobody reads replies.`,
};
