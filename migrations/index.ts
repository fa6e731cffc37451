import { Init1795392000000 } from './1795392000000-init.js';
import { InteractionPurpose1795478400000 } from './1795478400000-interaction-purpose.js';
import { ConsentPermissions1795564800001 } from './1795564800001-consent-permissions.js';
import { PasswordChangedAt1795570000000 } from './1795570000000-password-changed-at.js';
import { IdentifierKeys1795570100000 } from './1795570100000-identifier-keys.js';
import { OneClockForOrder1795580000000 } from './1795580000000-one-clock-for-order.js';
import { RequestedClaims1795600000000 } from './1795600000000-requested-claims.js';
import { SessionAtAuthz1795630000000 } from './1795630000000-session-at-authz.js';
import { OutgoingMails1795640000000 } from './1795640000000-outgoing-mails.js';
import { Passkeys1795650000000 } from './1795650000000-passkeys.js';
import { SecondFactors1795660000000 } from './1795660000000-second-factors.js';
import { MailedLinks1795670000000 } from './1795670000000-mailed-links.js';
import { Account1795680000000 } from './1795680000000-account.js';
import { LinksWithoutAccount1795690000000 } from './1795690000000-links-without-account.js';
import { Federation1795700000000 } from './1795700000000-federation.js';
import { PendingLink1795700000001 } from './1795700000001-pending-link.js';
import { UpstreamSession1795700000002 } from './1795700000002-upstream-session.js';
import { RecoveryCodeNumbers1795710000000 } from './1795710000000-recovery-code-numbers.js';
import { AccountDeletion1795710000010 } from './1795710000010-account-deletion.js';
import { LogoutNotifications1795750000000 } from './1795750000000-logout-notifications.js';
import { DeviceAuthorizations1795760000000 } from './1795760000000-device-authorizations.js';
import { SealedClientSecrets1795760000001 } from './1795760000001-sealed-client-secrets.js';
import { ClientRegistration1795770000000 } from './1795770000000-client-registration.js';
import { PairwiseSecret1795781000000 } from './1795781000000-pairwise-secret.js';
import { RegistrationTokens1795782000000 } from './1795782000000-registration-tokens.js';
import { EncryptionKeys1795784000000 } from './1795784000000-encryption-keys.js';
import { SeveralAccounts1795785000000 } from './1795785000000-several-accounts.js';
import { Invitations1795787000000 } from './1795787000000-invitations.js';
import { EmailCodes1795788000000 } from './1795788000000-email-codes.js';
import { DeclinedEnrolment1795789000000 } from './1795789000000-declined-enrolment.js';
import { TrustedBrowsers1795790000000 } from './1795790000000-trusted-browsers.js';

/** In the order in which they run. Expand first, contract in a later release: the previous release keeps working. */
export const migrations = [
  Init1795392000000,
  InteractionPurpose1795478400000,
  ConsentPermissions1795564800001,
  PasswordChangedAt1795570000000,
  IdentifierKeys1795570100000,
  OneClockForOrder1795580000000,
  RequestedClaims1795600000000,
  SessionAtAuthz1795630000000,
  OutgoingMails1795640000000,
  Passkeys1795650000000,
  SecondFactors1795660000000,
  MailedLinks1795670000000,
  Account1795680000000,
  LinksWithoutAccount1795690000000,
  Federation1795700000000,
  PendingLink1795700000001,
  UpstreamSession1795700000002,
  RecoveryCodeNumbers1795710000000,
  AccountDeletion1795710000010,
  LogoutNotifications1795750000000,
  DeviceAuthorizations1795760000000,
  SealedClientSecrets1795760000001,
  ClientRegistration1795770000000,
  PairwiseSecret1795781000000,
  RegistrationTokens1795782000000,
  EncryptionKeys1795784000000,
  SeveralAccounts1795785000000,
  Invitations1795787000000,
  EmailCodes1795788000000,
  DeclinedEnrolment1795789000000,
  TrustedBrowsers1795790000000,
];
