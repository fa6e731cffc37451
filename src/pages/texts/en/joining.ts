export const recovery = {
  title: 'Forgot your password?',
  lead: 'Tell us your username or e-mail address. If there is an account with an address, we send a link there by which you set a new password.',
  submit: 'Send the link',
  sentTitle: 'Look into your mailbox',
  sent: (minutes: number) =>
    `If there is such an account and it has an e-mail address, a link is on its way there. It works for ${minutes} minutes. Look among the unwanted mails, too.`,
  again: 'Ask once more',
  newTitle: 'Set a new password',
  newLead: (name: string) => `for ${name}`,
  save: 'Save the password',
  doneTitle: 'Your password is changed',
  done: 'You have been signed out everywhere. Go back to the application and sign in with the new password.',
  goOn: 'You have been signed out everywhere. Sign in with the new password, and you go on where you were.',
  backToSignIn: 'Back to sign-in',
  goneTitle: 'This link does not work any more',
  gone: 'It was used before, is too old or is not complete. Ask for another one.',
  busyTitle: 'Too many requests',
  busy: (minutes: number) => `A link was asked for too often from here. Try again in ${minutes} minutes.`,
};

export const signUp = {
  title: 'Create an account',
  lead: 'Tell us your e-mail address. We send a link there by which you set up your account.',
  email: 'E-mail address',
  noAddress: 'Enter an e-mail address, such as ada@example.org.',
  submit: 'Send the link',
  haveAccount: 'I have an account',
  sent: (email: string) =>
    `A message is on its way to ${email}. The link in it works for a day. Look among the unwanted mails, too.`,
  otherAddress: 'Use another address',
  newTitle: 'Set up your account',
  noName: 'Enter your name.',
  create: 'Create the account',
  doneTitle: 'Your account is ready',
  done: 'Go back to the application and sign in with your e-mail address and your password.',
  toAccount: 'See your account',
  byInvitation: {
    title: 'Accounts are by invitation',
    lead: 'You cannot create an account here by yourself. The people who run this service invite you by e-mail: ask them, and open the link in their message.',
    link: 'No account yet?',
  },
  takenTitle: 'You have an account already',
  taken: 'There is one with this address by now. Go back to the application and sign in with it.',
};

/** Wherever somebody chooses a password. */
export const newPassword = {
  label: 'New password',
  hint: (least: number) => `At least ${least} characters. A few words in a row are easy to remember and hard to guess.`,
  /** While it is typed; `{count}` becomes the number. */
  strength: {
    missing: 'Characters still missing: {count}',
    enough: 'Long enough. A few characters more make it strong.',
    strong: 'Long and varied: strong.',
  },
  problems: {
    short: (least: number) => `Use at least ${least} characters.`,
    long: 'Use at most 1,024 characters.',
    repetitive: 'It repeats itself or is a sequence. Choose another.',
    common: 'It is one that everybody tries first. Choose another.',
    context: 'It is made of your name or ours. Choose another.',
    breached: 'It was found among passwords that were stolen elsewhere. Choose another.',
  },
};
