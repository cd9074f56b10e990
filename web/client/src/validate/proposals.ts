import { make } from "../tools/elements";
import { scrollTable } from "../tools/table";
import { type Say, counted } from "../tools/texts";
import type { Finding, Move, Proposal } from "./answer";
import { amount } from "./findings";

const FORMATS = ["gpkg", "shp", "geojson"] as const;
const MOVES = 50;

/** What the proposals may use of the page. */
export interface Hands {
  readonly say: Say;
  /** The proposals for a finding; null where there is no answer, which is told elsewhere. */
  readonly ask: (id: string) => Promise<readonly Proposal[] | null>;
  /** Show on the map what moves. */
  readonly draw: (moves: readonly Move[]) => void;
  /** Save a copy of the layer with these done; each is `ID=WAY:UNIT`. */
  readonly copy: (accept: readonly string[], format: string) => void;
  /** Judge such a copy in place of the layer. */
  readonly judge: (accept: readonly string[]) => void;
}

/** What could be done about one finding at a time, what was accepted, and copies with it. */
export class ProposalsBox {
  readonly element: HTMLElement;
  private readonly content = make("div");
  private readonly bar = make("div", { class: "tool__actions" });
  private readonly known = new Map<string, readonly Proposal[]>();
  private readonly accepted = new Map<string, Proposal>();
  private readonly head: HTMLElement;

  constructor(private readonly hands: Hands) {
    const { say } = hands;
    this.head = make("h2", { class: "section__title", id: "proposals", tabindex: "-1" }, say("judged.proposals"));
    const lead = make("p", { class: "quiet" }, say("judged.proposals_lead"));
    const about = { class: "section", "aria-labelledby": "proposals" };
    this.element = make("section", about, this.head, lead, this.content, this.bar);
    this.element.hidden = true;
  }

  /** Show what could be done about a finding; asked for once. */
  async show(finding: Finding): Promise<void> {
    const { id } = finding;
    const offered = this.known.get(id) ?? (await this.hands.ask(id));
    if (!offered) return;
    this.known.set(id, offered);
    this.element.hidden = false;
    this.content.replaceChildren(
      make("p", {}, finding.properties.message),
      offered.length ? this.choices(id, offered) : make("p", { class: "notice" }, this.hands.say("judged.no_proposals")),
    );
    this.hands.draw(this.accepted.get(id)?.moves ?? []);
    this.head.focus();
    this.head.scrollIntoView({ block: "nearest" });
  }

  private choices(id: string, offered: readonly Proposal[]): HTMLElement {
    const { say } = this.hands;
    const moved = make("div");
    const chosen = this.accepted.get(id);
    const none = this.option(`${id}-none`, say("judged.as_it_is"), !chosen, () => {
      this.accepted.delete(id);
      this.reveal([], moved);
    });
    const options = offered.map((proposal, index) =>
      this.option(`${id}-${index}`, proposal.message, proposal === chosen, () => {
        this.accepted.set(id, proposal);
        this.reveal(proposal.moves, moved);
      }),
    );
    const legend = make("legend", {}, say("judged.choose_proposal"));
    const box = make("fieldset", { class: "choices" }, legend, none, ...options);
    if (chosen) this.reveal(chosen.moves, moved);
    return make("div", {}, box, moved);
  }

  private option(id: string, text: string, isChosen: boolean, choose: () => void): HTMLElement {
    const radio = make("input", { type: "radio", name: "proposal", id });
    radio.checked = isChosen;
    radio.addEventListener("change", choose);
    return make("label", { class: "check", for: id }, radio, ` ${text}`);
  }

  private reveal(moves: readonly Move[], place: HTMLElement): void {
    this.hands.draw(moves);
    place.replaceChildren(...(moves.length ? [this.table(moves)] : []));
    this.offerCopies();
  }

  private table(moves: readonly Move[]): HTMLElement {
    const { say } = this.hands;
    const keys = ["features", "from", "to", "distance"] as const;
    const heads = keys.map((key) => make("th", { scope: "col" }, say(`judged.${key}`)));
    const at = (place: readonly number[] | null, key: string): string => place?.join(", ") ?? say(key);
    const rows = moves.slice(0, MOVES).map((move) =>
      make(
        "tr",
        {},
        make("th", { scope: "row", class: "code" }, move.feature),
        make("td", { class: "code" }, at(move.from, "judged.inserted")),
        make("td", { class: "code" }, at(move.to, "judged.taken_out")),
        make("td", { class: "num" }, amount(move.distance_m, null)),
      ),
    );
    return scrollTable(say("judged.moved"), [make("tr", {}, ...heads)], make("tbody", {}, ...rows));
  }

  private offerCopies(): void {
    const { say, copy, judge } = this.hands;
    const accept = [...this.accepted].map(([id, { way, feature }]) => `${id}=${way}${feature ? `:${feature}` : ""}`);
    if (!accept.length) {
      this.bar.replaceChildren();
      return;
    }
    const button = (text: string, use: () => void): HTMLButtonElement => {
      const made = make("button", { type: "button", class: "button" }, text);
      made.addEventListener("click", use);
      return made;
    };
    const formats = FORMATS.map((format) =>
      button(format === "shp" ? "Shapefile" : format.toUpperCase(), () => {
        copy(accept, format);
      }),
    );
    const again = button(say("judged.judge_copy"), () => {
      judge(accept);
    });
    this.bar.replaceChildren(`${say("judged.copy", { n: counted(accept.length) })} `, ...formats, again);
  }
}
