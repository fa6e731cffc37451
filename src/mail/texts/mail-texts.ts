/** What people are told of when it was done to their account; each is a mail of its own, so that none uses up another's allowance. */
export type AccountChangeName =
  | 'passkey_added'
  | 'passkey_removed'
  | 'authenticator_added'
  | 'authenticator_removed'
  | 'recovery_codes_replaced'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'sessions_ended';

/** Every sentence of our mails in one language: a translation is another object of this type. */
export interface MailTexts {
  /** BCP 47. */
  readonly language: string;
  readonly newDevice: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly ifYou: string;
    readonly ifNot: string;
  };
  readonly accountDeletion: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string, until: string) => string;
    readonly ended: string;
    readonly ifNot: string;
  };
  readonly passwordChanged: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly ended: string;
    readonly ifNot: string;
  };
  readonly passwordReset: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly lifetime: (minutes: number) => string;
    readonly ifNot: string;
  };
  readonly signUp: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly lifetime: (hours: number) => string;
    readonly ifNot: string;
    readonly action: string;
    readonly footer: (product: string) => string;
  };
  readonly invitation: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly lifetime: (until: string) => string;
    readonly ifNot: string;
    readonly footer: (product: string) => string;
  };
  readonly accountExists: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly forgotten: string;
    readonly ifNot: string;
  };
  readonly emailCode: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly code: string;
    readonly lifetime: (minutes: number) => string;
    readonly tellNobody: string;
    readonly ifNot: string;
    readonly ifNotAfterPassword: string;
  };
  readonly changeEmail: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly ifNot: string;
    readonly action: string;
    readonly footer: (product: string) => string;
  };
  readonly emailChanged: {
    readonly subject: (product: string) => string;
    readonly lead: (product: string) => string;
    readonly ifYou: string;
    readonly ifNot: (days: number) => string;
    readonly action: string;
  };
  /** What was done to the account. */
  readonly changes: Readonly<
    Record<
      AccountChangeName,
      { readonly subject: (product: string) => string; readonly lead: (product: string) => string }
    >
  >;
  /** What to do about one of them. */
  readonly notYou: string;
  readonly facts: {
    readonly time: string;
    readonly application: string;
    readonly address: string;
  };
  readonly newPassword: string;
  readonly footer: (product: string) => string;
}
