import type { Texts } from '../en.js';

export const error: Texts['error'] = {
  requestId: 'Requête',
  help: 'Si cela se reproduit, communiquez à l’assistance le numéro de requête ci-dessous.',
};

export const failure: Texts['failure'] = {
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
};

export const forms: Texts['forms'] = {
  staleTitle: 'Ce formulaire n’est plus à jour',
  stale:
    'Votre connexion a changé dans un autre onglet, ou les cookies sont désactivés. Rechargez la page pour voir où vous en êtes.',
  reload: 'Continuer',
  crossSiteTitle: 'Ce formulaire vient d’un autre site',
  crossSite:
    'Les formulaires de ce site ne sont acceptés que s’ils sont envoyés depuis ses propres pages. Rien n’a été modifié.',
};

export const refusals: Texts['refusals'] = {
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
};
