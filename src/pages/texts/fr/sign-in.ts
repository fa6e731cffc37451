import { html } from '../../html.js';
import type { Texts } from '../en.js';

export const login: Texts['login'] = {
  title: 'Connexion',
  lead: (client) => html`Pour accéder à ${client}`,
  again: 'Veuillez confirmer qu’il s’agit bien de vous.',
  identifier: 'Nom d’utilisateur ou adresse e-mail',
  password: 'Mot de passe',
  showPassword: 'Afficher le mot de passe',
  hidePassword: 'Masquer le mot de passe',
  submit: 'Se connecter',
  passkey: 'Utiliser une clé d’accès',
  passkeyRefused: 'Cette clé d’accès n’a pas été acceptée. Réessayez, ou connectez-vous avec votre mot de passe.',
  passkeyUnknown:
    'Cette clé d’accès n’est plus enregistrée ici. Utilisez-en une autre, ou connectez-vous avec votre mot de passe.',
  byPasskeyTitle: 'Votre clé d’accès est nécessaire',
  byPasskey: 'Choisissez «\u00a0Utiliser une clé d’accès\u00a0»\u00a0: un mot de passe seul ne suffit pas ici.',
  emailCode: 'Recevoir un code par e-mail',
  lostPassword: 'Mot de passe oublié\u202f?',
  cancel: (client) => `Annuler et revenir à ${client}`,
  problem: 'La connexion n’a pas abouti',
  missingIdentifier: 'Saisissez votre nom d’utilisateur ou votre adresse e-mail.',
  missingPassword: 'Saisissez votre mot de passe.',
  refused: 'Ce nom d’utilisateur et ce mot de passe ne correspondent pas. Vérifiez-les, puis réessayez.',
  delayedTitle: 'Trop de tentatives',
  delayed: (seconds) =>
    `Trop de tentatives de connexion ont été faites. Attendez ${seconds === 1 ? 'une seconde' : `${seconds}\u00a0secondes`}, puis réessayez.`,
};

export const selectAccount: Texts['selectAccount'] = {
  title: 'Choisir un compte',
  signedIn: (moment) => `Connexion ouverte le ${moment}`,
  signedOut: (moment) => `Déconnecté. Dernière connexion\u00a0: ${moment}`,
  remove: 'Retirer',
  removing: 'Un compte que vous retirez est déconnecté ici, et ce navigateur l’oublie.',
};

export const passkey: Texts['passkey'] = {
  offerTitle: 'Se connecter sans mot de passe\u202f?',
  offer: 'Avec une clé d’accès, votre empreinte, votre visage ou le code de votre appareil suffira la prochaine fois.',
  create: 'Créer une clé d’accès',
  later: 'Plus tard',
  failed: 'La clé d’accès n’a pas été enregistrée. Réessayez, ou choisissez «\u00a0Plus tard\u00a0».',
  unable: 'Ce navigateur ne peut pas créer de clé d’accès ici. Vous pouvez continuer sans.',
  name: 'Clé d’accès',
  usedTitle: 'Vous êtes connecté',
  addedTitle: 'Votre clé d’accès est enregistrée',
  goingOn: 'Un instant\u00a0: vous allez être redirigé.',
  goOn: 'Continuer',
};

export const federation: Texts['federation'] = {
  button: (provider: string) => `Continuer avec ${provider}`,
  failedTitle: (provider: string) => `La connexion avec ${provider} a échoué`,
  failed: (provider: string) =>
    `${provider} n’a pas répondu comme il faut. Réessayez plus tard ou connectez-vous autrement.`,
  staleTitle: (provider: string) => `${provider} n’a pas demandé qui vous êtes`,
  stale: (provider: string) =>
    `Ici, vous devez le prouver à nouveau. Déconnectez-vous de ${provider} et réessayez, ou connectez-vous autrement.`,
  unknownTitle: (provider: string) => `Aucun compte ici ne correspond à votre compte ${provider}`,
  unknown: (provider: string) =>
    `Connectez-vous autrement. Si vous n’avez pas de compte ici, demandez à qui vous a envoyé. ${provider} pourra ensuite y être associé.`,
  disabledTitle: 'Votre compte ici ne peut pas être utilisé',
  disabled: 'Adressez-vous à qui gère ce service.',
  linkTitle: 'Un compte existe avec votre adresse',
  link: (provider: string) =>
    `Connectez-vous à ce compte et votre compte ${provider} lui sera associé. La prochaine fois, ${provider} suffira.`,
  takenTitle: (provider: string) => `Ce compte ${provider} est déjà associé`,
  taken: (provider: string) =>
    `Il appartient à un autre compte ici. Connectez-vous à celui-ci et dissociez-le, ou choisissez un autre compte ${provider}.`,
  backToLinks: 'Retour aux comptes associés',
  otherWay: 'Se connecter autrement',
  goneTitle: 'Cette connexion est terminée',
  gone: 'Elle a déjà servi, a duré trop longtemps ou a commencé dans un autre navigateur. Retournez à l’application et recommencez.',
};

