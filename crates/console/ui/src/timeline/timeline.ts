// The picture's element: measures itself, draws what can be seen, and listens to pointer and keys.

import { html, render } from "lit-html";
import type { App } from "../app";
import { drawAxis, drawPoles } from "./axis";
import { drawRow, drawStep, type Pen } from "./draw";
import { Groups, layOut, type Layout, type Row, rowsBetween } from "./layout";
import type { Scale } from "./scale";

const NARROW = 620;
/** Pictures up to this height are drawn whole: so much is cheap, and scrolling needs no drawing. */
const SMALL = 2_400;

export class Timeline {
  #layout: Layout = { rows: [], height: 0 };
  #laidOut = "";
  readonly #groups = new Groups();
  #scale: Scale | undefined;
  #timer = 0;
  #frame = 0;
  #active: string | undefined;
  #revealed: string | undefined;
  /** What the last frames took, in milliseconds, for whoever measures. */
  readonly took: number[] = [];

  constructor(
    readonly app: App,
    readonly root: HTMLElement,
  ) {
    new ResizeObserver(() => this.draw()).observe(root);
    root.addEventListener("click", (event) => this.#click(event));
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change", () => this.draw());
  }

  get #lanes(): HTMLElement | null {
    return this.root.querySelector(".lanes");
  }

  draw(): void {
    const begun = performance.now();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    const { app, root } = this;
    const width = root.clientWidth;
    if (width === 0) return;
    const now = app.now();
    const isNarrow = width < NARROW;
    const scale = app.view.scale(app.began(), now, isNarrow ? 92 : 292, width - 8);
    this.#scale = scale;
    this.#layOut(scale);
    const lanes = this.#lanes;
    const top = lanes?.scrollTop ?? 0;
    const seen = lanes?.clientHeight ?? root.clientHeight;
    const { rows, height } = this.#layout;
    const drawn = height <= SMALL ? rows : rowsBetween(this.#layout, top - seen / 2, top + 1.5 * seen);
    render(this.#template(scale, now, width, isNarrow, drawn, Math.max(height, seen - 2)), root);
    this.took.push(performance.now() - begun);
    if (this.took.length > 600) this.took.shift();
    this.#again(scale);
  }

  #template(scale: Scale, now: number, width: number, isNarrow: boolean, drawn: Row[], height: number) {
    const { app } = this;
    const { rows } = this.#layout;
    const pen: Pen = {
      scale,
      now,
      width,
      isNarrow,
      selected: app.connection?.id,
      chosenSession: app.chosen?.connection ? undefined : app.chosen?.lineage,
      active: this.#active,
      pids: app.picture.processes.size > 1,
    };
    const active = this.#active && drawn.some((row) => row.key === this.#active) ? `row-${this.#active}` : "";
    return html`${drawAxis(app.picture, scale, now, width)}
      <div
        class="lanes"
        role="tree"
        tabindex="0"
        aria-label="Sessions and their connections"
        aria-activedescendant=${active}
        @scroll=${() => this.#scrolled()}
      >
        <svg class="drawing" role="none" width=${width} height=${height}>
          <defs>
            <clipPath id="plot">
              <rect x=${scale.left} y="-2" width=${Math.max(0, scale.right - scale.left)} height="40" />
            </clipPath>
          </defs>
          ${drawPoles(app.picture, scale, now, height)} ${steps(drawn, scale)} ${drawn.map((row) => drawRow(row, pen))}
        </svg>
        ${rows.length === 0 ? html`<p class="empty">No connection yet. Press <strong>New connection</strong>, or take the tour.</p>` : null}
      </div>`;
  }

  /** Rows depend on the data, on what is folded, and, by the second, on the stretch of time. */
  #layOut(scale: Scale): void {
    const { app } = this;
    const second = Math.floor(scale.from / 1_000);
    const mark = [
      app.picture.revision,
      second,
      Math.round(scale.span),
      app.connection?.id,
      [...app.unfolded],
      [...app.folded],
    ].join();
    if (mark === this.#laidOut) return;
    this.#laidOut = mark;
    this.#layout = layOut(app.picture, scale, app, app.connection?.id, this.#groups);
    if (app.follows) requestAnimationFrame(() => this.#revealNewest());
  }

  /** Draws again when now has moved by about a pixel; with less motion wanted, once a second. */
  #again(scale: Scale): void {
    if (!this.app.view.follows || document.hidden) {
      this.#timer = window.setTimeout(() => this.draw(), 1_000);
      return;
    }
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const pause = calm ? 1_000 : Math.min(1_000, scale.msPerPixel / 2);
    if (pause < 34) this.#frame = requestAnimationFrame(() => this.draw());
    else this.#timer = window.setTimeout(() => (this.#frame = requestAnimationFrame(() => this.draw())), pause);
  }

  #scrolled(): void {
    if (this.#layout.height <= SMALL) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.draw());
  }

  /** As long as nothing is chosen, what just happened is what one wants to see: once for each. */
  #revealNewest(): void {
    const newest = this.app.connection?.id;
    if (!newest || newest === this.#revealed) return;
    const rows = this.#layout.rows.filter((row) => connectionOf(row) === newest);
    const last = rows.at(-1);
    if (!last) return;
    this.#revealed = newest;
    const bar = this.#layout.rows.find(
      (row) => row.kind === "session" && "session" in last && row.session === last.session,
    );
    this.#reveal(last);
    if (bar && last.y - bar.y < (this.#lanes?.clientHeight ?? 0) - 2 * last.height) this.#reveal(bar);
  }

  #reveal(row: Row): void {
    const lanes = this.#lanes;
    if (!lanes) return;
    const { scrollTop, clientHeight } = lanes;
    if (row.y < scrollTop) lanes.scrollTop = row.y - 4;
    if (row.y + row.height > scrollTop + clientHeight) lanes.scrollTop = row.y + row.height - clientHeight + 4;
  }

  #click(event: MouseEvent): void {
    const key = (event.target as Element).closest("[data-row]")?.getAttribute("data-row");
    const row = this.#layout.rows.find((candidate) => candidate.key === key);
    if (!row) return;
    const box = this.root.getBoundingClientRect();
    const x = event.clientX - box.left;
    const left = this.#scale?.left ?? 0;
    if (row.kind === "session" && x > left - 26 && x < left) this.toggle(row);
    else this.#choose(row);
  }

