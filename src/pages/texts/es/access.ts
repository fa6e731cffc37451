import { html } from '../../html.js';
import type { Texts } from '../en.js';

export const consent: Texts['consent'] = {
  title: '¿Permitir el acceso?',
  lead: (client) => html`${client} solicita acceso a su cuenta.`,
  more: (client) => html`${client} solicita más de lo que usted había permitido.`,
  switchAccount: 'Usar otra cuenta',
  requested: 'La aplicación podrá',
  inAddition: 'La aplicación podrá además',
  allowedBefore: 'Usted ya ha permitido',
  allow: 'Permitir',
  deny: 'Rechazar',
  returnsTo: (host) => `En ambos casos volverá a ${host}.`,
  unverified: (client) =>
    html`${client} se ha registrado por su cuenta. Nadie aquí ha comprobado quién está detrás ni si el nombre es suyo.`,
  scopes: {
    openid: 'Saber quién es usted mediante un identificador',
    profile: 'Ver su perfil: nombre, foto, idioma y datos similares',
    email: 'Ver su dirección de correo electrónico',
    address: 'Ver su dirección postal',
    phone: 'Ver su número de teléfono',
    groups: 'Ver a qué grupos pertenece',
    roles: 'Ver qué roles tiene',
    offline_access: 'Conservar este acceso mientras usted no la utiliza',
    'account:read': 'Ver lo que hay en su cuenta: datos, sesiones, aplicaciones y actividad',
    'account:write':
      'Cambiar su cuenta: datos, contraseña, correo electrónico, formas de iniciar sesión y aplicaciones, e incluso eliminarla',
    'read:resource': 'Leer sus datos',
    'write:resource': 'Modificar sus datos',
    'delete:resource': 'Eliminar sus datos',
  },
  claims: (names) => `Ver esto sobre usted: ${names}`,
  otherScope: (scope) => `Usar el permiso «${scope}»`,
  at: (resource) => html`en ${resource}`,
};

export const device: Texts['device'] = {
  title: 'Conectar un dispositivo',
  lead: 'Introduzca el código que muestra su dispositivo.',
  compare: 'Continúe solo si su dispositivo muestra exactamente este código.',
  code: 'Código',
  submit: 'Continuar',
  refused: 'Ningún dispositivo espera este código. Compárelo con el de su dispositivo, que quizá ya muestre otro.',
  busyTitle: 'Demasiados códigos',
  busy: 'Se han introducido códigos demasiadas veces. Espere un minuto y vuelva a intentarlo.',
  confirmTitle: '¿Permitir este dispositivo?',
  asks: (client) => html`Un dispositivo pide acceso a su cuenta con ${client}.`,
  warningTitle: '¿Lo ha iniciado usted?',
  warning:
    'Continúe solo si es así, y en un dispositivo suyo. Si alguien le ha enviado el código o un enlace, quiere entrar en su cuenta: elija «Rechazar».',
  from: (address) => html`El dispositivo lo pide desde la dirección de red ${address}.`,
  allowedTitle: 'Su dispositivo está conectado',
  allowed: 'Vuelva a su dispositivo: en un momento continuará solo. Puede cerrar esta página.',
  deniedTitle: 'El dispositivo no obtiene acceso',
  denied: 'No se ha permitido nada. Puede cerrar esta página.',
  goneTitle: 'Este código ya no funciona',
  gone: 'Ha caducado o ya se decidió sobre él. Pida uno nuevo en su dispositivo.',
};

export const logout: Texts['logout'] = {
  title: '¿Cerrar sesión?',
  lead: 'Con esto termina su sesión en este navegador.',
  askedBy: (client) => html`${client} solicita cerrar su sesión.`,
  returning: (client) => html`Después volverá a ${client}.`,
  submit: 'Cerrar sesión',
  ofAll: 'Cerrar la sesión de todas las cuentas',
  stay: 'Para mantener la sesión abierta, cierre esta página.',
  notReturning: 'La solicitud que le ha traído aquí no es válida, por lo que no volverá a ninguna aplicación.',
  doneTitle: 'Ha cerrado la sesión',
  done: 'Su sesión en este navegador ha terminado. Puede cerrar esta página.',
  leaving:
    'Su sesión en este navegador ha terminado. Saldrá de esta página en cuanto se haya avisado a las aplicaciones que ha utilizado.',
  goOn: 'Continuar',
  invalidTitle: 'Este enlace para cerrar sesión no es válido',
  invalid:
    'No se ha modificado nada. Usted no tiene ninguna sesión abierta aquí; cierre esta página y vuelva a la aplicación.',
};
