import type { MailTexts } from './mail-texts.js';

export const de: MailTexts = {
  language: 'de',
  newDevice: {
    subject: (product) => `Neue Anmeldung bei Ihrem ${product}-Konto`,
    lead: (product) =>
      `Bei Ihrem ${product}-Konto hat sich jemand mit einem Browser angemeldet, der dort nicht bekannt war.`,
    ifYou: 'Wenn Sie das waren, müssen Sie nichts tun.',
    ifNot:
      'Wenn nicht, kennt jemand Ihr Passwort: Legen Sie sofort ein neues fest oder bitten Sie die Betreiber dieser Website darum.',
  },
  passwordChanged: {
    subject: (product) => `Das Passwort Ihres ${product}-Kontos wurde geändert`,
    lead: (product) => `Das Passwort Ihres ${product}-Kontos wurde geändert.`,
    ended: 'Sie wurden überall abgemeldet.',
    ifNot:
      'Wenn Sie das nicht veranlasst haben, legen Sie sofort ein neues Passwort fest oder wenden Sie sich an die Betreiber dieser Website.',
  },
  passwordReset: {
    subject: (product) => `Ein neues Passwort für Ihr Konto bei ${product}`,
    lead: (product) => `Jemand, vermutlich Sie, möchte für Ihr Konto bei ${product} ein neues Passwort festlegen.`,
    lifetime: (minutes) => `Der Link funktioniert einmal, innerhalb von ${minutes} Minuten.`,
    ifNot: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.',
  },
  signUp: {
    subject: (product) => `Ihr Konto bei ${product} einrichten`,
    lead: (product) => `Jemand, vermutlich Sie, möchte mit dieser E-Mail-Adresse ein Konto bei ${product} anlegen.`,
    lifetime: (hours) => `Der Link funktioniert einmal, innerhalb von ${hours} Stunden.`,
    ifNot: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne den Link entsteht kein Konto.',
    action: 'Konto einrichten',
    footer: (product) =>
      `Sie erhalten diese Nachricht, weil Ihre Adresse auf der Registrierungsseite von ${product} eingegeben wurde. Antworten werden nicht gelesen.`,
  },
  accountExists: {
    subject: (product) => `Sie haben schon ein Konto bei ${product}`,
    lead: (product) =>
      `Jemand, vermutlich Sie, wollte mit dieser E-Mail-Adresse ein Konto bei ${product} anlegen. Es gibt bereits eines: Melden Sie sich mit der Adresse an.`,
    forgotten: 'Wenn Sie Ihr Passwort vergessen haben, legen Sie über den Link unten ein neues fest.',
    ifNot: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Konto bleibt, wie es ist.',
  },
  facts: { time: 'Zeitpunkt', application: 'Anwendung', address: 'Internetadresse' },
  newPassword: 'Neues Passwort festlegen',
  footer: (product) =>
    `Sie erhalten diese Nachricht, weil sie die Sicherheit Ihres ${product}-Kontos betrifft. Antworten werden nicht gelesen.`,
};
