/** Who may make an account of their own (OIDC Prompt Create §1): nobody, who is invited, or everybody who proves an e-mail address. */
export const registrationModes = ['off', 'invitation', 'open'] as const;
export type RegistrationMode = (typeof registrationModes)[number];
