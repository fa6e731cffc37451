/**
 * IDENTITY PROVIDER. Owns people at the door: sign-in, consent, sessions, userinfo and logout.
 * Never makes a code or token, and never learns a client's secret. Talks to the browser, and to authz through one thing only:
 * the interaction's row, which authz starts and redeems and this room completes.
 */
import type { Express, RequestHandler } from 'express';
import { isMailOn, registrationOf } from '../config/configuration.js';
import { sendAsset } from '../http/browser/asset.js';
import { type CorsPolicy, cors } from '../http/browser/cors.js';
import { createHealth, publicHealth } from '../http/operations/health.js';
import type { Role } from '../http/role.js';
import { refusalPages } from '../pages/send.js';
import { type AccountPage, type Endpoint, type EndpointName, endpoints } from '../protocol/endpoints.js';
import { ping } from '../storage/connection/sql.js';
import { mountAccount } from './account/account.js';
import { consentStep } from './consent/consent.js';
import { assemble, type Idp, type IdpGiven } from './deps.js';
import { confirmDeviceStep } from './device/confirm.js';
import { device } from './device/verification.js';
import { changeEmailByLink, undoEmailByLink } from './email/change-by-link.js';
import { mountFederation } from './federation/federation.js';
import { createUpstreams } from './federation/upstreams.js';
import { hub } from './hub.js';
import { sendAnswer } from './interaction/answer.js';
import { interactionForm } from './interaction/interaction-form.js';
import { languageSwitch } from './interaction/language-switch.js';
import { pageErrors } from './interaction/page-errors.js';
import { devicePath, hubPath, logoutPath, signUpPath } from './interaction/paths.js';
import type { InteractionStep, Steps } from './interaction/step.js';
import type { StepKind } from './interaction/step-kind.js';
import { mountMailbox } from './mailbox/mailbox.js';
import { linkPath } from './mailed-link.js';
import { checkSessionFrame } from './openid/check-session.js';
import { confirmLogout, logout } from './openid/logout.js';
import { userinfo } from './openid/userinfo.js';
import { forgottenPassword } from './recovery/forgotten-password.js';
import { forgottenPasswordPath } from './recovery/paths.js';
import { resetPassword } from './recovery/reset-password.js';
import { acceptInvitation, signUpByInvitation } from './registration/invitation.js';
import { signUp } from './registration/sign-up.js';
import { signUpByLink } from './registration/sign-up-by-link.js';
import { loadCheckSession, loadScript } from './script.js';
import { selectAccountStep } from './sign-in/accounts/select-account.js';
import { emailCodeStep } from './sign-in/email-code/email-code.js';
import { keepAccountStep } from './sign-in/keep-account.js';
import { loginStep } from './sign-in/login.js';
import { passwordMethod } from './sign-in/methods/password.js';
import { offerPasskeyStep } from './sign-in/passkeys/offer.js';
import { challengeStep } from './sign-in/second-factor/challenge.js';
import { enrolStep } from './sign-in/second-factor/enrol.js';
import { changePassword, passkeyEndpoints, relatedOrigins } from './well-known.js';

type IdpEndpoint = {
  [Name in EndpointName]: (typeof endpoints)[Name]['role'] extends 'idp' ? Name : never;
}[EndpointName];

/** The steps of an interaction: a new one is a new entry. */
const stepsOf = (idp: Idp): Steps => ({
  selectAccount: selectAccountStep(idp),
  login: loginStep(idp, passwordMethod(idp.passwords)),
  offerPasskey: offerPasskeyStep(idp),
  challenge: challengeStep(idp),
  emailCode: emailCodeStep(idp),
  enrol: enrolStep(idp),
  keepAccount: keepAccountStep(idp),
  consent: consentStep(idp),
  confirmDevice: confirmDeviceStep(idp),
});

/** Where a forgotten password is replaced; not there where no mail is sent. */
const recoveryPages = (idp: Idp) =>
  isMailOn(idp.config)
    ? {
        forgottenPassword: [languageSwitch(idp, () => forgottenPasswordPath(idp)), forgottenPassword(idp)],
        resetPassword: [
          languageSwitch(idp, ({ params }) => linkPath(idp, 'resetPassword', String(params.link))),
          resetPassword(idp),
        ],
      }
    : { forgottenPassword: undefined, resetPassword: undefined };

/** Where links about an address lead; not there where no mail is sent. */
const emailPages = (idp: Idp) =>
  isMailOn(idp.config)
    ? {
        changeEmail: [
          languageSwitch(idp, ({ params }) => linkPath(idp, 'changeEmail', String(params.link))),
          changeEmailByLink(idp),
        ],
        undoEmailChange: [
          languageSwitch(idp, ({ params }) => linkPath(idp, 'undoEmailChange', String(params.link))),
          undoEmailByLink(idp),
        ],
      }
    : { changeEmail: undefined, undoEmailChange: undefined };

