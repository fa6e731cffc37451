import type { MailTexts } from './mail-texts.js';

export const fr: MailTexts = {
  language: 'fr',
  newDevice: {
    subject: (product) => `Nouvelle connexion à votre compte ${product}`,
    lead: (product) =>
      `Quelqu’un s’est connecté à votre compte ${product} depuis un navigateur qui n’y était pas encore connu.`,
    ifYou: 'S’il s’agit de vous, vous n’avez rien à faire.',
    ifNot:
      'Sinon, quelqu’un connaît votre mot de passe : choisissez-en un nouveau immédiatement ou adressez-vous aux responsables de ce site.',
  },
  accountDeletion: {
    subject: (product) => `Votre compte ${product} va être supprimé`,
    lead: (product, until) =>
      `Votre compte ${product} sera supprimé après le ${until}. Pour le garder, connectez-vous avant cette date.`,
    ended: 'Vous avez été déconnecté partout et les applications n’ont plus accès à votre compte.',
    ifNot:
      'Si vous n’êtes pas à l’origine de cette demande, connectez-vous, gardez le compte et choisissez immédiatement un nouveau mot de passe.',
  },
  passwordChanged: {
    subject: (product) => `Le mot de passe de votre compte ${product} a été modifié`,
    lead: (product) => `Le mot de passe de votre compte ${product} a été modifié.`,
    ended: 'Vous avez été déconnecté partout.',
    ifNot:
      'Si vous n’êtes pas à l’origine de ce changement, choisissez immédiatement un nouveau mot de passe ou prévenez les responsables de ce site.',
  },
  passwordReset: {
    subject: (product) => `Un nouveau mot de passe pour votre compte ${product}`,
    lead: (product) =>
      `Quelqu’un, probablement vous, souhaite définir un nouveau mot de passe pour votre compte ${product}.`,
    lifetime: (minutes) => `Le lien fonctionne une seule fois, pendant ${minutes}\u00a0minutes.`,
    ifNot: `Si ce n’était pas vous, il n’y a rien à faire\u00a0: votre mot de passe reste inchangé.`,
  },
  signUp: {
    subject: (product) => `Configurez votre compte ${product}`,
    lead: (product) => `Quelqu’un, probablement vous, souhaite créer un compte ${product} avec cette adresse e-mail.`,
    lifetime: (hours) => `Le lien fonctionne une seule fois, pendant ${hours}\u00a0heures.`,
    ifNot: `Si ce n’était pas vous, il n’y a rien à faire\u00a0: sans ce lien, aucun compte n’est créé.`,
    action: 'Configurer le compte',
    footer: (product) =>
      `Vous recevez ce message parce que votre adresse a été saisie sur la page d’inscription de ${product}. Les réponses ne sont pas lues.`,
  },
  invitation: {
    subject: (product) => `Vous êtes invité à rejoindre ${product}`,
    lead: (product) => `Vous êtes invité à créer un compte ${product}.`,
    lifetime: (until) => `Le lien fonctionne une seule fois, jusqu’au ${until}.`,
    ifNot: `Si vous ne vous y attendiez pas, il n’y a rien à faire\u00a0: sans ce lien, aucun compte n’est créé.`,
    footer: (product) =>
      `Vous recevez ce message parce que les responsables de ${product} ont saisi votre adresse. Les réponses ne sont pas lues.`,
  },
  accountExists: {
    subject: (product) => `Vous avez déjà un compte ${product}`,
    lead: (product) =>
      `Quelqu’un, probablement vous, a voulu créer un compte ${product} avec cette adresse e-mail. Il en existe déjà un\u00a0: connectez-vous avec cette adresse.`,
    forgotten: 'Si vous avez oublié votre mot de passe, définissez-en un nouveau avec le lien ci-dessous.',
    ifNot: `Si ce n’était pas vous, il n’y a rien à faire\u00a0: votre compte reste inchangé.`,
  },
  emailCode: {
    subject: (product) => `Votre code pour ${product}`,
    lead: (product) => `Saisissez ce code pour vous connecter à votre compte ${product}.`,
    code: 'Code',
    lifetime: (minutes) =>
      `Il fonctionne une seule fois, pendant ${minutes}\u00a0minutes, dans le navigateur où il a été demandé.`,
    tellNobody: `Ne le communiquez à personne\u00a0: quiconque vous le demande veut accéder à votre compte.`,
    ifNot: `Si vous n’êtes pas en train de vous connecter, il n’y a rien à faire\u00a0: sans le code, personne n’entre.`,
    ifNotAfterPassword: `Si vous n’êtes pas en train de vous connecter, quelqu’un connaît votre mot de passe\u00a0: définissez-en un nouveau immédiatement.`,
  },
  changeEmail: {
    subject: (product) => `Confirmez l’adresse e-mail de votre compte ${product}`,
    lead: (product) =>
      `Quelqu’un, probablement vous, souhaite utiliser cette adresse e-mail pour un compte ${product}.`,
    ifNot: 'Si ce n’était pas vous, vous n’avez rien à faire : sans le lien, rien ne change.',
    action: 'Confirmer l’adresse',
    footer: (product) =>
      `Vous recevez ce message parce que votre adresse a été saisie dans un compte ${product}. Personne ne lit les réponses.`,
  },
  emailChanged: {
    subject: (product) => `L’adresse e-mail de votre compte ${product} a été modifiée`,
    lead: (product) => `Votre compte ${product} a désormais une autre adresse e-mail. Celle-ci n’y est plus associée.`,
    ifYou: 'Si c’était vous, vous n’avez rien à faire.',
    ifNot: (days) =>
      `Sinon, annulez la modification avec le lien ci-dessous et choisissez un nouveau mot de passe. Le lien fonctionne une seule fois, pendant ${days} jours.`,
    action: 'Annuler la modification',
  },
  changes: {
    passkey_added: {
      subject: (product) => `Une clé d’accès a été ajoutée à votre compte ${product}`,
      lead: (product) =>
        `Une clé d’accès a été ajoutée à votre compte ${product}. Qui la possède peut se connecter sans mot de passe.`,
    },
    passkey_removed: {
      subject: (product) => `Une clé d’accès a été supprimée de votre compte ${product}`,
      lead: (product) =>
        `Une clé d’accès a été supprimée de votre compte ${product}. Elle ne permet plus de se connecter.`,
    },
    authenticator_added: {
      subject: (product) => `Une application d’authentification a été ajoutée à votre compte ${product}`,
      lead: (product) =>
        `Une application d’authentification a été configurée pour votre compte ${product}. Ses codes seront désormais demandés.`,
    },
    authenticator_removed: {
      subject: (product) => `L’application d’authentification a été retirée de votre compte ${product}`,
      lead: (product) =>
        `L’application d’authentification de votre compte ${product} a été retirée, ainsi que les codes de secours.`,
    },
    recovery_codes_replaced: {
      subject: (product) => `Nouveaux codes de secours pour votre compte ${product}`,
      lead: (product) =>
        `De nouveaux codes de secours ont été créés pour votre compte ${product}. Les anciens ne fonctionnent plus.`,
    },
    identity_linked: {
      subject: (product) => `Un moyen de connexion a été ajouté à votre compte ${product}`,
      lead: (product) =>
        `Un compte chez un autre fournisseur a été associé à votre compte ${product}. Qui le possède peut se connecter au vôtre.`,
    },
    identity_unlinked: {
      subject: (product) => `Un moyen de connexion a été supprimé de votre compte ${product}`,
      lead: (product) =>
        `Un compte chez un autre fournisseur a été dissocié de votre compte ${product}. Il ne permet plus de se connecter.`,
    },
    sessions_ended: {
      subject: (product) => `Les autres sessions de votre compte ${product} ont été fermées`,
      lead: (product) => `Les sessions de votre compte ${product} ont été fermées dans tous les autres navigateurs.`,
    },
  },
  notYou:
    'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe et vérifiez votre compte, ou prévenez les responsables de ce site.',
  facts: { time: 'Date et heure', application: 'Application', address: 'Adresse Internet' },
  newPassword: 'Choisir un nouveau mot de passe',
  footer: (product) =>
    `Vous recevez ce message parce qu’il concerne la sécurité de votre compte ${product}. Les réponses ne sont pas lues.`,
};
