// Where each recipe lies, and how its program is started.
import { fileURLToPath } from 'node:url';
import { answers, start } from './children.mjs';

const folder = new URL('../recipes/', import.meta.url);

/** The file that a recipe's page quotes, or its registration. */
export const recipeFile = (name) => fileURLToPath(new URL(name, folder));

/** What every recipe is told about the world. */
export const environment = (identity, clientId, port) => ({
  ISSUER: identity.issuer,
  IDP_URL: identity.idp,
  API_URL: identity.api,
  CLIENT_ID: clientId,
  CLIENT_SECRET: 'development-only',
  SESSION_SECRET: 'thirty-two characters for cookies',
  APP_URL: `http://127.0.0.1:${port}`,
  PORT: String(port),
});

/** Starts a recipe that is a program of its own; resolves when it answers. */
export async function startRecipe(file, env) {
  const program = start(process.execPath, ['--disable-warning=DEP0005', recipeFile(file)], { env });
  await answers(env.APP_URL, program).catch(async (error) => {
    await program.stop();
    throw new Error(`${file}: ${error.message}\n${program.output()}`);
  });
  return program;
}
