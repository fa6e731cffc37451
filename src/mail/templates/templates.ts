import type { AccountChangeName } from '../texts/mail-texts.js';
import { type AccountChange, accountChange } from './account-change.js';
import { type AccountDeletion, accountDeletion } from './account-deletion.js';
import { accountExists } from './account-exists.js';
import { type ChangeEmail, changeEmail, type EmailChanged, emailChanged } from './change-email.js';
import { type EmailCode, emailCode } from './email-code.js';
import { type Invitation, invitation } from './invitation.js';
import type { Letter, LetterSetting } from './letter.js';
import { type NewDevice, newDevice } from './new-device.js';
import { type PasswordChanged, passwordChanged } from './password-changed.js';
import { type PasswordReset, passwordReset } from './password-reset.js';
import { type SignUp, signUp } from './sign-up.js';

/** What each template is made from, as its row holds it: nothing secret. */
export interface TemplateParameters extends Readonly<Record<AccountChangeName, AccountChange>> {
  readonly account_deletion: AccountDeletion;
  readonly new_device: NewDevice;
  readonly password_changed: PasswordChanged;
  readonly password_reset: PasswordReset;
  readonly sign_up: SignUp;
  readonly invitation: Invitation;
  readonly account_exists: PasswordReset;
  readonly email_code: EmailCode;
  readonly change_email: ChangeEmail;
  readonly email_changed: EmailChanged;
}

export type TemplateName = keyof TemplateParameters;

/** What a row says its template is: a release before or after this one may know others. */
export const isTemplateName = (name: string): name is TemplateName => Object.hasOwn(templates, name);

/** A new kind of mail is a new entry. */
export const templates: {
  readonly [Name in TemplateName]: (parameters: TemplateParameters[Name], setting: LetterSetting) => Letter;
} = {
  account_deletion: accountDeletion,
  new_device: newDevice,
  password_changed: passwordChanged,
  password_reset: passwordReset,
  sign_up: signUp,
  invitation,
  account_exists: accountExists,
  email_code: emailCode,
  change_email: changeEmail,
  email_changed: emailChanged,
  passkey_added: accountChange('passkey_added'),
  passkey_removed: accountChange('passkey_removed'),
  authenticator_added: accountChange('authenticator_added'),
  authenticator_removed: accountChange('authenticator_removed'),
  recovery_codes_replaced: accountChange('recovery_codes_replaced'),
  identity_linked: accountChange('identity_linked'),
  identity_unlinked: accountChange('identity_unlinked'),
  sessions_ended: accountChange('sessions_ended'),
};
