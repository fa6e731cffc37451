import { html } from '../../html.js';
import type { Texts } from '../en.js';

export const login: Texts['login'] = {
  title: 'Iniciar sesión',
  lead: (client) => html`Para continuar en ${client}`,
  again: 'Confirme que es usted.',
  identifier: 'Nombre de usuario o correo electrónico',
  password: 'Contraseña',
  showPassword: 'Mostrar la contraseña',
  hidePassword: 'Ocultar la contraseña',
  submit: 'Iniciar sesión',
  passkey: 'Usar una llave de acceso',
  passkeyRefused: 'Esa llave de acceso no se ha aceptado. Inténtelo de nuevo o inicie sesión con su contraseña.',
  passkeyUnknown: 'Esa llave de acceso ya no está registrada aquí. Use otra o inicie sesión con su contraseña.',
  byPasskeyTitle: 'Se necesita su llave de acceso',
  byPasskey: 'Elija «Usar una llave de acceso»: aquí no basta con una contraseña.',
  emailCode: 'Recibir un código por correo',
  lostPassword: '¿Ha olvidado su contraseña?',
  cancel: (client) => `Cancelar y volver a ${client}`,
  problem: 'No se ha podido iniciar sesión',
  missingIdentifier: 'Introduzca su nombre de usuario o correo electrónico.',
  missingPassword: 'Introduzca su contraseña.',
  refused: 'El nombre de usuario y la contraseña no coinciden. Compruébelos e inténtelo de nuevo.',
  delayedTitle: 'Demasiados intentos',
  delayed: (seconds) =>
    `Se ha intentado iniciar sesión demasiadas veces. Espere ${seconds === 1 ? 'un segundo' : `${seconds} segundos`} e inténtelo de nuevo.`,
};

export const selectAccount: Texts['selectAccount'] = {
  title: 'Elegir una cuenta',
  signedIn: (moment) => `Sesión iniciada el ${moment}`,
  signedOut: (moment) => `Sesión cerrada. Último inicio: ${moment}`,
  remove: 'Quitar',
  removing: 'Al quitar una cuenta se cierra aquí su sesión y este navegador la olvida.',
};

export const passkey: Texts['passkey'] = {
  offerTitle: '¿Iniciar sesión sin contraseña?',
  offer: 'Con una llave de acceso, la próxima vez bastará con su huella, su rostro o el PIN de su dispositivo.',
  create: 'Crear una llave de acceso',
  later: 'Ahora no',
  failed: 'La llave de acceso no se ha guardado. Inténtelo de nuevo o elija «Ahora no».',
  unable: 'Este navegador no puede crear aquí una llave de acceso. Puede continuar sin ella.',
  name: 'Llave de acceso',
  usedTitle: 'Ha iniciado sesión',
  addedTitle: 'Su llave de acceso está guardada',
  goingOn: 'Un momento: le llevamos a la página siguiente.',
  goOn: 'Continuar',
};

export const federation: Texts['federation'] = {
  button: (provider: string) => `Continuar con ${provider}`,
  failedTitle: (provider: string) => `No se pudo iniciar sesión con ${provider}`,
  failed: (provider: string) =>
    `${provider} no respondió como debería. Inténtelo más tarde o inicie sesión de otra manera.`,
  staleTitle: (provider: string) => `${provider} no preguntó quién es usted`,
  stale: (provider: string) =>
    `Aquí debe demostrarlo de nuevo. Cierre la sesión en ${provider} e inténtelo otra vez, o inicie sesión de otra manera.`,
  unknownTitle: (provider: string) => `Ninguna cuenta de aquí corresponde a su cuenta de ${provider}`,
  unknown: (provider: string) =>
    `Inicie sesión de otra manera. Si aquí no tiene cuenta, pregunte a quien le envió; después se podrá vincular ${provider} con ella.`,
  disabledTitle: 'Su cuenta de aquí no se puede usar',
  disabled: 'Pregunte a quien gestiona este servicio.',
  linkTitle: 'Ya existe una cuenta con su dirección',
  link: (provider: string) =>
    `Inicie sesión en ella y su cuenta de ${provider} quedará vinculada: la próxima vez bastará con ${provider}.`,
  takenTitle: (provider: string) => `Esta cuenta de ${provider} ya está vinculada`,
  taken: (provider: string) =>
    `Pertenece a otra cuenta de aquí. Inicie sesión en ella y desvincúlela allí, o elija otra cuenta de ${provider}.`,
  backToLinks: 'Volver a las cuentas vinculadas',
  otherWay: 'Iniciar sesión de otra manera',
  goneTitle: 'Este inicio de sesión ha terminado',
  gone: 'Ya se usó, tardó demasiado o empezó en otro navegador. Vuelva a la aplicación y empiece de nuevo.',
};

