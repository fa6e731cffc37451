import type { Texts } from '../en.js';

export const recovery: Texts['recovery'] = {
  title: `Mot de passe oublié\u202f?`,
  lead: 'Indiquez votre nom d’utilisateur ou votre adresse e-mail. S’il existe un compte avec une adresse, nous y envoyons un lien pour définir un nouveau mot de passe.',
  submit: 'Envoyer le lien',
  sentTitle: 'Consultez votre messagerie',
  sent: (minutes) =>
    `Si ce compte existe et possède une adresse e-mail, un lien vient d’y être envoyé. Il fonctionne pendant ${minutes}\u00a0minutes. Vérifiez aussi les courriers indésirables.`,
  again: 'Demander à nouveau',
  newTitle: 'Définir un nouveau mot de passe',
  newLead: (name) => `pour ${name}`,
  save: 'Enregistrer le mot de passe',
  doneTitle: 'Votre mot de passe est modifié',
  done: 'Toutes vos sessions ont été fermées. Revenez à l’application et connectez-vous avec le nouveau mot de passe.',
  goOn: 'Toutes vos sessions ont été fermées. Connectez-vous avec le nouveau mot de passe pour reprendre là où vous étiez.',
  backToSignIn: 'Retour à la connexion',
  goneTitle: 'Ce lien ne fonctionne plus',
  gone: 'Il a déjà servi, est trop ancien ou incomplet. Demandez-en un autre.',
  busyTitle: 'Trop de demandes',
  busy: (minutes) => `Un lien a été demandé trop souvent depuis cet endroit. Réessayez dans ${minutes}\u00a0minutes.`,
};

export const signUp: Texts['signUp'] = {
  title: 'Créer un compte',
  lead: 'Indiquez votre adresse e-mail. Nous y envoyons un lien pour configurer votre compte.',
  email: 'Adresse e-mail',
  noAddress: 'Saisissez une adresse e-mail, par exemple ada@example.org.',
  submit: 'Envoyer le lien',
  haveAccount: 'J’ai déjà un compte',
  sent: (email) =>
    `Un message vient d’être envoyé à ${email}. Son lien fonctionne pendant un jour. Vérifiez aussi les courriers indésirables.`,
  otherAddress: 'Utiliser une autre adresse',
  newTitle: 'Configurer votre compte',
  noName: 'Saisissez votre nom.',
  create: 'Créer le compte',
  doneTitle: 'Votre compte est prêt',
  done: 'Revenez à l’application et connectez-vous avec votre adresse e-mail et votre mot de passe.',
  toAccount: 'Voir votre compte',
  byInvitation: {
    title: 'Les comptes sont sur invitation',
    lead: `Vous ne pouvez pas créer de compte ici vous-même. Les responsables de ce service vous invitent par e-mail\u00a0: adressez-vous à eux, puis ouvrez le lien de leur message.`,
    link: `Pas encore de compte\u202f?`,
  },
  takenTitle: 'Vous avez déjà un compte',
  taken: 'Il en existe désormais un avec cette adresse. Revenez à l’application et utilisez-le pour vous connecter.',
};

export const newPassword: Texts['newPassword'] = {
  label: 'Nouveau mot de passe',
  hint: (least) =>
    `Au moins ${least}\u00a0caractères. Quelques mots à la suite sont faciles à retenir et difficiles à deviner.`,
  strength: {
    missing: 'Caractères manquants\u00a0: {count}',
    enough: 'Assez long. Quelques caractères de plus le rendront robuste.',
    strong: 'Long et varié\u00a0: robuste.',
  },
  problems: {
    short: (least) => `Utilisez au moins ${least}\u00a0caractères.`,
    long: `Utilisez au plus 1\u202f024\u00a0caractères.`,
    repetitive: 'Il se répète ou forme une suite. Choisissez-en un autre.',
    common: 'C’est un mot de passe que tout le monde essaie en premier. Choisissez-en un autre.',
    context: 'Il est fait de votre nom ou du nôtre. Choisissez-en un autre.',
    breached: 'Il figure parmi des mots de passe volés ailleurs. Choisissez-en un autre.',
  },
};
