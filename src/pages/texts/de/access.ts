import { html } from '../../html.js';
import type { Texts } from '../en.js';

export const consent: Texts['consent'] = {
  title: 'Zugriff erlauben?',
  lead: (client) => html`${client} bittet um Zugriff auf Ihr Konto.`,
  more: (client) => html`${client} bittet um mehr, als Sie bisher erlaubt haben.`,
  switchAccount: 'Anderes Konto verwenden',
  requested: 'Die Anwendung kann dann',
  inAddition: 'Die Anwendung kann dann zusätzlich',
  allowedBefore: 'Das haben Sie bereits erlaubt',
  allow: 'Erlauben',
  deny: 'Ablehnen',
  returnsTo: (host) => `In beiden Fällen kehren Sie zu ${host} zurück.`,
  unverified: (client) =>
    html`${client} hat sich selbst registriert. Niemand hier hat geprüft, wer dahintersteht und ob der Name stimmt.`,
  scopes: {
    openid: 'Erkennen, wer Sie sind (anhand einer Kennung)',
    profile: 'Ihr Profil sehen: Name, Bild, Sprache und Ähnliches',
    email: 'Ihre E-Mail-Adresse sehen',
    address: 'Ihre Postanschrift sehen',
    phone: 'Ihre Telefonnummer sehen',
    groups: 'Sehen, welchen Gruppen Sie angehören',
    roles: 'Sehen, welche Rollen Sie haben',
    offline_access: 'Diesen Zugriff behalten, auch wenn Sie die Anwendung gerade nicht nutzen',
    'account:read': 'Sehen, was in Ihrem Konto ist: Angaben, Anmeldungen, Anwendungen und Aktivität',
    'account:write':
      'Ihr Konto ändern: Angaben, Passwort, E-Mail-Adresse, Anmeldewege und Anwendungen, bis hin zum Löschen',
    'read:resource': 'Ihre Daten lesen',
    'write:resource': 'Ihre Daten ändern',
    'delete:resource': 'Ihre Daten löschen',
  },
  claims: (names) => `Dies über Sie sehen: ${names}`,
  otherScope: (scope) => `Die Berechtigung „${scope}“ nutzen`,
  at: (resource) => html`bei ${resource}`,
};

export const device: Texts['device'] = {
  title: 'Gerät verbinden',
  lead: 'Geben Sie den Code ein, den Ihr Gerät anzeigt.',
  compare: 'Fahren Sie nur fort, wenn Ihr Gerät genau diesen Code anzeigt.',
  code: 'Code',
  submit: 'Weiter',
  refused:
    'Kein Gerät wartet auf diesen Code. Vergleichen Sie ihn mit Ihrem Gerät, das inzwischen einen anderen zeigen kann.',
  busyTitle: 'Zu viele Codes',
  busy: 'Es wurden zu oft Codes eingegeben. Warten Sie eine Minute und versuchen Sie es dann erneut.',
  confirmTitle: 'Dieses Gerät zulassen?',
  asks: (client) => html`Ein Gerät bittet mit ${client} um Zugriff auf Ihr Konto.`,
  warningTitle: 'Haben Sie das selbst begonnen?',
  warning:
    'Fahren Sie nur dann fort, und nur für ein Gerät von Ihnen. Hat Ihnen jemand den Code oder einen Link geschickt, so will er in Ihr Konto: Wählen Sie „Ablehnen“.',
  from: (address) => html`Das Gerät fragt von der Netzadresse ${address} aus an.`,
  allowedTitle: 'Ihr Gerät ist verbunden',
  allowed: 'Gehen Sie zurück zu Ihrem Gerät: Dort geht es gleich von selbst weiter. Sie können diese Seite schließen.',
  deniedTitle: 'Das Gerät erhält keinen Zugriff',
  denied: 'Es wurde nichts erlaubt. Sie können diese Seite schließen.',
  goneTitle: 'Dieser Code gilt nicht mehr',
  gone: 'Er ist abgelaufen, oder es wurde schon über ihn entschieden. Lassen Sie sich auf Ihrem Gerät einen neuen zeigen.',
};

export const logout: Texts['logout'] = {
  title: 'Abmelden?',
  lead: 'Damit endet Ihre Sitzung in diesem Browser.',
  askedBy: (client) => html`${client} möchte Sie abmelden.`,
  returning: (client) => html`Danach kehren Sie zu ${client} zurück.`,
  submit: 'Abmelden',
  ofAll: 'Von allen Konten abmelden',
  stay: 'Wenn Sie angemeldet bleiben möchten, schließen Sie diese Seite.',
  notReturning:
    'Die Anfrage, die Sie hierher geführt hat, ist ungültig. Sie werden danach nicht zu einer Anwendung zurückgeleitet.',
  doneTitle: 'Sie sind abgemeldet',
  done: 'Ihre Sitzung in diesem Browser ist beendet. Sie können diese Seite schließen.',
  leaving:
    'Ihre Sitzung in diesem Browser ist beendet. Sobald die Anwendungen, die Sie benutzt haben, davon wissen, geht es weiter.',
  goOn: 'Weiter',
  invalidTitle: 'Dieser Abmeldelink ist ungültig',
  invalid:
    'Es wurde nichts geändert. Sie sind hier nicht angemeldet; schließen Sie diese Seite und kehren Sie zur Anwendung zurück.',
};
