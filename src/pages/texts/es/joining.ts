import type { Texts } from '../en.js';

export const recovery: Texts['recovery'] = {
  title: '¿Ha olvidado su contraseña?',
  lead: 'Indique su nombre de usuario o su correo electrónico. Si existe una cuenta con una dirección, enviaremos allí un enlace para establecer una contraseña nueva.',
  submit: 'Enviar el enlace',
  sentTitle: 'Revise su buzón',
  sent: (minutes) =>
    `Si la cuenta existe y tiene una dirección de correo, hemos enviado un enlace. Funciona durante ${minutes} minutos. Mire también en el correo no deseado.`,
  again: 'Pedirlo de nuevo',
  newTitle: 'Establecer una contraseña nueva',
  newLead: (name) => `para ${name}`,
  save: 'Guardar la contraseña',
  doneTitle: 'Su contraseña ha cambiado',
  done: 'Se ha cerrado su sesión en todas partes. Vuelva a la aplicación e inicie sesión con la contraseña nueva.',
  goOn: 'Se ha cerrado su sesión en todas partes. Inicie sesión con la contraseña nueva y seguirá donde estaba.',
  backToSignIn: 'Volver al inicio de sesión',
  goneTitle: 'Este enlace ya no funciona',
  gone: 'Ya se ha utilizado, es demasiado antiguo o está incompleto. Pida otro.',
  busyTitle: 'Demasiadas solicitudes',
  busy: (minutes) => `Se ha pedido un enlace demasiadas veces desde aquí. Inténtelo de nuevo en ${minutes} minutos.`,
};

export const signUp: Texts['signUp'] = {
  title: 'Crear una cuenta',
  lead: 'Indique su correo electrónico. Le enviaremos un enlace para configurar su cuenta.',
  email: 'Correo electrónico',
  noAddress: 'Escriba una dirección de correo, como ada@example.org.',
  submit: 'Enviar el enlace',
  haveAccount: 'Ya tengo una cuenta',
  sent: (email) =>
    `Hemos enviado un mensaje a ${email}. Su enlace funciona durante un día. Mire también en el correo no deseado.`,
  otherAddress: 'Usar otra dirección',
  newTitle: 'Configurar su cuenta',
  noName: 'Escriba su nombre.',
  create: 'Crear la cuenta',
  doneTitle: 'Su cuenta está lista',
  done: 'Vuelva a la aplicación e inicie sesión con su correo electrónico y su contraseña.',
  toAccount: 'Ver su cuenta',
  byInvitation: {
    title: 'Las cuentas son por invitación',
    lead: 'Aquí no puede crear una cuenta por su cuenta. Los responsables de este servicio le invitan por correo electrónico: pídaselo y abra el enlace de su mensaje.',
    link: '¿Aún no tiene cuenta?',
  },
  takenTitle: 'Ya tiene una cuenta',
  taken: 'Ya existe una con esta dirección. Vuelva a la aplicación e inicie sesión con ella.',
};

export const newPassword: Texts['newPassword'] = {
  label: 'Contraseña nueva',
  hint: (least) =>
    `Al menos ${least} caracteres. Unas cuantas palabras seguidas son fáciles de recordar y difíciles de adivinar.`,
  strength: {
    missing: 'Caracteres que faltan: {count}',
    enough: 'Suficientemente larga. Con unos caracteres más será segura.',
    strong: 'Larga y variada: segura.',
  },
  problems: {
    short: (least) => `Use al menos ${least} caracteres.`,
    long: 'Use como máximo 1024 caracteres.',
    repetitive: 'Se repite o es una secuencia. Elija otra.',
    common: 'Es una contraseña que todo el mundo prueba primero. Elija otra.',
    context: 'Está hecha de su nombre o del nuestro. Elija otra.',
    breached: 'Figura entre contraseñas robadas en otros sitios. Elija otra.',
  },
};
