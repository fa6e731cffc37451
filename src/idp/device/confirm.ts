import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import { addressBlock } from '../../protocol/address-block.js';
import { signedInOutcome } from '../../protocol/authorization/due-step.js';
import { allowDevice, findAskingDevice } from '../../storage/grants/device-authorizations.js';
import { accessAsked, decidedBy, rememberConsent } from '../consent/consent.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { hubPath } from '../interaction/paths.js';
import type { InteractionStep, StepForm } from '../interaction/step.js';
import { permissionsAsked, stepOf, type Visit } from '../interaction/visit.js';
import { renderConfirmPage } from './confirm-page.js';
import { deviceGone } from './refusal.js';

/** Shown to one user, it cannot be sent as another. */
const confirmForm: StepForm<'confirmDevice'> = { kind: 'confirmDevice', boundToUser: true };

async function confirmPage(idp: Idp, visit: Visit): Promise<Answer> {
  const asking = await findAskingDevice(idp.sql, hashToken(visit.interactionId), idp.clock.now());
  if (!asking) throw deviceGone(visit.request);
  const page = { ...accessAsked(idp, visit, confirmForm), addressBlock: asking.addressBlock ?? undefined };
  return { page: renderConfirmPage(visit.view, page) };
}

/** The device has its authorization grant from here on; it learns so at its next poll (RFC 8628 §3.3, §3.5). */
async function allow(idp: Idp, asked: Asked, visit: Visit): Promise<Answer> {
  const { clientId, session } = visit;
  const seeOther = hubPath(idp, visit);
  if (!session || clientId === undefined || stepOf(idp, visit).kind !== 'confirmDevice') return { seeOther };
  await rememberConsent(idp, asked, visit);
  const { userId, id: sessionId } = session;
  const authorizationGrantId = idp.random.uuid();
  const detail = { permissions: permissionsAsked(idp, visit), address_block: addressBlock(asked.address ?? '') };
  const event = { type: 'device_allowed', clientId, userId, sessionId, authorizationGrantId, detail } as const;
  const isAllowed = await idp.events.recordWith(asked, event, (audit) =>
    allowDevice(idp.sql, {
      idHash: hashToken(visit.interactionId),
      outcome: signedInOutcome(visit.request, session),
      authorizationGrantId,
      now: idp.clock.now(),
      audit,
    }),
  );
  if (!isAllowed) throw deviceGone(visit.request);
  return { seeOther };
}

/** Asks whoever entered a device's code whether it is theirs, and may have what it asks for (RFC 8628 §3.3, §5.4). */
export const confirmDeviceStep = (idp: Idp): InteractionStep<'confirmDevice'> => ({
  ...confirmForm,
  page: (visit) => confirmPage(idp, visit),
  submit: decidedBy(idp, allow),
});
