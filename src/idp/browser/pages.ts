/** The script of the pages. Each part looks for what it serves, and where that is not there does nothing. */
import './passkeys.js';
import './passwords.js';
import './signed-out.js';
