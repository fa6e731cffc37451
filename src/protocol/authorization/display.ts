/** How the client wants the pages shown (OIDC Core §3.1.2.1 `display`). Ours fit every screen; in a popup they are compact. */
export const displays = ['page', 'popup', 'touch', 'wap'] as const;
export type Display = (typeof displays)[number];

/** A wish: one that we do not know is no fault (OIDC Core §3.1.2.1). */
export const displayOf = (text: string | undefined): Display | undefined => displays.find((known) => known === text);
