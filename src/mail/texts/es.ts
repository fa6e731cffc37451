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
  accountDeletion: {
    subject: (product) => `Su cuenta de ${product} se va a eliminar`,
    lead: (product, until) =>
      `Su cuenta de ${product} se eliminará después del ${until}. Para conservarla, inicie sesión antes.`,
    ended: 'Se ha cerrado su sesión en todas partes y las aplicaciones ya no tienen acceso.',
    ifNot:
      'Si no lo ha pedido usted, inicie sesión, conserve la cuenta y establezca una nueva contraseña de inmediato.',
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
  invitation: {
    subject: (product) => `Tiene una invitación a ${product}`,
    lead: (product) => `Le invitamos a crear una cuenta en ${product}.`,
    lifetime: (until) => `El enlace funciona una sola vez, hasta el ${until}.`,
    ifNot: 'Si no lo esperaba, no tiene que hacer nada: sin el enlace no se crea ninguna cuenta.',
    footer: (product) =>
      `Recibe este mensaje porque los responsables de ${product} introdujeron su dirección. Nadie lee las respuestas.`,
  },
  accountExists: {
    subject: (product) => `Ya tiene una cuenta en ${product}`,
    lead: (product) =>
      `Alguien, probablemente usted, ha querido crear una cuenta en ${product} con esta dirección de correo. Ya existe una: inicie sesión con la dirección.`,
    forgotten: 'Si ha olvidado su contraseña, establezca una nueva con el enlace siguiente.',
    ifNot: 'Si no ha sido usted, no tiene que hacer nada: su cuenta sigue como está.',
  },
  emailCode: {
    subject: (product) => `Su código para ${product}`,
    lead: (product) => `Introduzca este código para iniciar sesión en su cuenta de ${product}.`,
    code: 'Código',
    lifetime: (minutes) => `Funciona una sola vez, durante ${minutes} minutos, en el navegador en el que se pidió.`,
    tellNobody: 'No se lo diga a nadie: quien se lo pida quiere entrar en su cuenta.',
    ifNot: 'Si no está iniciando sesión, no tiene que hacer nada: sin el código no entra nadie.',
    ifNotAfterPassword:
      'Si no está iniciando sesión, alguien conoce su contraseña: establezca una nueva inmediatamente.',
  },
  changeEmail: {
    subject: (product) => `Confirme la dirección de correo de su cuenta de ${product}`,
    lead: (product) =>
      `Alguien, probablemente usted, quiere usar esta dirección de correo para una cuenta de ${product}.`,
    ifNot: 'Si no ha sido usted, no tiene que hacer nada: sin el enlace no cambia nada.',
    action: 'Confirmar la dirección',
    footer: (product) =>
      `Recibe este mensaje porque su dirección se introdujo en una cuenta de ${product}. Nadie lee las respuestas.`,
  },
  emailChanged: {
    subject: (product) => `Se ha cambiado la dirección de correo de su cuenta de ${product}`,
    lead: (product) => `Su cuenta de ${product} tiene desde ahora otra dirección de correo. Esta ya no le corresponde.`,
    ifYou: 'Si ha sido usted, no tiene que hacer nada.',
    ifNot: (days) =>
      `Si no, deshaga el cambio con el enlace de abajo y establezca una contraseña nueva. El enlace funciona una sola vez, durante ${days} días.`,
    action: 'Deshacer el cambio',
  },
  changes: {
    passkey_added: {
      subject: (product) => `Se ha añadido una clave de acceso a su cuenta de ${product}`,
      lead: (product) =>
        `Se ha añadido una clave de acceso a su cuenta de ${product}. Quien la tenga puede iniciar sesión sin contraseña.`,
    },
    passkey_removed: {
      subject: (product) => `Se ha eliminado una clave de acceso de su cuenta de ${product}`,
      lead: (product) =>
        `Se ha eliminado una clave de acceso de su cuenta de ${product}. Ya no permite iniciar sesión.`,
    },
    authenticator_added: {
      subject: (product) => `Se ha añadido una aplicación de autenticación a su cuenta de ${product}`,
      lead: (product) =>
        `Se ha configurado una aplicación de autenticación para su cuenta de ${product}. A partir de ahora se pedirán sus códigos.`,
    },
    authenticator_removed: {
      subject: (product) => `Se ha quitado la aplicación de autenticación de su cuenta de ${product}`,
      lead: (product) =>
        `Se ha quitado la aplicación de autenticación de su cuenta de ${product} y, con ella, los códigos de recuperación.`,
    },
    recovery_codes_replaced: {
      subject: (product) => `Nuevos códigos de recuperación para su cuenta de ${product}`,
      lead: (product) =>
        `Se han creado códigos de recuperación nuevos para su cuenta de ${product}. Los anteriores ya no funcionan.`,
    },
    identity_linked: {
      subject: (product) => `Se ha añadido una forma de iniciar sesión en su cuenta de ${product}`,
      lead: (product) =>
        `Se ha vinculado una cuenta de otro proveedor a su cuenta de ${product}. Quien la tenga puede iniciar sesión en la suya.`,
    },
    identity_unlinked: {
      subject: (product) => `Se ha eliminado una forma de iniciar sesión en su cuenta de ${product}`,
      lead: (product) =>
        `Se ha desvinculado una cuenta de otro proveedor de su cuenta de ${product}. Ya no permite iniciar sesión.`,
    },
    sessions_ended: {
      subject: (product) => `Se han cerrado las demás sesiones de su cuenta de ${product}`,
      lead: (product) => `Se ha cerrado la sesión de su cuenta de ${product} en todos los demás navegadores.`,
    },
  },
  notYou:
    'Si no ha sido usted, ponga enseguida una contraseña nueva y revise su cuenta, o avise a los responsables de este sitio.',
  facts: { time: 'Fecha y hora', application: 'Aplicación', address: 'Dirección de Internet' },
  newPassword: 'Establecer una nueva contraseña',
  footer: (product) =>
    `Recibe este mensaje porque trata de la seguridad de su cuenta de ${product}. Nadie lee las respuestas.`,
};