/** Where an account is made; not there where nobody may. */
function registrationPages(idp: Idp) {
  const mode = registrationOf(idp.config);
  const byLink = (name: 'signUpByLink' | 'acceptInvitation', handler: RequestHandler) => [
    languageSwitch(idp, ({ params }) => linkPath(idp, name, String(params.link))),
    handler,
  ];
  const asked = mode === 'open' ? signUp(idp) : signUpByInvitation(idp);
  return {
    signUp: mode === 'off' ? undefined : [languageSwitch(idp, () => signUpPath(idp)), asked],
    signUpByLink: mode === 'open' ? byLink('signUpByLink', signUpByLink(idp)) : undefined,
    acceptInvitation: mode === 'off' ? undefined : byLink('acceptInvitation', acceptInvitation(idp)),
  };
}

/** Not there where it is switched off, or was not built. */
function checkSession(idp: Idp): RequestHandler | undefined {
  const script = idp.config.sessionManagement ? loadCheckSession() : undefined;
  return script === undefined ? undefined : checkSessionFrame(idp, script);
}

/** By their own rooms. */
type MountedElsewhere = 'frontPage' | 'federation' | 'federationCallback' | 'federationLoggedOut';

/**
 * The route table: `protocol/endpoints.ts` says where each one is. The forms of steps and the account pages are mounted from
 * tables of their own.
 */
const handlersOf = (
  idp: Idp,
  steps: Steps,
): Readonly<
  Record<Exclude<IdpEndpoint, StepKind | AccountPage | MountedElsewhere>, RequestHandler | RequestHandler[] | undefined>
> => ({
  interaction: [
    languageSwitch(idp, ({ params }) => hubPath(idp, { interactionId: String(params.interaction) })),
    hub(idp, steps),
  ],
  userinfo: userinfo(idp),
  ...recoveryPages(idp),
  ...registrationPages(idp),
  ...emailPages(idp),
  device: [languageSwitch(idp, () => devicePath(idp)), device(idp)],
  logout: [languageSwitch(idp, () => logoutPath(idp)), logout(idp)],
  confirmLogout: confirmLogout(idp),
  checkSession: checkSession(idp),
  passkeyEndpoints: passkeyEndpoints(idp),
  relatedOrigins: relatedOrigins(idp),
  changePassword: changePassword(idp),
});

/** Scripts of the configured origins may ask for userinfo with a token (OIDC Core §5.3), never with cookies. */
const userinfoCors = (idp: Idp): CorsPolicy => ({
  origins: idp.config.cors.origins,
  methods: endpoints.userinfo.methods,
  headers: ['Authorization', 'traceparent'],
  exposed: ['WWW-Authenticate'],
});

function mountEndpoint(app: Express, idp: Idp, name: IdpEndpoint, handler: RequestHandler | RequestHandler[]): void {
  const { path, methods }: Endpoint = endpoints[name];
  // Userinfo answers its own refusals, to programs; what else goes wrong is answered as everywhere.
  const refusals = name === 'userinfo' ? [] : [pageErrors(idp)];
  for (const method of methods) app[method.toLowerCase() as 'get' | 'post'](path, handler, refusals);
}

/** A GET of a form's address, as by reloading what the form answered, leads back to the page with the form. */
function mountStep(app: Express, idp: Idp, step: InteractionStep): void {
  mountEndpoint(app, idp, step.kind, interactionForm(idp, step));
  app.get(endpoints[step.kind].path, (req, res) =>
    sendAnswer(idp, res, { seeOther: hubPath(idp, { interactionId: req.params.interaction }) }),
  );
}

function mountIdp(app: Express, idp: Idp): void {
  if (idp.script) app.get(idp.script.route, sendAsset(idp.script.asset));
  else idp.log.warn('no script for the pages: passkeys are not offered; run "npm run build"', {});
  const steps = stepsOf(idp);
  app.use(endpoints.userinfo.path, cors(userinfoCors(idp)));
  for (const step of Object.values(steps)) mountStep(app, idp, step);
  for (const [name, handler] of Object.entries(handlersOf(idp, steps)))
    if (handler) mountEndpoint(app, idp, name as IdpEndpoint, handler);
  app.get(endpoints.confirmLogout.path, (_req, res) => sendAnswer(idp, res, { seeOther: logoutPath(idp) }));
}

export function createIdp(given: IdpGiven): Role {
  const idp = assemble(given, loadScript(given.config.publicUrls.idp));
  const upstreams = createUpstreams(idp);
  const checks = {
    database: () => ping(idp.sql),
    signing_keys: async () => void (await idp.signingKeys.keySet()),
  };
  const health = createHealth({ checks, clock: idp.clock, log: idp.log });
  return {
    health,
    checks,
    refusalPages: refusalPages(idp.brand, idp.cookies),
    stop: () => idp.auditBatch.flush(),
    mount(app) {
      app.get('/health', publicHealth(health, { status: 'ok', service: 'idp' }));
      mountIdp(app, idp);
      mountFederation(app, idp, upstreams);
      mountAccount(app, idp, upstreams);
      mountMailbox(app, idp);
    },
  };
}
