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
  facts: { time: 'Date et heure', application: 'Application', address: 'Adresse Internet' },
  newPassword: 'Choisir un nouveau mot de passe',
  footer: (product) =>
    `Vous recevez ce message parce qu’il concerne la sécurité de votre compte ${product}. Les réponses ne sont pas lues.`,
};