export const challenge: Texts['challenge'] = {
  title: 'Confirmez qu’il s’agit bien de vous',
  lead: 'Saisissez le code affiché par votre application d’authentification.',
  signingInAs: 'Connexion en tant que',
  code: 'Code à six chiffres',
  submit: 'Continuer',
  trust: (days) =>
    days === 1
      ? 'Ne plus demander dans ce navigateur pendant un jour'
      : `Ne plus demander dans ce navigateur pendant ${days}\u00a0jours`,
  trustHint: 'Seulement si personne d’autre ne l’utilise. Les applications qui exigent davantage demandent toujours.',
  useRecoveryCode: 'Vous n’avez pas l’application\u202f? Utilisez un code de secours',
  recoveryCode: 'Code de secours',
  problem: 'La vérification n’a pas abouti',
  refused: {
    code: 'Le code est incorrect, expiré ou déjà utilisé. Saisissez celui que l’application affiche maintenant.',
    recovery: 'Le code de secours est incorrect ou déjà utilisé. Saisissez-en un autre.',
  },
};

export const emailCode: Texts['emailCode'] = {
  offer: 'Nous envoyons un code à l’adresse e-mail de votre compte.',
  send: 'Envoyer le code',
  sent: 'Un code vient d’être envoyé à l’adresse e-mail de votre compte. Il fonctionne une seule fois, pendant dix minutes et dans ce navigateur uniquement.',
  perhapsSent:
    'Si ce compte existe et que son adresse e-mail est confirmée, un code vient d’y être envoyé. Il fonctionne une seule fois, pendant dix minutes et dans ce navigateur uniquement.',
  code: 'Code à huit chiffres',
  submit: 'Continuer',
  again: 'Envoyer un autre code',
  otherWay: 'Se connecter autrement ou demander un autre code',
  refused:
    'Le code est incorrect, expiré ou déjà utilisé. Prenez celui du message le plus récent, ou demandez-en un autre.',
  enough: 'Plusieurs codes vous ont été envoyés en une heure. Prenez le plus récent, ou réessayez plus tard.',
  busy: (minutes) =>
    `Des codes ont été demandés trop souvent depuis cet endroit. Réessayez dans ${minutes === 1 ? 'une minute' : `${minutes}\u00a0minutes`}.`,
};

export const enrol: Texts['enrol'] = {
  title: 'Configurer un second facteur',
  lead: 'Un mot de passe ne suffit pas pour ce compte. Configurez l’une de ces méthodes.',
  needsPasskey: 'Ce que vous voulez ouvrir exige une clé d’accès. Créez-en une et utilisez-la désormais.',
  wish: (client) =>
    `${client} voudrait être plus sûr qu’il s’agit de vous. Configurez autre chose en plus de votre mot de passe, ou continuez sans.`,
  signInFirst: 'Se reconnecter et configurer',
  byPasskey: 'Avec une clé d’accès',
  byApp: 'Avec une application d’authentification',
  passkeyFailed: 'La clé d’accès n’a pas été enregistrée. Réessayez.',
  unable: 'Ce navigateur ne peut pas créer de clé d’accès ici. Utilisez une application d’authentification.',
  unableAtAll: 'Ce navigateur ne peut pas créer de clé d’accès ici. Essayez un autre navigateur ou un autre appareil.',
  scan: 'À scanner avec l’application',
  qrCode: 'Code QR pour l’application d’authentification',
  open: 'Ouvrir dans l’application sur cet appareil',
  key: 'Clé à saisir dans l’application',
  first: 'Code affiché ensuite par l’application',
  submit: 'Configurer',
  problem: 'La configuration n’a pas abouti',
  refused:
    'Le code est incorrect ou expiré. Vérifiez la clé dans l’application et l’heure de votre téléphone, puis saisissez le code affiché maintenant.',
  codesTitle: 'Conservez vos codes de secours',
  codesLead:
    'Chacun permet une connexion lorsque vous n’avez pas l’application. Imprimez-les ou notez-les, car ils ne seront plus affichés.',
  codes: 'Codes de secours',
  kept: 'Je les ai conservés',
};

export const interaction: Texts['interaction'] = {
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
};
