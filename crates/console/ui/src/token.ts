// The token that proves this page was opened by whoever started the server.

const PLACE = "tessera.token";

/**
 * Takes the token out of the address bar, where it would be seen and bookmarked, and keeps it for
 * as long as the tab lives. A fragment never travels to a server.
 */
export function takeToken(): string {
  const fragment = location.hash.slice(1);
  if (fragment) {
    sessionStorage.setItem(PLACE, fragment);
    history.replaceState(null, "", location.pathname);
    return fragment;
  }
  return sessionStorage.getItem(PLACE) ?? "";
}
