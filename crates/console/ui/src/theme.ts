// Light or dark: as the system says, unless the person says otherwise.

export type Theme = "auto" | "light" | "dark";

const PLACE = "tessera.theme";
const ORDER: readonly Theme[] = ["auto", "light", "dark"];

export function theme(): Theme {
  const kept = localStorage.getItem(PLACE);
  return ORDER.find((candidate) => candidate === kept) ?? "auto";
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

export function nextTheme(): Theme {
  const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length] ?? "auto";
  localStorage.setItem(PLACE, next);
  applyTheme();
  return next;
}
