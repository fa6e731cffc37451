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
  accountDeletion: {
    subject: (product) => `Ihr ${product}-Konto wird gelöscht`,
    lead: (product, until) =>
      `Ihr ${product}-Konto wird nach dem ${until} gelöscht. Wenn Sie es behalten wollen, melden Sie sich vorher an.`,
    ended: 'Sie wurden überall abgemeldet, und Anwendungen haben keinen Zugriff mehr.',
    ifNot:
      'Wenn Sie das nicht veranlasst haben, melden Sie sich an, behalten Sie das Konto und legen Sie sofort ein neues Passwort fest.',
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
  invitation: {
    subject: (product) => `Einladung zu ${product}`,
    lead: (product) => `Sie sind eingeladen, ein Konto bei ${product} anzulegen.`,
    lifetime: (until) => `Der Link funktioniert einmal, bis zum ${until}.`,
    ifNot: 'Wenn Sie das nicht erwartet haben, müssen Sie nichts tun: Ohne den Link entsteht kein Konto.',
    footer: (product) =>
      `Sie erhalten diese Nachricht, weil die Betreiber von ${product} Ihre Adresse eingegeben haben. Antworten werden nicht gelesen.`,
  },
  accountExists: {
    subject: (product) => `Sie haben schon ein Konto bei ${product}`,
    lead: (product) =>
      `Jemand, vermutlich Sie, wollte mit dieser E-Mail-Adresse ein Konto bei ${product} anlegen. Es gibt bereits eines: Melden Sie sich mit der Adresse an.`,
    forgotten: 'Wenn Sie Ihr Passwort vergessen haben, legen Sie über den Link unten ein neues fest.',
    ifNot: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Konto bleibt, wie es ist.',
  },
  emailCode: {
    subject: (product) => `Ihr Code für ${product}`,
    lead: (product) => `Geben Sie diesen Code ein, um sich bei Ihrem Konto bei ${product} anzumelden.`,
    code: 'Code',
    lifetime: (minutes) =>
      `Er funktioniert einmal, innerhalb von ${minutes} Minuten, in dem Browser, in dem er angefordert wurde.`,
    tellNobody: 'Geben Sie ihn niemandem weiter: Wer Sie nach dem Code fragt, will in Ihr Konto.',
    ifNot: 'Wenn Sie sich gerade nicht anmelden, müssen Sie nichts tun: Ohne den Code kommt niemand hinein.',
    ifNotAfterPassword:
      'Wenn Sie sich gerade nicht anmelden, kennt jemand Ihr Passwort: Legen Sie sofort ein neues fest.',
  },
  changeEmail: {
    subject: (product) => `Die E-Mail-Adresse Ihres Kontos bei ${product} bestätigen`,
    lead: (product) => `Jemand, vermutlich Sie, möchte diese E-Mail-Adresse für ein Konto bei ${product} verwenden.`,
    ifNot: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne den Link ändert sich nichts.',
    action: 'Adresse bestätigen',
    footer: (product) =>
      `Sie erhalten diese Nachricht, weil Ihre Adresse in einem Konto bei ${product} eingegeben wurde. Antworten werden nicht gelesen.`,
  },
  emailChanged: {
    subject: (product) => `Die E-Mail-Adresse Ihres Kontos bei ${product} wurde geändert`,
    lead: (product) =>
      `Ihr Konto bei ${product} hat ab jetzt eine andere E-Mail-Adresse. Diese gehört nicht mehr dazu.`,
    ifYou: 'Wenn Sie das waren, müssen Sie nichts tun.',
    ifNot: (days) =>
      `Wenn nicht, machen Sie die Änderung über den Link unten rückgängig und legen Sie ein neues Passwort fest. Der Link funktioniert einmal, innerhalb von ${days} Tagen.`,
    action: 'Änderung rückgängig machen',
  },
  changes: {
    passkey_added: {
      subject: (product) => `Ein Passkey wurde Ihrem ${product}-Konto hinzugefügt`,
      lead: (product) =>
        `Ihrem ${product}-Konto wurde ein Passkey hinzugefügt. Wer ihn hat, kann sich ohne Passwort anmelden.`,
    },
    passkey_removed: {
      subject: (product) => `Ein Passkey wurde aus Ihrem ${product}-Konto entfernt`,
      lead: (product) =>
        `Aus Ihrem ${product}-Konto wurde ein Passkey entfernt. Mit ihm kann sich niemand mehr anmelden.`,
    },
    authenticator_added: {
      subject: (product) => `Eine Authenticator-App wurde Ihrem ${product}-Konto hinzugefügt`,
      lead: (product) =>
        `Für Ihr ${product}-Konto wurde eine Authenticator-App eingerichtet. Ab jetzt wird nach ihren Codes gefragt.`,
    },
    authenticator_removed: {
      subject: (product) => `Die Authenticator-App wurde aus Ihrem ${product}-Konto entfernt`,
      lead: (product) =>
        `Die Authenticator-App Ihres ${product}-Kontos wurde entfernt, mit ihr die Wiederherstellungscodes.`,
    },
    recovery_codes_replaced: {
      subject: (product) => `Neue Wiederherstellungscodes für Ihr ${product}-Konto`,
      lead: (product) =>
        `Für Ihr ${product}-Konto wurden neue Wiederherstellungscodes erstellt. Die alten gelten nicht mehr.`,
    },
    identity_linked: {
      subject: (product) => `Eine neue Anmeldung für Ihr ${product}-Konto wurde eingerichtet`,
      lead: (product) =>
        `Mit Ihrem ${product}-Konto wurde ein Konto bei einem anderen Anbieter verknüpft. Wer es hat, kann sich bei Ihrem anmelden.`,
    },
    identity_unlinked: {
      subject: (product) => `Eine Anmeldung für Ihr ${product}-Konto wurde entfernt`,
      lead: (product) =>
        `Die Verknüpfung Ihres ${product}-Kontos mit einem Konto bei einem anderen Anbieter wurde gelöst. Mit ihm kann sich niemand mehr anmelden.`,
    },
    sessions_ended: {
      subject: (product) => `Sie wurden anderswo von Ihrem ${product}-Konto abgemeldet`,
      lead: (product) => `Alle anderen Browser wurden von Ihrem ${product}-Konto abgemeldet.`,
    },
  },
  notYou:
    'Wenn Sie das nicht waren, legen Sie sofort ein neues Passwort fest und sehen Sie Ihr Konto durch, oder wenden Sie sich an die Betreiber dieser Website.',
  facts: { time: 'Zeitpunkt', application: 'Anwendung', address: 'Internetadresse' },
  newPassword: 'Neues Passwort festlegen',
  footer: (product) =>
    `Sie erhalten diese Nachricht, weil sie die Sicherheit Ihres ${product}-Kontos betrifft. Antworten werden nicht gelesen.`,
};
