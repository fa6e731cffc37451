import type { Texts } from '../en.js';

export const error: Texts['error'] = {
  requestId: 'Solicitud',
  help: 'Si vuelve a ocurrir, indique al servicio de asistencia el número de solicitud que aparece a continuación.',
};

export const failure: Texts['failure'] = {
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
};

export const forms: Texts['forms'] = {
  staleTitle: 'Este formulario ya no es válido',
  stale:
    'Su sesión ha cambiado en otra pestaña o las cookies están desactivadas. Vuelva a cargar la página para ver el estado actual.',
  reload: 'Continuar',
  crossSiteTitle: 'Este formulario procede de otro sitio',
  crossSite:
    'Los formularios de este sitio solo se aceptan cuando se envían desde sus propias páginas. No se ha modificado nada.',
};

export const refusals: Texts['refusals'] = {
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
};
