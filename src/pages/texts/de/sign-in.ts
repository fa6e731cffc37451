import { html } from '../../html.js';
import type { Texts } from '../en.js';

export const login: Texts['login'] = {
  title: 'Anmelden',
  lead: (client) => html`Weiter zu ${client}`,
  again: 'Bitte bestätigen Sie, dass Sie es sind.',
  identifier: 'Benutzername oder E-Mail-Adresse',
  password: 'Passwort',
  showPassword: 'Passwort zeigen',
  hidePassword: 'Passwort verbergen',
  submit: 'Anmelden',
  passkey: 'Passkey verwenden',
  passkeyRefused:
    'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder melden Sie sich mit Ihrem Passwort an.',
  passkeyUnknown:
    'Dieser Passkey ist hier nicht mehr hinterlegt. Nehmen Sie einen anderen, oder melden Sie sich mit Ihrem Passwort an.',
  byPasskeyTitle: 'Ihr Passkey wird gebraucht',
  byPasskey: 'Wählen Sie „Passkey verwenden“: Ein Passwort allein reicht hier nicht.',
  emailCode: 'Code per E-Mail anfordern',
  lostPassword: 'Passwort vergessen?',
  cancel: (client) => `Abbrechen und zu ${client} zurückkehren`,
  problem: 'Bitte prüfen Sie Ihre Eingaben',
  missingIdentifier: 'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.',
  missingPassword: 'Geben Sie Ihr Passwort ein.',
  refused: 'Benutzername und Passwort passen nicht zusammen. Versuchen Sie es noch einmal.',
  delayedTitle: 'Zu viele Versuche',
  delayed: (seconds) =>
    `Es wurde zu oft versucht, sich anzumelden. Warten Sie ${seconds === 1 ? 'eine Sekunde' : `${seconds} Sekunden`} und versuchen Sie es dann noch einmal.`,
};

export const selectAccount: Texts['selectAccount'] = {
  title: 'Konto auswählen',
  signedIn: (moment) => `Angemeldet seit ${moment}`,
  signedOut: (moment) => `Abgemeldet. Letzte Anmeldung: ${moment}`,
  remove: 'Entfernen',
  removing: 'Ein Konto, das Sie entfernen, wird hier abgemeldet, und dieser Browser vergisst es.',
};

export const passkey: Texts['passkey'] = {
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
};

export const federation: Texts['federation'] = {
  button: (provider: string) => `Weiter mit ${provider}`,
  failedTitle: (provider: string) => `Die Anmeldung über ${provider} ging nicht`,
  failed: (provider: string) =>
    `${provider} hat nicht so geantwortet, wie es sein soll. Versuchen Sie es später noch einmal, oder melden Sie sich anders an.`,
  staleTitle: (provider: string) => `${provider} hat nicht gefragt, wer Sie sind`,
  stale: (provider: string) =>
    `Hier müssen Sie es noch einmal zeigen. Melden Sie sich bei ${provider} ab und versuchen Sie es erneut, oder melden Sie sich anders an.`,
  unknownTitle: (provider: string) => `Zu Ihrem Konto bei ${provider} gehört hier keines`,
  unknown: (provider: string) =>
    `Melden Sie sich anders an. Wenn Sie hier kein Konto haben, fragen Sie dort nach, woher Sie kommen; danach lässt sich ${provider} damit verknüpfen.`,
  disabledTitle: 'Ihr Konto hier ist gesperrt',
  disabled: 'Wenden Sie sich an die Betreiber dieses Dienstes.',
  linkTitle: 'Es gibt ein Konto mit Ihrer Adresse',
  link: (provider: string) =>
    `Melden Sie sich daran an, dann wird Ihr Konto bei ${provider} damit verknüpft: Beim nächsten Mal genügt ${provider}.`,
  takenTitle: (provider: string) => `Dieses Konto bei ${provider} ist schon verknüpft`,
  taken: (provider: string) =>
    `Es gehört zu einem anderen Konto hier. Melden Sie sich dort an und lösen Sie es, oder wählen Sie ein anderes Konto bei ${provider}.`,
  backToLinks: 'Zurück zu den verknüpften Konten',
  otherWay: 'Anders anmelden',
  goneTitle: 'Diese Anmeldung ist vorbei',
  gone: 'Sie wurde schon benutzt, hat zu lange gedauert oder begann in einem anderen Browser. Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.',
};

