/** What a sign-in has to find again when the browser comes back: belongs to this tab, is read once and gone. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Asked for without any page being shown (OIDC Core §3.1.2.1 `prompt=none`). */
  readonly silent: boolean;
}

const keys = { signIn: 'sign-in', signOut: 'sign-out', session: 'had-session' } as const;

const take = (key: string): string | null => {
  const value = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return value;
};

export const keepSignIn = (pending: PendingSignIn): void =>
  sessionStorage.setItem(keys.signIn, JSON.stringify(pending));

export function takeSignIn(): PendingSignIn | undefined {
  const kept = take(keys.signIn);
  return kept === null ? undefined : (JSON.parse(kept) as PendingSignIn);
}

export const keepSignOut = (state: string): void => sessionStorage.setItem(keys.signOut, state);
export const takeSignOut = (): string | null => take(keys.signOut);

/** That this tab was signed in, not as whom nor by what: tokens never go to storage. */
export const keepSession = (): void => sessionStorage.setItem(keys.session, 'yes');
export const takeSession = (): boolean => take(keys.session) !== null;
