// A table that sorts, page by page: ten thousand rows at once help nobody, and no browser.

import { html, nothing, type TemplateResult } from "lit-html";
import { type Cell, type Order, sorted, turned } from "./sort";
import { number } from "./words";

export interface Column<T> {
  name: string;
  /** What it sorts by. */
  value(row: T): Cell;
  /** What it shows, where that differs. */
  show?(row: T): unknown;
  isNumber?: boolean;
}

export interface RowMarks {
  id: string;
  lineage?: string | undefined;
  connection?: string | undefined;
  state?: string | undefined;
  colour?: string | undefined;
  selected: boolean;
}

const PAGE = 100;

export class Grid<T> {
  #order: Order;
  #page = 0;

  constructor(
    readonly caption: string,
    readonly columns: Column<T>[],
    readonly marks: (row: T) => RowMarks,
    readonly choose: (row: T) => void,
    readonly changed: () => void,
    order: Order,
  ) {
    this.#order = order;
  }

  template(rows: readonly T[]): TemplateResult {
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    this.#page = Math.min(this.#page, pages - 1);
    const all = sorted(rows, (row, column) => this.columns[column]?.value(row), this.#order);
    const shown = all.slice(this.#page * PAGE, (this.#page + 1) * PAGE);
    return html`<div class="grid" tabindex="0" role="group" aria-label=${this.caption}>
      <table>
        <caption>
          ${this.caption}
          <span class="quiet">${number(rows.length)}</span>
          ${pages > 1 ? this.#pager(pages) : nothing}
        </caption>
        <thead>
          <tr>
            ${this.columns.map((column, at) => this.#head(column, at))}
          </tr>
        </thead>
        <tbody>
          ${shown.map((row) => this.#row(row))}
        </tbody>
      </table>
      ${rows.length ? nothing : html`<p class="quiet none-yet">none yet</p>`}
    </div>`;
  }

  #head(column: Column<T>, at: number): TemplateResult {
    const isSorted = this.#order.column === at;
    const sort = isSorted ? (this.#order.descending ? "descending" : "ascending") : "none";
    const press = () => {
      this.#order = turned(this.#order, at);
      this.changed();
    };
    return html`<th scope="col" aria-sort=${sort} class=${column.isNumber ? "number" : ""}>
      <button @click=${press}>
        ${column.name}<span class="sort" aria-hidden="true"
          >${isSorted ? (this.#order.descending ? "↓" : "↑") : ""}</span
        >
      </button>
    </th>`;
  }

  #row(row: T): TemplateResult {
    const marks = this.marks(row);
    const [first, ...others] = this.columns;
    return html`<tr
      class=${marks.colour ?? ""}
      data-lineage=${marks.lineage ?? nothing}
      data-connection=${marks.connection ?? nothing}
      data-state=${marks.state ?? nothing}
      aria-selected=${marks.selected ? "true" : nothing}
    >
      <th scope="row">
        <button @click=${() => this.choose(row)}>
          <span class="swatch" aria-hidden="true"></span>${first ? show(first, row) : nothing}
        </button>
      </th>
      ${others.map((column) => html`<td class=${column.isNumber ? "number" : ""}>${show(column, row)}</td>`)}
    </tr>`;
  }

  #pager(pages: number): TemplateResult {
    const go = (by: number) => () => {
      this.#page = Math.min(pages - 1, Math.max(0, this.#page + by));
      this.changed();
    };
    return html`<span class="pager"
      ><button aria-label=${`${this.caption}: page before`} ?disabled=${this.#page === 0} @click=${go(-1)}>‹</button>
      page ${this.#page + 1} of ${pages}
      <button aria-label=${`${this.caption}: next page`} ?disabled=${this.#page === pages - 1} @click=${go(1)}>
        ›
      </button></span
    >`;
  }
}

function show<T>(column: Column<T>, row: T): unknown {
  return column.show ? column.show(row) : (column.value(row) ?? "");
}