export const challenge: Texts['challenge'] = {
  title: 'Bitte bestätigen Sie, dass Sie es sind',
  lead: 'Geben Sie den Code ein, den Ihre Authenticator-App anzeigt.',
  signingInAs: 'Anmeldung als',
  code: 'Sechsstelliger Code',
  submit: 'Weiter',
  trust: (days) =>
    days === 1 ? 'In diesem Browser einen Tag lang nicht fragen' : `In diesem Browser ${days} Tage lang nicht fragen`,
  trustHint: 'Nur wo ihn niemand sonst benutzt. Anwendungen, die mehr verlangen, fragen trotzdem.',
  useRecoveryCode: 'App nicht zur Hand? Wiederherstellungscode verwenden',
  recoveryCode: 'Wiederherstellungscode',
  problem: 'Das hat nicht funktioniert',
  refused: {
    code: 'Der Code ist falsch, abgelaufen oder bereits verwendet. Geben Sie den ein, den die App jetzt anzeigt.',
    recovery: 'Der Wiederherstellungscode ist falsch oder bereits verwendet. Geben Sie einen anderen ein.',
  },
};

export const emailCode: Texts['emailCode'] = {
  offer: 'Wir senden einen Code an die E-Mail-Adresse Ihres Kontos.',
  send: 'Code senden',
  sent: 'Ein Code ist zur E-Mail-Adresse Ihres Kontos unterwegs. Er funktioniert einmal, innerhalb von zehn Minuten und nur in diesem Browser.',
  perhapsSent:
    'Wenn es dieses Konto gibt und seine E-Mail-Adresse bestätigt ist, ist ein Code dorthin unterwegs. Er funktioniert einmal, innerhalb von zehn Minuten und nur in diesem Browser.',
  code: 'Achtstelliger Code',
  submit: 'Weiter',
  again: 'Neuen Code senden',
  otherWay: 'Anders anmelden oder einen neuen Code anfordern',
  refused:
    'Der Code ist falsch, abgelaufen oder bereits verwendet. Nehmen Sie den aus der neuesten Nachricht, oder fordern Sie einen neuen an.',
  enough:
    'Sie haben innerhalb einer Stunde schon mehrere Codes erhalten. Nehmen Sie den neuesten, oder versuchen Sie es später noch einmal.',
  busy: (minutes) =>
    `Von hier wurden zu oft Codes angefordert. Versuchen Sie es in ${minutes === 1 ? 'einer Minute' : `${minutes} Minuten`} noch einmal.`,
};

export const enrol: Texts['enrol'] = {
  title: 'Zweiten Faktor einrichten',
  lead: 'Für dieses Konto reicht ein Passwort nicht. Richten Sie eines davon ein.',
  needsPasskey: 'Was Sie öffnen möchten, verlangt einen Passkey. Erstellen Sie einen und verwenden Sie ihn von nun an.',
  wish: (client) =>
    `${client} möchte sicherer wissen, dass Sie es sind. Richten Sie etwas neben Ihrem Passwort ein, oder gehen Sie ohne weiter.`,
  signInFirst: 'Noch einmal anmelden und einrichten',
  byPasskey: 'Mit einem Passkey',
  byApp: 'Mit einer Authenticator-App',
  passkeyFailed: 'Der Passkey wurde nicht gespeichert. Versuchen Sie es noch einmal.',
  unable: 'Dieser Browser kann hier keinen Passkey erstellen. Verwenden Sie eine Authenticator-App.',
  unableAtAll:
    'Dieser Browser kann hier keinen Passkey erstellen. Versuchen Sie es mit einem anderen Browser oder Gerät.',
  scan: 'Mit der App scannen',
  qrCode: 'QR-Code für die Authenticator-App',
  open: 'In der App auf diesem Gerät öffnen',
  key: 'Schlüssel zum Eintippen in die App',
  first: 'Code, den die App danach anzeigt',
  submit: 'Einrichten',
  problem: 'Das hat nicht funktioniert',
  refused:
    'Der Code ist falsch oder abgelaufen. Prüfen Sie den Schlüssel in der App und die Uhr Ihres Telefons und geben Sie den Code ein, der jetzt angezeigt wird.',
  codesTitle: 'Bewahren Sie Ihre Wiederherstellungscodes auf',
  codesLead:
    'Mit jedem können Sie sich einmal anmelden, wenn die App nicht zur Hand ist. Drucken oder notieren Sie sie: Sie werden nicht noch einmal angezeigt.',
  codes: 'Wiederherstellungscodes',
  kept: 'Ich habe sie aufbewahrt',
};

export const interaction: Texts['interaction'] = {
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
};
