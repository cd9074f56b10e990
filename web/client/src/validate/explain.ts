import { find, make } from "../tools/elements";
import { accepted } from "../tools/send";
import type { Say } from "../tools/texts";

interface RuleText {
  readonly id: string;
  readonly title: string;
  readonly explanation: string;
  readonly trap: string;
  readonly origin: string;
}

/** Show what a rule demands, and what to know before believing it, over the page. */
export async function explain(id: string, lang: string, say: Say): Promise<void> {
  const address = `/v1/rules/${encodeURIComponent(id)}`;
  const response = await accepted(await fetch(address, { headers: { "Accept-Language": lang } }));
  const rule = (await response.json()) as RuleText;
  const box = find("rule", HTMLDialogElement);
  const close = make("button", { type: "button", class: "button" }, say("judged.close"));
  close.addEventListener("click", () => {
    box.close();
  });
  box.replaceChildren(
    make("h2", { class: "section__title", id: "rule-title" }, `${rule.id} ${rule.title}`),
    make("p", {}, rule.explanation),
    make("p", {}, make("strong", {}, say("judged.trap")), ` ${rule.trap}`),
    make("p", { class: "quiet" }, `${say("judged.origin")}: ${rule.origin}`),
    make(
      "div",
      { class: "tool__actions" },
      close,
      make("a", { class: "button", href: `/rules/${rule.id}` }, say("judged.rule_page")),
    ),
  );
  box.setAttribute("aria-labelledby", "rule-title");
  box.showModal();
}
