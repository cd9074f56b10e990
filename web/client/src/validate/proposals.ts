import { formatMeasure } from "../measures";
import { createElement } from "../tools/elements";
import { createScrollTable } from "../tools/table";
import type { Translate } from "../translations";
import type { Finding, Proposal, VertexMove } from "./results";

const FORMATS = ["gpkg", "shp", "geojson"] as const;
const MAX_MOVES = 50;

/** What the page does on actions in the panel. */
export interface ProposalActions {
  readonly t: Translate;
  /** The proposals for a finding; null if the request failed, which the page reports. */
  readonly fetchProposals: (id: string) => Promise<readonly Proposal[] | null>;
  /** Show the moves of vertices on the map. */
  readonly showMoves: (moves: readonly VertexMove[]) => void;
  /** Save a copy of the layer with accepted proposals; each is `ID=WAY:UNIT`. */
  readonly saveCopy: (accept: readonly string[], format: string) => void;
  /** Validate such a copy in place of the layer. */
  readonly validateCopy: (accept: readonly string[]) => void;
}

/** The proposals for one finding at a time, the accepted ones, and copies with these. */
export class ProposalsPanel {
  readonly element: HTMLElement;
  private readonly content = createElement("div");
  private readonly bar = createElement("div", { class: "tool__actions" });
  private readonly offeredById = new Map<string, readonly Proposal[]>();
  private readonly acceptedById = new Map<string, Proposal>();
  private readonly head: HTMLElement;

  constructor(private readonly actions: ProposalActions) {
    const { t } = actions;
    const title = { class: "section__title", id: "proposals", tabindex: "-1" };
    this.head = createElement("h2", title, t("validate.proposals"));
    const lead = createElement("p", { class: "quiet" }, t("validate.proposals_lead"));
    const attributes = { class: "section", "aria-labelledby": "proposals" };
    this.element = createElement("section", attributes, this.head, lead, this.content, this.bar);
    this.element.hidden = true;
  }

  /** Show the proposals for a finding; they are requested once. */
  async show(finding: Finding): Promise<void> {
    const { id } = finding;
    const offered = this.offeredById.get(id) ?? (await this.actions.fetchProposals(id));
    if (!offered) return;
    this.offeredById.set(id, offered);
    this.element.hidden = false;
    const { t } = this.actions;
    this.content.replaceChildren(
      createElement("p", {}, finding.properties.message),
      offered.length
        ? this.createChoices(id, offered)
        : createElement("p", { class: "notice" }, t("validate.no_proposals")),
    );
    this.actions.showMoves(this.acceptedById.get(id)?.moves ?? []);
    this.head.focus();
    this.head.scrollIntoView({ block: "nearest" });
  }

  private createChoices(id: string, offered: readonly Proposal[]): HTMLElement {
    const { t } = this.actions;
    const moves = createElement("div");
    const accepted = this.acceptedById.get(id);
    const none = this.createOption(`${id}-none`, t("validate.no_change"), !accepted, () => {
      this.acceptedById.delete(id);
      this.showChoice([], moves);
    });
    const options = offered.map((proposal, index) =>
      this.createOption(`${id}-${index}`, proposal.message, proposal === accepted, () => {
        this.acceptedById.set(id, proposal);
        this.showChoice(proposal.moves, moves);
      }),
    );
    const legend = createElement("legend", {}, t("validate.choose_proposal"));
    const choices = createElement("fieldset", { class: "choices" }, legend, none, ...options);
    if (accepted) this.showChoice(accepted.moves, moves);
    return createElement("div", {}, choices, moves);
  }

  private createOption(id: string, text: string, isSelected: boolean, select: () => void): HTMLElement {
    const radio = createElement("input", { type: "radio", name: "proposal", id });
    radio.checked = isSelected;
    radio.addEventListener("change", select);
    return createElement("label", { class: "check", for: id }, radio, ` ${text}`);
  }

  private showChoice(moves: readonly VertexMove[], host: HTMLElement): void {
    this.actions.showMoves(moves);
    host.replaceChildren(...(moves.length ? [this.createMovesTable(moves)] : []));
    this.offerCopies();
  }

  private createMovesTable(moves: readonly VertexMove[]): HTMLElement {
    const { t } = this.actions;
    const labels = [
      t("findings_view.column_features"),
      t("validate.from"),
      t("validate.to"),
      t("validate.distance"),
    ];
    const heads = labels.map((label) => createElement("th", { scope: "col" }, label));
    const rows = moves.slice(0, MAX_MOVES).map((move) =>
      createElement(
        "tr",
        {},
        createElement("th", { scope: "row", class: "code" }, move.feature),
        createElement("td", { class: "code" }, move.from?.join(", ") ?? t("validate.inserted")),
        createElement("td", { class: "code" }, move.to?.join(", ") ?? t("validate.removed")),
        createElement("td", { class: "num" }, formatMeasure(move.distance_m, null, t)),
      ),
    );
    const body = createElement("tbody", {}, ...rows);
    return createScrollTable(t("validate.vertex_changes"), [createElement("tr", {}, ...heads)], body);
  }

  private offerCopies(): void {
    const { t, saveCopy, validateCopy } = this.actions;
    const accept = [...this.acceptedById].map(
      ([id, { way, feature }]) => `${id}=${way}${feature ? `:${feature}` : ""}`,
    );
    if (!accept.length) {
      this.bar.replaceChildren();
      return;
    }
    const formats = FORMATS.map((format) =>
      createButton(format === "shp" ? "Shapefile" : format.toUpperCase(), () => {
        saveCopy(accept, format);
      }),
    );
    const validate = createButton(t("validate.check_copy"), () => {
      validateCopy(accept);
    });
    this.bar.replaceChildren(`${t("validate.copy", { n: accept.length })} `, ...formats, validate);
  }
}

function createButton(text: string, onClick: () => void): HTMLButtonElement {
  const button = createElement("button", { type: "button", class: "button" }, text);
  button.addEventListener("click", onClick);
  return button;
}
