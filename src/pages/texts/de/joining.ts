import type { Texts } from '../en.js';

export const recovery: Texts['recovery'] = {
  title: 'Passwort vergessen?',
  lead: 'Nennen Sie uns Ihren Benutzernamen oder Ihre E-Mail-Adresse. Wenn es dazu ein Konto mit einer Adresse gibt, senden wir dorthin einen Link, mit dem Sie ein neues Passwort festlegen.',
  submit: 'Link senden',
  sentTitle: 'Sehen Sie in Ihr Postfach',
  sent: (minutes) =>
    `Wenn es dieses Konto gibt und es eine E-Mail-Adresse hat, ist ein Link dorthin unterwegs. Er funktioniert ${minutes} Minuten lang. Sehen Sie auch im Ordner für unerwünschte Nachrichten nach.`,
  again: 'Noch einmal anfordern',
  newTitle: 'Neues Passwort festlegen',
  newLead: (name) => `für ${name}`,
  save: 'Passwort speichern',
  doneTitle: 'Ihr Passwort ist geändert',
  done: 'Sie sind überall abgemeldet. Kehren Sie zur Anwendung zurück und melden Sie sich mit dem neuen Passwort an.',
  goOn: 'Sie sind überall abgemeldet. Melden Sie sich mit dem neuen Passwort an; dann geht es weiter, wo Sie waren.',
  backToSignIn: 'Zurück zur Anmeldung',
  goneTitle: 'Dieser Link funktioniert nicht mehr',
  gone: 'Er wurde bereits verwendet, ist zu alt oder unvollständig. Fordern Sie einen neuen an.',
  busyTitle: 'Zu viele Anfragen',
  busy: (minutes) => `Von hier wurde zu oft ein Link angefordert. Versuchen Sie es in ${minutes} Minuten noch einmal.`,
};

export const signUp: Texts['signUp'] = {
  title: 'Konto anlegen',
  lead: 'Nennen Sie uns Ihre E-Mail-Adresse. Wir senden dorthin einen Link, mit dem Sie Ihr Konto einrichten.',
  email: 'E-Mail-Adresse',
  noAddress: 'Geben Sie eine E-Mail-Adresse ein, etwa ada@example.org.',
  submit: 'Link senden',
  haveAccount: 'Ich habe schon ein Konto',
  sent: (email) =>
    `Eine Nachricht an ${email} ist unterwegs. Der Link darin funktioniert einen Tag lang. Sehen Sie auch im Ordner für unerwünschte Nachrichten nach.`,
  otherAddress: 'Andere Adresse verwenden',
  newTitle: 'Konto einrichten',
  noName: 'Geben Sie Ihren Namen ein.',
  create: 'Konto anlegen',
  doneTitle: 'Ihr Konto ist eingerichtet',
  done: 'Kehren Sie zur Anwendung zurück und melden Sie sich mit Ihrer E-Mail-Adresse und Ihrem Passwort an.',
  toAccount: 'Konto ansehen',
  byInvitation: {
    title: 'Konten gibt es auf Einladung',
    lead: 'Hier können Sie nicht selbst ein Konto anlegen. Die Betreiber dieses Dienstes laden Sie per E-Mail ein: Fragen Sie dort nach und öffnen Sie den Link in der Nachricht.',
    link: 'Noch kein Konto?',
  },
  takenTitle: 'Sie haben schon ein Konto',
  taken: 'Zu dieser Adresse gibt es inzwischen eines. Kehren Sie zur Anwendung zurück und melden Sie sich damit an.',
};

export const newPassword: Texts['newPassword'] = {
  label: 'Neues Passwort',
  hint: (least) =>
    `Mindestens ${least} Zeichen. Einige Wörter hintereinander sind leicht zu merken und schwer zu erraten.`,
  strength: {
    missing: 'Noch fehlende Zeichen: {count}',
    enough: 'Lang genug. Ein paar Zeichen mehr machen es stark.',
    strong: 'Lang und abwechslungsreich: stark.',
  },
  problems: {
    short: (least) => `Verwenden Sie mindestens ${least} Zeichen.`,
    long: 'Verwenden Sie höchstens 1.024 Zeichen.',
    repetitive: 'Es wiederholt sich oder ist eine Folge. Wählen Sie ein anderes.',
    common: 'Dieses Passwort probieren alle zuerst. Wählen Sie ein anderes.',
    context: 'Es besteht aus Ihrem oder unserem Namen. Wählen Sie ein anderes.',
    breached: 'Es steht unter Passwörtern, die anderswo gestohlen wurden. Wählen Sie ein anderes.',
  },
};
