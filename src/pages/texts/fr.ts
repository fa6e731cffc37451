import { html } from '../html.js';
import type { Texts } from './en.js';

/** Français. Before « ? », « ! » and « ; » a narrow no-break space, inside quotation marks and before « : » a no-break space. */
export const fr: Texts = {
  language: 'fr',
  direction: 'ltr',
  name: 'Français',
  foot: {
    languages: 'Langue',
    links: (product) => `À propos de ${product}`,
  },
  account: {
    signedInAs: 'Session ouverte en tant que',
    pages: 'Votre compte',
    titles: {
      account: 'Compte',
      accountSessions: 'Vos sessions',
    },
    username: 'Nom d’utilisateur',
    email: 'Adresse e-mail',
    unverified: (email) => `${email} (non confirmée)`,
    since: 'Compte créé le',
    passwordChanged: 'Mot de passe modifié le',
    signedIn: 'Connexion ouverte le',
    unknownDevice: 'Navigateur inconnu',
    thisSession: '(celui-ci)',
    lastSeen: 'Dernière utilisation',
    sessionsLead:
      'Une session de votre compte est ouverte dans ces navigateurs. Fermez celles que vous ne reconnaissez pas.',
    endSession: 'Fermer la session',
    endOthers: 'Fermer toutes les autres sessions',
  },
  client: {
    policy: 'Politique de confidentialité',
    terms: 'Conditions d’utilisation',
    links: (client) => `À propos de ${client}`,
  },
  login: {
    title: 'Connexion',
    lead: (client) => html`Pour accéder à ${client}`,
    again: 'Veuillez confirmer qu’il s’agit bien de vous.',
    identifier: 'Nom d’utilisateur ou adresse e-mail',
    password: 'Mot de passe',
    submit: 'Se connecter',
    passkey: 'Utiliser une clé d’accès',
    passkeyRefused: 'Cette clé d’accès n’a pas été acceptée. Réessayez, ou connectez-vous avec votre mot de passe.',
    passkeyUnknown:
      'Cette clé d’accès n’est plus enregistrée ici. Utilisez-en une autre, ou connectez-vous avec votre mot de passe.',
    lostPassword: 'Mot de passe oublié\u202f?',
    cancel: (client) => `Annuler et revenir à ${client}`,
    problem: 'La connexion n’a pas abouti',
    missingIdentifier: 'Saisissez votre nom d’utilisateur ou votre adresse e-mail.',
    missingPassword: 'Saisissez votre mot de passe.',
    refused: 'Ce nom d’utilisateur et ce mot de passe ne correspondent pas. Vérifiez-les, puis réessayez.',
    delayedTitle: 'Trop de tentatives',
    delayed: (seconds) =>
      `Trop de tentatives de connexion ont été faites. Attendez ${seconds === 1 ? 'une seconde' : `${seconds}\u00a0secondes`}, puis réessayez.`,
  },
  passkey: {
    offerTitle: 'Se connecter sans mot de passe\u202f?',
    offer:
      'Avec une clé d’accès, votre empreinte, votre visage ou le code de votre appareil suffira la prochaine fois.',
    create: 'Créer une clé d’accès',
    later: 'Plus tard',
    failed: 'La clé d’accès n’a pas été enregistrée. Réessayez, ou choisissez «\u00a0Plus tard\u00a0».',
    unable: 'Ce navigateur ne peut pas créer de clé d’accès ici. Vous pouvez continuer sans.',
    name: 'Clé d’accès',
    usedTitle: 'Vous êtes connecté',
    addedTitle: 'Votre clé d’accès est enregistrée',
    goingOn: 'Un instant\u00a0: vous allez être redirigé.',
    goOn: 'Continuer',
  },
  recovery: {
    title: `Mot de passe oublié\u202f?`,
    lead: 'Indiquez votre nom d’utilisateur ou votre adresse e-mail. S’il existe un compte avec une adresse, nous y envoyons un lien pour définir un nouveau mot de passe.',
    submit: 'Envoyer le lien',
    sentTitle: 'Consultez votre messagerie',
    sent: (minutes) =>
      `Si ce compte existe et possède une adresse e-mail, un lien vient d’y être envoyé. Il fonctionne pendant ${minutes}\u00a0minutes. Vérifiez aussi les courriers indésirables.`,
    again: 'Demander à nouveau',
    newTitle: 'Définir un nouveau mot de passe',
    newLead: (name) => `pour ${name}`,
    password: 'Nouveau mot de passe',
    hint: `Au moins 8\u00a0caractères. Une phrase est facile à retenir et difficile à deviner.`,
    save: 'Enregistrer le mot de passe',
    problems: {
      length: `Il doit comporter de 8 à 1\u202f024\u00a0caractères.`,
      common: 'C’est un mot de passe que tout le monde essaie en premier. Choisissez-en un autre.',
      name: 'Il doit être différent de votre nom.',
    },
    doneTitle: 'Votre mot de passe est modifié',
    done: 'Toutes vos sessions ont été fermées. Revenez à l’application et connectez-vous avec le nouveau mot de passe.',
    goneTitle: 'Ce lien ne fonctionne plus',
    gone: 'Il a déjà servi, est trop ancien ou incomplet. Demandez-en un autre.',
    busyTitle: 'Trop de demandes',
    busy: (minutes) => `Un lien a été demandé trop souvent depuis cet endroit. Réessayez dans ${minutes}\u00a0minutes.`,
  },
  consent: {
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
    scopes: {
      openid: 'Savoir qui vous êtes, au moyen d’un identifiant',
      profile: 'Voir votre profil\u00a0: nom, photo, langue et informations similaires',
      email: 'Voir votre adresse e-mail',
      address: 'Voir votre adresse postale',
      phone: 'Voir votre numéro de téléphone',
      groups: 'Voir à quels groupes vous appartenez',
      roles: 'Voir quels rôles vous avez',
      offline_access: 'Conserver cet accès lorsque vous ne l’utilisez pas',
      'read:resource': 'Lire vos données',
      'write:resource': 'Modifier vos données',
      'delete:resource': 'Supprimer vos données',
    },
    claims: (names) => `Voir ceci à votre sujet\u00a0: ${names}`,
    otherScope: (scope) => `Utiliser l’autorisation «\u00a0${scope}\u00a0»`,
    at: (resource) => html`auprès de ${resource}`,
  },
  logout: {
    title: 'Se déconnecter\u202f?',
    lead: 'Votre session dans ce navigateur prendra fin.',
    askedBy: (client) => html`${client} demande à vous déconnecter.`,
    returning: (client) => html`Vous reviendrez ensuite à ${client}.`,
    submit: 'Se déconnecter',
    stay: 'Pour ne pas vous déconnecter, fermez cette page.',
    notReturning:
      'La demande à l’origine de cette page n’est pas valide\u00a0: le retour vers une application n’aura pas lieu.',
    doneTitle: 'Déconnexion effectuée',
    done: 'Votre session dans ce navigateur est terminée. Vous pouvez fermer cette page.',
    invalidTitle: 'Ce lien de déconnexion n’est pas valide',
    invalid:
      'Rien n’a été modifié. Aucune session n’est ouverte ici\u202f; fermez cette page et revenez à l’application.',
  },
  formPost: {
    title: 'Un instant',
    lead: 'Retour vers l’application en cours.',
    submit: 'Continuer',
  },
  error: {
    requestId: 'Requête',
    help: 'Si cela se reproduit, communiquez à l’assistance le numéro de requête ci-dessous.',
  },
  interaction: {
    goneTitle: 'Cette connexion ne peut pas se poursuivre',
    gone: 'Elle a pris trop de temps, elle est déjà terminée ou le lien est incomplet. Revenez à l’application et connectez-vous depuis celle-ci.',
    finishedTitle: 'Cette connexion est terminée',
    finished:
      'Il n’y a plus rien à faire ici. Revenez à l’application\u202f; si aucune session n’y est ouverte, recommencez depuis le début.',
    foreignTitle: 'Cette connexion appartient à un autre navigateur',
    foreign:
      'Elle a été commencée ailleurs. Revenez à l’application dans ce navigateur et connectez-vous depuis celle-ci.',
    cookiesTitle: 'Les cookies sont désactivés',
    cookies:
      'Sans cookie de ce site, personne ne peut se connecter ici. Autorisez les cookies, revenez à l’application et connectez-vous de nouveau.',
    clientDisabledTitle: 'Cette application est désactivée',
    clientDisabled: 'Personne ne peut s’y connecter pour le moment. Adressez-vous à ses responsables.',
  },
  failure: {
    invalidTitle: 'Cette requête n’est pas valide',
    invalid: 'Elle est incomplète ou mal formée. Revenez à la page précédente et réessayez.',
    askDevelopers:
      'Revenez à la page précédente\u202f; si cela se reproduit, adressez-vous aux responsables de l’application.',
    offered: (name) => `${name} dans cette requête`,
    registered: (name) => `${name} tel qu’enregistré`,
    detail: 'Dans le journal',
    section: 'Voir',
    busyTitle: 'Un instant',
    busy: 'Ce site ne peut pas répondre pour le moment. Attendez quelques secondes, puis réessayez.',
  },
  forms: {
    staleTitle: 'Ce formulaire n’est plus à jour',
    stale:
      'Votre connexion a changé dans un autre onglet, ou les cookies sont désactivés. Rechargez la page pour voir où vous en êtes.',
    reload: 'Continuer',
    crossSiteTitle: 'Ce formulaire vient d’un autre site',
    crossSite:
      'Les formulaires de ce site ne sont acceptés que s’ils sont envoyés depuis ses propres pages. Rien n’a été modifié.',
  },
  refusals: {
    not_found: { title: 'Page introuvable', message: 'Il n’y a rien à cette adresse.' },
    method_not_allowed: {
      title: 'La demande n’a pas abouti',
      message: 'Cette adresse ne peut pas être appelée de cette façon.',
    },
    access_denied: {
      title: 'Veuillez réessayer',
      message:
        'Le formulaire est trop ancien ou vient d’un autre site. Revenez en arrière, rechargez la page et réessayez.',
    },
    invalid_request: {
      title: 'La demande n’a pas abouti',
      message: 'Il manque un paramètre à la requête, l’un d’eux est répété ou elle est mal formée.',
    },
    temporarily_unavailable: {
      title: 'Le site est très sollicité',
      message: 'Ce site ne peut pas répondre pour le moment. Attendez quelques secondes, puis réessayez.',
    },
    server_error: {
      title: 'Une erreur s’est produite',
      message: 'Ce site n’a pas pu répondre. Réessayez dans quelques minutes.',
    },
  },
};
