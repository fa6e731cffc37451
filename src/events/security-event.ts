import type { AuditDetail } from '../storage/audit/audit-events.js';

/** Whom and what an event is about; goes to columns of the audit row and to fields of the log line. */
export interface EventSubject {
  readonly clientId?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly authorizationGrantId?: string | undefined;
}

interface Event<Type extends string, Detail extends AuditDetail = AuditDetail> extends EventSubject {
  readonly type: Type;
  readonly detail?: Detail;
}

type SignInFailure = 'wrong_credentials' | 'wrong_code' | 'disabled' | 'unknown_identity';

/** What is worth telling about security: the closed set of events, each with what it has to bring. */
export type SecurityEvent =
  | Event<'sign_in'>
  | (Event<'sign_in_failed'> & { readonly detail: AuditDetail & { readonly reason: SignInFailure } })
  | Event<'sign_out'>
  | (Event<'consent_granted'> & { readonly clientId: string; readonly userId: string })
  | (Event<'consent_denied'> & { readonly clientId: string })
  | (Event<'consent_implied'> & { readonly clientId: string; readonly userId: string })
  | (Event<'consent_withdrawn'> & { readonly clientId: string; readonly userId: string })
  | Event<'authorization_code_issued'>
  | (Event<'device_allowed'> & { readonly clientId: string; readonly userId: string })
  | (Event<'token_issued'> & {
      readonly clientId: string;
      readonly detail: AuditDetail & { readonly grant_type: string };
    })
  | (Event<'token_refreshed'> & { readonly clientId: string })
  | (Event<'token_reuse_detected'> & { readonly clientId: string; readonly authorizationGrantId: string })
  | (Event<'token_revoked'> & { readonly clientId: string })
  | (Event<'client_authentication_failed'> & { readonly clientId: string })
  | Event<'signing_key_rotated'>
  | Event<'signing_key_withdrawn'>
  | Event<'encryption_key_rotated'>
  | Event<'encryption_key_withdrawn'>
  | Event<'keys_rewrapped'>
  | (Event<'client_changed'> & {
      readonly clientId: string;
      readonly detail: AuditDetail & { readonly change: string };
    })
  | (Event<'registration_token_changed'> & { readonly detail: AuditDetail & { readonly change: string } })
  | (Event<'user_changed'> & { readonly userId: string; readonly detail: AuditDetail & { readonly change: string } })
  | Event<'users_exported'>
  | Event<'password_reset_asked'>
  | Event<'email_code_asked'>
  | Event<'password_reset'>
  | Event<'sign_up_asked'>
  | (Event<'signed_up'> & { readonly userId: string })
  | (Event<'invited'> & { readonly userId: string })
  | Event<'invitation_revoked'>
  | (Event<'mail_given_up'> & { readonly detail: AuditDetail & { readonly template: string; readonly reason: string } })
  | (Event<'logout_notification_given_up'> & {
      readonly clientId: string;
      readonly detail: AuditDetail & { readonly reason: string };
    })
  | (Event<'passkey_added'> & { readonly userId: string })
  | (Event<'passkey_renamed'> & { readonly userId: string })
  | (Event<'passkey_removed'> & { readonly userId: string })
  | (Event<'passkey_flagged'> & { readonly userId: string })
  | (Event<'identity_linked'> & { readonly userId: string })
  | (Event<'identity_unlinked'> & { readonly userId: string })
  | (Event<'authenticator_added'> & { readonly userId: string })
  | (Event<'authenticator_removed'> & { readonly userId: string })
  | (Event<'recovery_codes_replaced'> & { readonly userId: string })
  | Event<'restored_database_voided'>;
