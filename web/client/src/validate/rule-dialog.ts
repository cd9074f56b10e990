import { createElement, findElement } from "../tools/elements";
import { requireSuccess } from "../tools/requests";
import type { Translate } from "../translations";

interface RuleText {
  readonly id: string;
  readonly title: string;
  readonly explanation: string;
  readonly trap: string;
  readonly origin: string;
}

/** Show what a rule requires, and what to know before accepting a finding, in a dialog. */
export async function showRule(id: string, lang: string, t: Translate): Promise<void> {
  const url = `/v1/rules/${encodeURIComponent(id)}`;
  const response = await requireSuccess(await fetch(url, { headers: { "Accept-Language": lang } }));
  const rule = (await response.json()) as RuleText;
  const dialog = findElement("rule", HTMLDialogElement);
  const close = createElement("button", { type: "button", class: "button" }, t("findings_view.close"));
  close.addEventListener("click", () => {
    dialog.close();
  });
  const colon = t("separator.colon");
  dialog.replaceChildren(
    createElement("h2", { class: "section__title", id: "rule-title" }, `${rule.id} ${rule.title}`),
    createElement("p", {}, rule.explanation),
    createElement("p", {}, createElement("strong", {}, t("findings_view.trap") + colon), rule.trap),
    createElement("p", { class: "quiet" }, t("findings_view.origin") + colon + rule.origin),
    createElement(
      "div",
      { class: "tool__actions" },
      close,
      createElement("a", { class: "button", href: `/rules/${rule.id}` }, t("findings_view.rule_page")),
    ),
  );
  dialog.setAttribute("aria-labelledby", "rule-title");
  dialog.showModal();
}
