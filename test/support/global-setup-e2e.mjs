import { ensureFreshBuild } from './fresh-build.mjs';
import startServers from './global-setup.mjs';

export default async function setup() {
  ensureFreshBuild();
  await startServers();
}
