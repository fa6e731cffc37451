import type { Texts } from '../en.js';

export const error: Texts['error'] = {
  requestId: 'Anfrage',
  help: 'Falls das wieder geschieht, nennen Sie dem Support die folgende Anfragenummer.',
};

export const failure: Texts['failure'] = {
  invalidTitle: 'Diese Anfrage ist ungültig',
  invalid:
    'Sie ist unvollständig oder fehlerhaft. Gehen Sie dorthin zurück, woher Sie gekommen sind, und versuchen Sie es noch einmal.',
  askDevelopers:
    'Gehen Sie dorthin zurück, woher Sie gekommen sind; falls das wieder geschieht, wenden Sie sich an die Betreiber der Anwendung.',
  offered: (name) => `${name} in dieser Anfrage`,
  registered: (name) => `${name} wie registriert`,
  detail: 'Im Protokoll',
  section: 'Siehe',
  busyTitle: 'Einen Moment bitte',
  busy: 'Diese Website kann gerade nicht antworten. Warten Sie einige Sekunden und versuchen Sie es dann noch einmal.',
};

export const forms: Texts['forms'] = {
  staleTitle: 'Dieses Formular ist veraltet',
  stale:
    'Ihre Anmeldung hat sich in einem anderen Tab geändert, oder Cookies sind ausgeschaltet. Laden Sie die Seite neu, um den aktuellen Stand zu sehen.',
  reload: 'Weiter',
  crossSiteTitle: 'Dieses Formular kam von einer anderen Website',
  crossSite:
    'Formulare dieser Website werden nur angenommen, wenn sie von ihren eigenen Seiten gesendet wurden. Es wurde nichts geändert.',
};

export const refusals: Texts['refusals'] = {
  not_found: { title: 'Seite nicht gefunden', message: 'Unter dieser Adresse gibt es nichts.' },
  method_not_allowed: {
    title: 'Das hat nicht funktioniert',
    message: 'Diese Adresse kann auf diese Weise nicht aufgerufen werden.',
  },
  access_denied: {
    title: 'Bitte versuchen Sie es noch einmal',
    message:
      'Das Formular ist zu alt oder kam von einer anderen Website. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.',
  },
  invalid_request: {
    title: 'Das hat nicht funktioniert',
    message: 'In der Anfrage fehlt eine Angabe, kommt eine doppelt vor, oder sie ist anderweitig fehlerhaft.',
  },
  temporarily_unavailable: {
    title: 'Derzeit zu viele Anfragen',
    message:
      'Diese Website kann gerade nicht antworten. Warten Sie einige Sekunden und versuchen Sie es dann noch einmal.',
  },
  server_error: {
    title: 'Etwas ist schiefgegangen',
    message: 'Diese Website konnte nicht antworten. Versuchen Sie es in einigen Minuten noch einmal.',
  },
};
