/** Who may make an account of their own (OIDC Prompt Create §1): nobody, or everybody who proves an e-mail address. */
export const registrationModes = ['off', 'open'] as const;
export type RegistrationMode = (typeof registrationModes)[number];
