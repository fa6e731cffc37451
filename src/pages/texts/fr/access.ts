import { html } from '../../html.js';
import type { Texts } from '../en.js';

export const consent: Texts['consent'] = {
  title: 'Autoriser l’accès\u202f?',
  lead: (client) => html`${client} demande l’accès à votre compte.`,
  more: (client) => html`${client} demande davantage que ce que vous aviez autorisé.`,
  switchAccount: 'Utiliser un autre compte',
  requested: 'L’application pourra',
  inAddition: 'L’application pourra en outre',
  allowedBefore: 'Vous avez déjà autorisé',
  allow: 'Autoriser',
  deny: 'Refuser',
  returnsTo: (host) => `Dans les deux cas, vous reviendrez à ${host}.`,
  unverified: (client) =>
    html`${client} s’est enregistrée elle-même. Personne ici n’a vérifié qui est derrière, ni si ce nom est le sien.`,
  scopes: {
    openid: 'Savoir qui vous êtes, au moyen d’un identifiant',
    profile: 'Voir votre profil\u00a0: nom, photo, langue et informations similaires',
    email: 'Voir votre adresse e-mail',
    address: 'Voir votre adresse postale',
    phone: 'Voir votre numéro de téléphone',
    groups: 'Voir à quels groupes vous appartenez',
    roles: 'Voir quels rôles vous avez',
    offline_access: 'Conserver cet accès lorsque vous ne l’utilisez pas',
    'account:read': 'Voir le contenu de votre compte : informations, connexions, applications et activité',
    'account:write':
      'Modifier votre compte : informations, mot de passe, adresse e-mail, moyens de connexion et applications, jusqu’à sa suppression',
    'read:resource': 'Lire vos données',
    'write:resource': 'Modifier vos données',
    'delete:resource': 'Supprimer vos données',
  },
  claims: (names) => `Voir ceci à votre sujet\u00a0: ${names}`,
  otherScope: (scope) => `Utiliser l’autorisation «\u00a0${scope}\u00a0»`,
  at: (resource) => html`auprès de ${resource}`,
};

export const device: Texts['device'] = {
  title: 'Connecter un appareil',
  lead: 'Saisissez le code affiché par votre appareil.',
  compare: 'Ne continuez que si votre appareil affiche exactement ce code.',
  code: 'Code',
  submit: 'Continuer',
  refused:
    'Aucun appareil n’attend ce code. Comparez-le avec celui de votre appareil, qui en affiche peut-être un autre à présent.',
  busyTitle: 'Trop de codes',
  busy: 'Des codes ont été saisis trop souvent. Attendez une minute, puis réessayez.',
  confirmTitle: 'Autoriser cet appareil ?',
  asks: (client) => html`Un appareil demande l’accès à votre compte avec ${client}.`,
  warningTitle: 'Est-ce bien vous qui avez commencé ?',
  warning:
    'Ne continuez que si c’est le cas, sur un appareil à vous. Si quelqu’un vous a envoyé le code ou un lien, il veut accéder à votre compte : choisissez « Refuser ».',
  from: (address) => html`L’appareil fait sa demande depuis l’adresse réseau ${address}.`,
  allowedTitle: 'Votre appareil est connecté',
  allowed: 'Retournez à votre appareil : il continue de lui-même dans un instant. Vous pouvez fermer cette page.',
  deniedTitle: 'L’appareil n’obtient aucun accès',
  denied: 'Rien n’a été autorisé. Vous pouvez fermer cette page.',
  goneTitle: 'Ce code ne fonctionne plus',
  gone: 'Il a expiré ou a déjà reçu une réponse. Demandez-en un nouveau sur votre appareil.',
};

export const logout: Texts['logout'] = {
  title: 'Se déconnecter\u202f?',
  lead: 'Votre session dans ce navigateur prendra fin.',
  askedBy: (client) => html`${client} demande à vous déconnecter.`,
  returning: (client) => html`Vous reviendrez ensuite à ${client}.`,
  submit: 'Se déconnecter',
  ofAll: 'Se déconnecter de tous les comptes',
  stay: 'Pour ne pas vous déconnecter, fermez cette page.',
  notReturning:
    'La demande à l’origine de cette page n’est pas valide\u00a0: le retour vers une application n’aura pas lieu.',
  doneTitle: 'Déconnexion effectuée',
  done: 'Votre session dans ce navigateur est terminée. Vous pouvez fermer cette page.',
  leaving:
    'Votre session dans ce navigateur est terminée. Vous quitterez cette page dès que les applications utilisées en auront été informées.',
  goOn: 'Continuer',
  invalidTitle: 'Ce lien de déconnexion n’est pas valide',
  invalid:
    'Rien n’a été modifié. Aucune session n’est ouverte ici\u202f; fermez cette page et revenez à l’application.',
};
