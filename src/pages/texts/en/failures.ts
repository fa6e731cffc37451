export const error = {
  requestId: 'Request',
  help: 'If this happens again, tell the support team the request number below.',
};

export const failure = {
  invalidTitle: 'This request is not valid',
  invalid: 'It is incomplete or malformed. Go back to where you came from and try again.',
  /** Below the sentence that names the mistake, which is the protocol's and stays in English. */
  askDevelopers: 'Go back to where you came from; if it happens again, tell the people who run that application.',
  offered: (name: string) => `${name} of this request`,
  registered: (name: string) => `${name} as registered`,
  detail: 'In the log',
  section: 'See',
  busyTitle: 'Just a moment',
  busy: 'This site cannot answer right now. Wait a few seconds, then try again.',
};

export const forms = {
  staleTitle: 'This form is out of date',
  stale: 'Your sign-in changed in another tab, or cookies are switched off. Reload the page to see where you are.',
  reload: 'Continue',
  crossSiteTitle: 'This form came from elsewhere',
  crossSite: 'Forms of this site are only accepted when they were sent from its own pages. Nothing was changed.',
};

/** What is refused before an endpoint is reached, by its error code. */
export const refusals = {
  not_found: { title: 'Page not found', message: 'There is nothing at this address.' },
  method_not_allowed: {
    title: 'That did not work',
    message: 'This address does not answer the method of the request.',
  },
  access_denied: {
    title: 'Please try again',
    message: 'The form is too old or came from elsewhere. Go back, reload the page and try again.',
  },
  invalid_request: {
    title: 'That did not work',
    message: 'The request is missing a parameter, repeats one or is otherwise malformed.',
  },
  temporarily_unavailable: {
    title: 'Too busy right now',
    message: 'This site cannot answer right now. Wait a few seconds, then try again.',
  },
  server_error: {
    title: 'Something went wrong',
    message: 'This site could not answer. Try again in a few minutes.',
  },
};