export const challenge: Texts['challenge'] = {
  title: 'Confirme que es usted',
  lead: 'Introduzca el código que muestra su aplicación de autenticación.',
  signingInAs: 'Iniciando sesión como',
  code: 'Código de seis cifras',
  submit: 'Continuar',
  trust: (days) =>
    days === 1
      ? 'No preguntar en este navegador durante un día'
      : `No preguntar en este navegador durante ${days} días`,
  trustHint: 'Solo si nadie más lo usa. Las aplicaciones que exigen más siguen preguntando.',
  useRecoveryCode: '¿No tiene la aplicación a mano? Use un código de recuperación',
  recoveryCode: 'Código de recuperación',
  problem: 'No ha funcionado',
  refused: {
    code: 'El código es incorrecto, ha caducado o ya se ha usado. Introduzca el que muestra ahora la aplicación.',
    recovery: 'El código de recuperación es incorrecto o ya se ha usado. Introduzca otro.',
  },
};

export const emailCode: Texts['emailCode'] = {
  offer: 'Enviamos un código al correo electrónico de su cuenta.',
  send: 'Enviar el código',
  sent: 'Hemos enviado un código al correo electrónico de su cuenta. Funciona una sola vez, durante diez minutos y solo en este navegador.',
  perhapsSent:
    'Si la cuenta existe y su correo electrónico está confirmado, hemos enviado allí un código. Funciona una sola vez, durante diez minutos y solo en este navegador.',
  code: 'Código de ocho cifras',
  submit: 'Continuar',
  again: 'Enviar otro código',
  otherWay: 'Iniciar sesión de otra manera o pedir otro código',
  refused: 'El código es incorrecto, ha caducado o ya se ha usado. Use el del mensaje más reciente o pida otro.',
  enough: 'Se le han enviado varios códigos en una hora. Use el más reciente o inténtelo más tarde.',
  busy: (minutes) =>
    `Se han pedido códigos demasiadas veces desde aquí. Inténtelo de nuevo en ${minutes === 1 ? 'un minuto' : `${minutes} minutos`}.`,
};

export const enrol: Texts['enrol'] = {
  title: 'Configurar un segundo factor',
  lead: 'Para esta cuenta no basta con una contraseña. Configure una de estas opciones.',
  needsPasskey: 'Lo que quiere abrir exige una llave de acceso. Cree una y úsela de ahora en adelante.',
  wish: (client) =>
    `${client} quiere estar más seguro de que es usted. Configure algo además de su contraseña o continúe sin ello.`,
  signInFirst: 'Volver a iniciar sesión y configurarlo',
  byPasskey: 'Con una llave de acceso',
  byApp: 'Con una aplicación de autenticación',
  passkeyFailed: 'La llave de acceso no se guardó. Inténtelo de nuevo.',
  unable: 'Este navegador no puede crear aquí una llave de acceso. Use una aplicación de autenticación.',
  unableAtAll: 'Este navegador no puede crear aquí una llave de acceso. Pruebe con otro navegador u otro dispositivo.',
  scan: 'Escanéelo con la aplicación',
  qrCode: 'Código QR para la aplicación de autenticación',
  open: 'Abrir en la aplicación de este dispositivo',
  key: 'Clave para introducir en la aplicación',
  first: 'Código que la aplicación muestra después',
  submit: 'Configurar',
  problem: 'No ha funcionado',
  refused:
    'El código es incorrecto o ha caducado. Compruebe la clave en la aplicación y la hora de su teléfono e introduzca el código que muestra ahora.',
  codesTitle: 'Guarde sus códigos de recuperación',
  codesLead:
    'Cada uno permite iniciar sesión una vez cuando no tenga la aplicación a mano. Imprímalos o anótelos: no se volverán a mostrar.',
  codes: 'Códigos de recuperación',
  kept: 'Los he guardado',
};

export const interaction: Texts['interaction'] = {
  goneTitle: 'No se puede continuar con este inicio de sesión',
  gone: 'Ha tardado demasiado, ya se había completado o el enlace está incompleto. Vuelva a la aplicación e inicie sesión desde allí.',
  finishedTitle: 'Este inicio de sesión ya se ha completado',
  finished:
    'Aquí no queda nada por hacer. Vuelva a la aplicación; si allí no tiene la sesión iniciada, empiece de nuevo.',
  foreignTitle: 'Este inicio de sesión pertenece a otro navegador',
  foreign: 'Se inició en otro lugar. Vuelva a la aplicación en este navegador e inicie sesión desde allí.',
  cookiesTitle: 'Las cookies están desactivadas',
  cookies:
    'Sin una cookie de este sitio nadie puede iniciar sesión aquí. Permita las cookies, vuelva a la aplicación e inicie sesión de nuevo.',
  clientDisabledTitle: 'Esta aplicación está desactivada',
  clientDisabled: 'Nadie puede iniciar sesión en ella en este momento. Diríjase a sus responsables.',
};
