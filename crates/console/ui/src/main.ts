// Where the page begins.

import { render } from "lit-html";
import { App } from "./app";
import { listen } from "./keyboard";
import { page } from "./page";
import { Refusals } from "./refusals";
import { follow } from "./stream";
import { Tables } from "./table";
import { applyTheme } from "./theme";
import { Timeline } from "./timeline/timeline";
import { takeToken } from "./token";
import { Tour } from "./tour";

applyTheme();
const root = document.querySelector<HTMLElement>("#app");
if (!root) throw new Error("index.html has a place for the page");
root.replaceChildren();

let timeline: Timeline | undefined;
const app: App = new App(takeToken(), () => {
  app.follow();
  render(page(app, parts), root);
  if (app.page === "picture") timeline?.draw();
});
const parts = { tour: new Tour(app), tables: new Tables(app), refusals: new Refusals(app) };
app.draw();
const place = root.querySelector<HTMLElement>("#timeline");
if (place) timeline = new Timeline(app, place);
listen(app, parts.tour.toggle);

// Ages grow while nothing happens.
setInterval(() => document.hidden || app.changed(), 1_000);
document.addEventListener("visibilitychange", () => app.changed());

void follow(app.token, {
  picture(document) {
    app.picture.merge(document, Date.now());
    app.arrived();
  },
  link(link) {
    app.link = link;
    app.changed();
  },
});
