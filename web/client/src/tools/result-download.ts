import type { Translate } from "../translations";
import { createElement, createSaveLink, findElement } from "./elements";
import type { ListRun } from "./list-form";
import { ServiceError, postForm, replaceFields } from "./requests";

/** The fields of the form that say how the file of the result is written. */
const OPTIONS = ["format", "result_columns", "headings", "bom"] as const;

export interface DownloadRequest {
  readonly action: string;
  /** Follows the name of the list in that of the file. */
  readonly suffix: string;
  /** Adds fields at the moment of the download. */
  readonly complete?: (form: FormData) => void;
}

/** A button that has the service write the result as the form says now, and saves it. */
export function createDownload(run: ListRun, request: DownloadRequest, lang: string, t: Translate): HTMLElement {
  const button = createElement("button", { type: "button", class: "button button--main" }, t("tool.export"));
  const problem = createElement("p", { class: "notice notice--bad", role: "alert" });
  problem.hidden = true;
  button.addEventListener("click", () => void save());
  return createElement("div", {}, createElement("p", { class: "tool__actions" }, button), problem);

  async function save(): Promise<void> {
    button.disabled = true;
    problem.hidden = true;
    try {
      const form = applyOptions(run.form);
      request.complete?.(form);
      const response = await postForm(request.action, form, lang, new AbortController().signal);
      const extension = response.headers.get("Content-Disposition")?.split(".").at(-1) ?? "csv";
      const name = `${run.name}-${request.suffix}.${extension}`;
      createSaveLink(t("tool.export"), await response.blob(), name).click();
    } catch (error) {
      if (!(error instanceof ServiceError || error instanceof TypeError)) throw error;
      problem.textContent = error instanceof ServiceError ? t("tool.failed", { detail: error.message }) : t("tool.away");
      problem.hidden = false;
    } finally {
      button.disabled = false;
    }
  }
}

/** What was sent, with the options as they are chosen now. */
function applyOptions(sent: FormData): FormData {
  const form = replaceFields(sent, {});
  const current = new FormData(findElement("list", HTMLFormElement));
  for (const name of OPTIONS) {
    const value = current.get(name);
    if (value === null) form.delete(name);
    else form.set(name, value);
  }
  return form;
}
