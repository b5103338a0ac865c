/**
 * Whether this browser has signed in: the session's cookie is not for scripts to see, and asking with no session
 * would be refused, which browsers print as an error. A wrong hint costs one refused request or one sign-in.
 */
const KEY = 'neverout.signed-in';

export function hasSession(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true;
  }
}

export function rememberSession(isThere: boolean): void {
  try {
    if (isThere) localStorage.setItem(KEY, 'yes');
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is closed: the server is asked each time.
  }
}
