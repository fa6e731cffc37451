import type { MailTexts } from './mail-texts.js';

export const es: MailTexts = {
  language: 'es',
  newDevice: {
    subject: (product) => `Nuevo inicio de sesión en su cuenta de ${product}`,
    lead: (product) =>
      `Alguien ha iniciado sesión en su cuenta de ${product} desde un navegador que no era conocido en ella.`,
    ifYou: 'Si ha sido usted, no tiene que hacer nada.',
    ifNot:
      'Si no ha sido usted, alguien conoce su contraseña: establezca una nueva de inmediato o pídalo a los responsables de este sitio.',
  },
  passwordChanged: {
    subject: (product) => `Se ha cambiado la contraseña de su cuenta de ${product}`,
    lead: (product) => `Se ha cambiado la contraseña de su cuenta de ${product}.`,
    ended: 'Se ha cerrado su sesión en todas partes.',
    ifNot:
      'Si no lo ha pedido usted, establezca una nueva contraseña de inmediato o avise a los responsables de este sitio.',
  },
  passwordReset: {
    subject: (product) => `Una contraseña nueva para su cuenta de ${product}`,
    lead: (product) =>
      `Alguien, probablemente usted, quiere establecer una contraseña nueva para su cuenta de ${product}.`,
    lifetime: (minutes) => `El enlace funciona una sola vez, durante ${minutes} minutos.`,
    ifNot: 'Si no ha sido usted, no tiene que hacer nada: su contraseña sigue siendo la misma.',
  },
  signUp: {
    subject: (product) => `Configure su cuenta de ${product}`,
    lead: (product) =>
      `Alguien, probablemente usted, quiere crear una cuenta en ${product} con esta dirección de correo.`,
    lifetime: (hours) => `El enlace funciona una sola vez, durante ${hours} horas.`,
    ifNot: 'Si no ha sido usted, no tiene que hacer nada: sin el enlace no se crea ninguna cuenta.',
    action: 'Configurar la cuenta',
    footer: (product) =>
      `Recibe este mensaje porque su dirección se escribió en la página de registro de ${product}. Nadie lee las respuestas.`,
  },
  accountExists: {
    subject: (product) => `Ya tiene una cuenta en ${product}`,
    lead: (product) =>
      `Alguien, probablemente usted, ha querido crear una cuenta en ${product} con esta dirección de correo. Ya existe una: inicie sesión con la dirección.`,
    forgotten: 'Si ha olvidado su contraseña, establezca una nueva con el enlace siguiente.',
    ifNot: 'Si no ha sido usted, no tiene que hacer nada: su cuenta sigue como está.',
  },
  facts: { time: 'Fecha y hora', application: 'Aplicación', address: 'Dirección de Internet' },
  newPassword: 'Establecer una nueva contraseña',
  footer: (product) =>
    `Recibe este mensaje porque trata de la seguridad de su cuenta de ${product}. Nadie lee las respuestas.`,
};
