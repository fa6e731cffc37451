import { html } from '../html.js';
import type { Texts } from './en.js';

/** Español */
export const es: Texts = {
  language: 'es',
  direction: 'ltr',
  name: 'Español',
  foot: {
    languages: 'Idioma',
    links: (product) => `Acerca de ${product}`,
  },
  account: {
    signedInAs: 'Sesión iniciada como',
  },
  client: {
    policy: 'Política de privacidad',
    terms: 'Condiciones de uso',
    links: (client) => `Acerca de ${client}`,
  },
  login: {
    title: 'Iniciar sesión',
    lead: (client) => html`Para continuar en ${client}`,
    again: 'Confirme que es usted.',
    identifier: 'Nombre de usuario o correo electrónico',
    password: 'Contraseña',
    submit: 'Iniciar sesión',
    passkey: 'Usar una llave de acceso',
    passkeyRefused: 'Esa llave de acceso no se ha aceptado. Inténtelo de nuevo o inicie sesión con su contraseña.',
    passkeyUnknown: 'Esa llave de acceso ya no está registrada aquí. Use otra o inicie sesión con su contraseña.',
    lostPassword: '¿Ha olvidado su contraseña?',
    cancel: (client) => `Cancelar y volver a ${client}`,
    problem: 'No se ha podido iniciar sesión',
    missingIdentifier: 'Introduzca su nombre de usuario o correo electrónico.',
    missingPassword: 'Introduzca su contraseña.',
    refused: 'El nombre de usuario y la contraseña no coinciden. Compruébelos e inténtelo de nuevo.',
    delayedTitle: 'Demasiados intentos',
    delayed: (seconds) =>
      `Se ha intentado iniciar sesión demasiadas veces. Espere ${seconds === 1 ? 'un segundo' : `${seconds} segundos`} e inténtelo de nuevo.`,
  },
  passkey: {
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
  },
  consent: {
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
    scopes: {
      openid: 'Saber quién es usted mediante un identificador',
      profile: 'Ver su perfil: nombre, foto, idioma y datos similares',
      email: 'Ver su dirección de correo electrónico',
      address: 'Ver su dirección postal',
      phone: 'Ver su número de teléfono',
      groups: 'Ver a qué grupos pertenece',
      roles: 'Ver qué roles tiene',
      offline_access: 'Conservar este acceso mientras usted no la utiliza',
      'read:resource': 'Leer sus datos',
      'write:resource': 'Modificar sus datos',
      'delete:resource': 'Eliminar sus datos',
    },
    claims: (names) => `Ver esto sobre usted: ${names}`,
    otherScope: (scope) => `Usar el permiso «${scope}»`,
    at: (resource) => html`en ${resource}`,
  },
  logout: {
    title: '¿Cerrar sesión?',
    lead: 'Con esto termina su sesión en este navegador.',
    askedBy: (client) => html`${client} solicita cerrar su sesión.`,
    returning: (client) => html`Después volverá a ${client}.`,
    submit: 'Cerrar sesión',
    stay: 'Para mantener la sesión abierta, cierre esta página.',
    notReturning: 'La solicitud que le ha traído aquí no es válida, por lo que no volverá a ninguna aplicación.',
    doneTitle: 'Ha cerrado la sesión',
    done: 'Su sesión en este navegador ha terminado. Puede cerrar esta página.',
    invalidTitle: 'Este enlace para cerrar sesión no es válido',
    invalid:
      'No se ha modificado nada. Usted no tiene ninguna sesión abierta aquí; cierre esta página y vuelva a la aplicación.',
  },
  formPost: {
    title: 'Un momento',
    lead: 'Se le está llevando de vuelta a la aplicación.',
    submit: 'Continuar',
  },
  error: {
    requestId: 'Solicitud',
    help: 'Si vuelve a ocurrir, indique al servicio de asistencia el número de solicitud que aparece a continuación.',
  },
  interaction: {
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
  },
  failure: {
    invalidTitle: 'Esta solicitud no es válida',
    invalid: 'Está incompleta o mal formada. Vuelva a la página de la que viene e inténtelo de nuevo.',
    askDevelopers:
      'Vuelva a la página de la que viene; si ocurre de nuevo, diríjase a los responsables de la aplicación.',
    offered: (name) => `${name} en esta solicitud`,
    registered: (name) => `${name} según el registro`,
    detail: 'En el registro de eventos',
    section: 'Véase',
    busyTitle: 'Un momento',
    busy: 'Este sitio no puede responder en este momento. Espere unos segundos e inténtelo de nuevo.',
  },
  forms: {
    staleTitle: 'Este formulario ya no es válido',
    stale:
      'Su sesión ha cambiado en otra pestaña o las cookies están desactivadas. Vuelva a cargar la página para ver el estado actual.',
    reload: 'Continuar',
    crossSiteTitle: 'Este formulario procede de otro sitio',
    crossSite:
      'Los formularios de este sitio solo se aceptan cuando se envían desde sus propias páginas. No se ha modificado nada.',
  },
  refusals: {
    not_found: { title: 'Página no encontrada', message: 'No hay nada en esta dirección.' },
    method_not_allowed: {
      title: 'No ha funcionado',
      message: 'No se puede acceder a esta dirección de esta forma.',
    },
    access_denied: {
      title: 'Inténtelo de nuevo',
      message:
        'El formulario es demasiado antiguo o procede de otro sitio. Vuelva atrás, recargue la página e inténtelo de nuevo.',
    },
    invalid_request: {
      title: 'No ha funcionado',
      message: 'A la solicitud le falta un parámetro, repite alguno o está mal formada.',
    },
    temporarily_unavailable: {
      title: 'Hay demasiada actividad',
      message: 'Este sitio no puede responder en este momento. Espere unos segundos e inténtelo de nuevo.',
    },
    server_error: {
      title: 'Se ha producido un error',
      message: 'Este sitio no ha podido responder. Inténtelo de nuevo dentro de unos minutos.',
    },
  },
};
