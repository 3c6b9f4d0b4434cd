// The tour on the page: a step's text, a button that does it, and the checks of what came of it.

import { html, nothing, type TemplateResult } from "lit-html";
import { type Check, post } from "./api";
import type { App } from "./app";
import { type Step, STEPS } from "./tour-steps";

/** What came of a step. */
interface Outcome {
  ok: boolean;
  text: string;
  checks: Check[];
}

export class Tour {
  isOpen = false;
  #at = 0;
  #running = false;
  readonly #outcomes = new Map<number, Outcome>();

  constructor(readonly app: App) {}

  toggle = (): void => {
    this.isOpen = !this.isOpen;
    if (this.isOpen) this.app.page = "picture";
    this.app.changed();
    // Whoever opened it wants to read it.
    if (this.isOpen) setTimeout(() => document.querySelector<HTMLElement>("#tour-title")?.focus(), 50);
  };

  template(): TemplateResult | typeof nothing {
    if (!this.isOpen) return nothing;
    const step = STEPS[this.#at];
    if (!step) return nothing;
    const outcome = this.#outcomes.get(this.#at);
    const reason = this.app.picture.facts?.deeds.tour;
    return html`<aside id="tour" class="tour" aria-labelledby="tour-title">
      <div class="tour-head">
        <h2 id="tour-title" tabindex="-1">Guided tour</h2>
        <button class="icon" aria-label="Close the tour" @click=${this.toggle}>×</button>
      </div>
      <ol class="dots" aria-label="Steps">
        ${STEPS.map((each, at) => this.#dot(each, at))}
      </ol>
      <div class="tour-body" tabindex="0" role="group" aria-label="Step">
        <h3>${this.#at + 1}. ${step.title}</h3>
        <p>${step.text}</p>
        <p class="look"><b>Look:</b> ${step.look}</p>
        ${outcome ? this.#checks(outcome) : nothing}
      </div>
      ${reason ? html`<p class="reason-line">${reason}</p>` : nothing}
      <div class="tour-foot">
        <button @click=${() => this.#go(this.#at - 1)} ?disabled=${this.#at === 0}>Back</button>
        <button class="primary" ?disabled=${this.#running || Boolean(reason)} @click=${() => void this.#run()}>
          ${this.#running ? "Doing it…" : outcome ? "Do it again" : "Do it"}
        </button>
        <button @click=${() => this.#go(this.#at + 1)} ?disabled=${this.#at === STEPS.length - 1}>Next</button>
      </div>
    </aside>`;
  }

  #checks(outcome: Outcome): TemplateResult {
    return html`<div class="checks" role="status">
      <p><b>${outcome.ok ? "It came out as it should." : "It did not come out as it should."}</b> ${outcome.text}</p>
      <ul>
        ${outcome.checks.map(
          (check) =>
            html`<li class=${check.ok ? "yes" : "no"}>
              <span class="mark" aria-hidden="true">${check.ok ? "✓" : "✗"}</span
              ><span
                ><span class="vh">${check.ok ? "yes: " : "no: "}</span>${check.what}
                <span class="detail">${check.found}</span></span
              >
            </li>`,
        )}
      </ul>
    </div>`;
  }

  #dot({ title }: Step, at: number): TemplateResult {
    const name = `Step ${at + 1}: ${title}${this.#word(at)}`;
    const current = at === this.#at ? "step" : nothing;
    return html`<li>
      <button aria-label=${name} aria-current=${current} class=${this.#class(at)} @click=${() => this.#go(at)}>
        ${at + 1}
      </button>
    </li>`;
  }

  #word(at: number): string {
    const outcome = this.#outcomes.get(at);
    return outcome ? (outcome.ok ? ", done" : ", failed") : "";
  }

  #class(at: number): string {
    const outcome = this.#outcomes.get(at);
    return outcome ? (outcome.ok ? "done" : "failed") : "";
  }

  #go(at: number): void {
    this.#at = Math.min(STEPS.length - 1, Math.max(0, at));
    this.app.changed();
  }

  async #run(): Promise<void> {
    const at = this.#at;
    this.#running = true;
    this.app.choose(undefined);
    this.app.view.follow();
    try {
      const answer = await post(this.app.token, "tour", { step: at + 1 });
      const checks = answer.checks ?? [];
      const ok = answer.ok && checks.every((check) => check.ok);
      this.#outcomes.set(at, { ok, text: answer.text ?? "", checks });
    } catch (error) {
      this.app.complain(error instanceof Error ? error.message : String(error));
    } finally {
      this.#running = false;
      this.app.changed();
    }
  }
}
