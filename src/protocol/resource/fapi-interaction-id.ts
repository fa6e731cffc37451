/** The field by which a client names an exchange with a protected resource (FAPI 1.0 Baseline §6.2.2). */
export const fapiInteractionIdField = 'x-fapi-interaction-id';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The value that the answer repeats (FAPI 1.0 Baseline §6.2.1): a UUID as it was sent; anything else is not ours to repeat. */
export const fapiInteractionIdOf = (sent: string | undefined): string | undefined =>
  sent !== undefined && uuid.test(sent) ? sent : undefined;
