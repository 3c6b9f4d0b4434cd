// Shortcuts: single letters, and none of them while somebody types.

import type { App, Page } from "./app";
import { ACTIONS, reasonAgainst } from "./deeds";

const PAGES: Record<string, Page> = { "1": "picture", "2": "table", "3": "operator", "4": "refusals" };

const PLACE = "tessera.keys";

/** Whoever speaks to the machine, or types by accident, may want them off. */
export function areOn(): boolean {
  return localStorage.getItem(PLACE) !== "off";
}

export function setOn(on: boolean): void {
  localStorage.setItem(PLACE, on ? "on" : "off");
}

export function listen(app: App, toggleTour: () => void): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!areOn()) return;
    const target = event.target as Element;
    if (target.closest("input:not([type=radio], [type=checkbox]), select, textarea, dialog")) return;
    if (!act(app, event.key, toggleTour)) return;
    event.preventDefault();
    app.changed();
  });
}

function act(app: App, key: string, toggleTour: () => void): boolean {
  const page = PAGES[key];
  if (page) app.show(page);
  else if (key === "?") document.querySelector<HTMLDialogElement>("#help")?.showModal();
  else if (key === "t") toggleTour();
  else if (key === "n") app.view.follow();
  else if (key === "[" || key === "]") {
    const scale = app.view.scale(app.began(), app.now(), 0, 1);
    app.view.pan((scale.span / 6) * (key === "[" ? -1 : 1), app.now());
  } else if (key === "+" || key === "=") app.view.magnify(0.7, app.began(), app.now());
  else if (key === "-") app.view.magnify(1.4, app.began(), app.now());
  else return pressed(app, key);
  return true;
}

function pressed(app: App, key: string): boolean {
  const action = ACTIONS.flatMap(({ actions }) => actions).find((candidate) => candidate.key === key);
  if (!action) return false;
  const reason = reasonAgainst(app, action);
  if (reason) app.say(`${action.label}: ${reason}`);
  else void action.act(app);
  return true;
}
