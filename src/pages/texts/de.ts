import { html } from '../html.js';
import type { Texts } from './en.js';

/** Deutsch */
export const de: Texts = {
  language: 'de',
  direction: 'ltr',
  name: 'Deutsch',
  foot: {
    languages: 'Sprache',
    links: (product) => `Über ${product}`,
  },
  account: {
    signedInAs: 'Angemeldet als',
    pages: 'Ihr Konto',
    titles: {
      account: 'Konto',
      accountSessions: 'Wo Sie angemeldet sind',
      accountApplications: 'Anwendungen mit Zugriff',
      accountPassword: 'Passwort ändern',
    },
    username: 'Benutzername',
    email: 'E-Mail-Adresse',
    unverified: (email) => `${email} (nicht bestätigt)`,
    since: 'Konto seit',
    passwordChanged: 'Passwort geändert',
    signedIn: 'Angemeldet seit',
    unknownDevice: 'Unbekannter Browser',
    thisSession: '(dieser hier)',
    lastSeen: 'Zuletzt benutzt',
    sessionsLead: 'In diesen Browsern ist jemand bei Ihrem Konto angemeldet. Beenden Sie, was Sie nicht kennen.',
    endSession: 'Abmelden',
    endOthers: 'Überall sonst abmelden',
    applicationsLead: 'Diese Anwendungen haben Zugriff auf Ihr Konto. Kommt eine wieder, werden Sie von Neuem gefragt.',
    noApplications: 'Keine Anwendung hat Zugriff auf Ihr Konto.',
    accessSince: 'Hat Zugriff seit',
    withdraw: 'Zugriff entziehen',
    passwordLead: 'Hier bleiben Sie angemeldet. Überall sonst werden Sie abgemeldet.',
    newPassword: 'Neues Passwort',
    repeatPassword: 'Neues Passwort noch einmal',
    passwordHint: 'Mindestens 8 Zeichen; einige Wörter hintereinander sind gut.',
    weakPassword:
      'Wählen Sie eines mit 8 bis 1024 Zeichen, das weder Ihr Name ist noch eines, das jeder zuerst probiert.',
    notRepeated: 'Die beiden stimmen nicht überein. Geben Sie beide noch einmal ein.',
    changePassword: 'Passwort speichern',
  },
  client: {
    policy: 'Datenschutzerklärung',
    terms: 'Nutzungsbedingungen',
    links: (client) => `Über ${client}`,
  },
  login: {
    title: 'Anmelden',
    lead: (client) => html`Weiter zu ${client}`,
    again: 'Bitte bestätigen Sie, dass Sie es sind.',
    identifier: 'Benutzername oder E-Mail-Adresse',
    password: 'Passwort',
    submit: 'Anmelden',
    passkey: 'Passkey verwenden',
    passkeyRefused:
      'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder melden Sie sich mit Ihrem Passwort an.',
    passkeyUnknown:
      'Dieser Passkey ist hier nicht mehr hinterlegt. Nehmen Sie einen anderen, oder melden Sie sich mit Ihrem Passwort an.',
    lostPassword: 'Passwort vergessen?',
    cancel: (client) => `Abbrechen und zu ${client} zurückkehren`,
    problem: 'Bitte prüfen Sie Ihre Eingaben',
    missingIdentifier: 'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.',
    missingPassword: 'Geben Sie Ihr Passwort ein.',
    refused: 'Benutzername und Passwort passen nicht zusammen. Versuchen Sie es noch einmal.',
    delayedTitle: 'Zu viele Versuche',
    delayed: (seconds) =>
      `Es wurde zu oft versucht, sich anzumelden. Warten Sie ${seconds === 1 ? 'eine Sekunde' : `${seconds} Sekunden`} und versuchen Sie es dann noch einmal.`,
  },
  passkey: {
    offerTitle: 'Ohne Passwort anmelden?',
    offer: 'Mit einem Passkey genügt beim nächsten Mal Ihr Fingerabdruck, Ihr Gesicht oder die PIN Ihres Geräts.',
    create: 'Passkey erstellen',
    later: 'Nicht jetzt',
    failed: 'Der Passkey wurde nicht gespeichert. Versuchen Sie es noch einmal, oder wählen Sie „Nicht jetzt“.',
    unable: 'Dieser Browser kann hier keinen Passkey erstellen. Sie können ohne einen fortfahren.',
    name: 'Mein Passkey',
    usedTitle: 'Sie sind angemeldet',
    addedTitle: 'Ihr Passkey ist gespeichert',
    goingOn: 'Einen Augenblick: Sie werden weitergeleitet.',
    goOn: 'Weiter',
  },
  recovery: {
    title: 'Passwort vergessen?',
    lead: 'Nennen Sie uns Ihren Benutzernamen oder Ihre E-Mail-Adresse. Wenn es dazu ein Konto mit einer Adresse gibt, senden wir dorthin einen Link, mit dem Sie ein neues Passwort festlegen.',
    submit: 'Link senden',
    sentTitle: 'Sehen Sie in Ihr Postfach',
    sent: (minutes) =>
      `Wenn es dieses Konto gibt und es eine E-Mail-Adresse hat, ist ein Link dorthin unterwegs. Er funktioniert ${minutes} Minuten lang. Sehen Sie auch im Ordner für unerwünschte Nachrichten nach.`,
    again: 'Noch einmal anfordern',
    newTitle: 'Neues Passwort festlegen',
    newLead: (name) => `für ${name}`,
    password: 'Neues Passwort',
    hint: 'Mindestens 8 Zeichen. Ein Satz ist leicht zu merken und schwer zu erraten.',
    save: 'Passwort speichern',
    problems: {
      length: 'Es muss 8 bis 1.024 Zeichen haben.',
      common: 'Dieses Passwort probieren alle zuerst. Wählen Sie ein anderes.',
      name: 'Es muss ein anderes als Ihr Name sein.',
    },
    doneTitle: 'Ihr Passwort ist geändert',
    done: 'Sie sind überall abgemeldet. Kehren Sie zur Anwendung zurück und melden Sie sich mit dem neuen Passwort an.',
    goneTitle: 'Dieser Link funktioniert nicht mehr',
    gone: 'Er wurde bereits verwendet, ist zu alt oder unvollständig. Fordern Sie einen neuen an.',
    busyTitle: 'Zu viele Anfragen',
    busy: (minutes) =>
      `Von hier wurde zu oft ein Link angefordert. Versuchen Sie es in ${minutes} Minuten noch einmal.`,
  },
  consent: {
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
    scopes: {
      openid: 'Erkennen, wer Sie sind (anhand einer Kennung)',
      profile: 'Ihr Profil sehen: Name, Bild, Sprache und Ähnliches',
      email: 'Ihre E-Mail-Adresse sehen',
      address: 'Ihre Postanschrift sehen',
      phone: 'Ihre Telefonnummer sehen',
      groups: 'Sehen, welchen Gruppen Sie angehören',
      roles: 'Sehen, welche Rollen Sie haben',
      offline_access: 'Diesen Zugriff behalten, auch wenn Sie die Anwendung gerade nicht nutzen',
      'read:resource': 'Ihre Daten lesen',
      'write:resource': 'Ihre Daten ändern',
      'delete:resource': 'Ihre Daten löschen',
    },
    claims: (names) => `Dies über Sie sehen: ${names}`,
    otherScope: (scope) => `Die Berechtigung „${scope}“ nutzen`,
    at: (resource) => html`bei ${resource}`,
  },
  logout: {
    title: 'Abmelden?',
    lead: 'Damit endet Ihre Sitzung in diesem Browser.',
    askedBy: (client) => html`${client} möchte Sie abmelden.`,
    returning: (client) => html`Danach kehren Sie zu ${client} zurück.`,
    submit: 'Abmelden',
    stay: 'Wenn Sie angemeldet bleiben möchten, schließen Sie diese Seite.',
    notReturning:
      'Die Anfrage, die Sie hierher geführt hat, ist ungültig. Sie werden danach nicht zu einer Anwendung zurückgeleitet.',
    doneTitle: 'Sie sind abgemeldet',
    done: 'Ihre Sitzung in diesem Browser ist beendet. Sie können diese Seite schließen.',
    invalidTitle: 'Dieser Abmeldelink ist ungültig',
    invalid:
      'Es wurde nichts geändert. Sie sind hier nicht angemeldet; schließen Sie diese Seite und kehren Sie zur Anwendung zurück.',
  },
  formPost: {
    title: 'Einen Moment bitte',
    lead: 'Sie werden zur Anwendung zurückgeleitet.',
    submit: 'Weiter',
  },
  error: {
    requestId: 'Anfrage',
    help: 'Falls das wieder geschieht, nennen Sie dem Support die folgende Anfragenummer.',
  },
  interaction: {
    goneTitle: 'Diese Anmeldung kann nicht fortgesetzt werden',
    gone: 'Sie hat zu lange gedauert, ist bereits abgeschlossen, oder der Link ist unvollständig. Gehen Sie zur Anwendung zurück und melden Sie sich von dort aus an.',
    finishedTitle: 'Diese Anmeldung ist abgeschlossen',
    finished:
      'Hier gibt es nichts mehr zu tun. Gehen Sie zur Anwendung zurück; falls Sie dort nicht angemeldet sind, beginnen Sie von vorn.',
    foreignTitle: 'Diese Anmeldung gehört zu einem anderen Browser',
    foreign:
      'Sie wurde anderswo begonnen. Gehen Sie in diesem Browser zur Anwendung zurück und melden Sie sich von dort aus an.',
    cookiesTitle: 'Cookies sind ausgeschaltet',
    cookies:
      'Ohne ein Cookie dieser Website ist keine Anmeldung möglich. Erlauben Sie Cookies, gehen Sie zur Anwendung zurück und melden Sie sich erneut an.',
    clientDisabledTitle: 'Diese Anwendung ist abgeschaltet',
    clientDisabled: 'Derzeit kann sich dort niemand anmelden. Wenden Sie sich an die Betreiber der Anwendung.',
  },
  failure: {
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
  },
  forms: {
    staleTitle: 'Dieses Formular ist veraltet',
    stale:
      'Ihre Anmeldung hat sich in einem anderen Tab geändert, oder Cookies sind ausgeschaltet. Laden Sie die Seite neu, um den aktuellen Stand zu sehen.',
    reload: 'Weiter',
    crossSiteTitle: 'Dieses Formular kam von einer anderen Website',
    crossSite:
      'Formulare dieser Website werden nur angenommen, wenn sie von ihren eigenen Seiten gesendet wurden. Es wurde nichts geändert.',
  },
  refusals: {
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
  },
};
