// Server-sent events, as the HTML standard has them. EventSource itself can send no headers, and the
// token must not stand in an address, so the page reads the stream with fetch and parses it here.

export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

/** Takes a stream in pieces cut anywhere, and hands out whole events. */
export class EventParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  /** Stays from event to event: what `Last-Event-ID` asks to go on from. */
  lastId = "";

  push(piece: string): ServerEvent[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  #line(line: string): ServerEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    // A comment: the stream is alive, and has nothing to say.
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") this.lastId = value;
    if (field === "event") this.#event = value;
    if (field === "data") this.#data.push(value);
    return undefined;
  }

  #dispatch(): ServerEvent | undefined {
    const event = { id: this.lastId, event: this.#event || "message", data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    return empty ? undefined : event;
  }
}