  #choose(row: Row): void {
    this.#active = row.key;
    if (row.kind === "strip") this.toggle(row);
    if (row.kind === "session") this.app.choose({ lineage: row.session.id });
    if (row.kind === "line") this.app.choose({ connection: row.segment.connection.id });
    if (row.kind === "loose") this.app.choose({ connection: row.connection.id });
  }

  /** Folds what is unfolded, and the other way round. */
  toggle(row: Row, unfold?: boolean): void {
    if (row.kind !== "session" && row.kind !== "strip") return;
    const { unfolded, folded } = this.app;
    const { id } = row.session;
    const isFolded = row.kind === "strip" || row.folded;
    const wanted = unfold ?? isFolded;
    (wanted ? folded : unfolded).delete(id);
    (wanted ? unfolded : folded).add(id);
    this.app.changed();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { rows } = this.#layout;
    const at = rows.findIndex((row) => row.key === this.#active);
    const row = rows[at];
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? rows.length - 1 : at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + 12,
      PageUp: at - 12,
    };
    const to = moves[event.key];
    if (to !== undefined) this.#move(Math.min(rows.length - 1, Math.max(0, to)));
    else if (row && event.key === "ArrowRight") this.toggle(row, true);
    else if (row && event.key === "ArrowLeft") this.toggle(row, false);
    else if (row && (event.key === "Enter" || event.key === " ")) this.#choose(row);
    else return;
    event.preventDefault();
  }

  #move(to: number): void {
    const row = this.#layout.rows[to];
    if (!row) return;
    if (row.kind === "strip") this.#active = row.key;
    else this.#choose(row);
    this.#reveal(row);
    this.app.changed();
  }

  /** Sideways through time; with Ctrl, or two fingers on a pad, closer and further. */
  #wheel(event: WheelEvent): void {
    const scale = this.#scale;
    if (!scale) return;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.ctrlKey) this.app.view.magnify(1.0015 ** event.deltaY, this.app.began(), this.app.now());
    else if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) {
      this.app.view.pan(sideways * scale.msPerPixel, this.app.now());
    } else {
      // Whoever scrolls wants to look, and not to be taken elsewhere.
      this.app.follows = false;
      return;
    }
    event.preventDefault();
    this.app.changed();
  }
}

function connectionOf(row: Row): string | undefined {
  return row.kind === "line" ? row.segment.connection.id : row.kind === "loose" ? row.connection.id : undefined;
}

/** Steps between rows of one connection, where both are drawn. */
function steps(drawn: Row[], scale: Scale) {
  const lines = drawn.filter((row) => row.kind === "line");
  const moved = lines.filter((row) => row.segment.index > 0);
  return moved.flatMap((below) => {
    const { connection, index } = below.segment;
    const above = lines.find((row) => row.segment.connection.id === connection.id && row.segment.index === index - 1);
    return above && above.y < below.y ? drawStep(above, below, scale) : [];
  });
}
