import type { Translate } from "../translations";
import { ColumnMapping } from "./column-mapping";
import { isSpreadsheet, readListPreview } from "./csv";
import { createElement, findElement } from "./elements";
import { type JobResults, runInBackground } from "./jobs";
import { type Progress, ServiceError, postForm, replaceFields } from "./requests";

/** How a tool processes a list. */
export interface ListTool {
  /** The address of the form; larger files are processed as a job of the kind `job`, if there is one. */
  readonly action: string;
  readonly job?: string;
  /** What columns may hold, and what is to be said where no column holds what is needed. */
  readonly roles: readonly string[];
  readonly nothingChosen: string;
  /** Fields in place of those of the form, where the result is shown and not saved. */
  readonly shown?: Readonly<Record<string, string>>;
  /** The field in which a list can be pasted instead of choosing a file. */
  readonly pasted?: HTMLTextAreaElement;
  readonly showResult: (response: Response, run: ListRun) => Promise<void>;
}

/** One submission of a list. */
export interface ListRun {
  /** The list without the ending of its name. */
  readonly name: string;
  readonly file: Blob;
  readonly form: FormData;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** The form of a tool: a file is dropped or chosen, its columns are mapped, and it is sent. */
export class ListForm {
  private readonly form = findElement("list", HTMLFormElement);
  private readonly input = findElement("data", HTMLInputElement);
  private readonly drop = findElement("drop", HTMLElement);
  private readonly stop = findElement("cancel", HTMLButtonElement);
  private readonly problem = findElement("list-problem", HTMLElement);
  private readonly progress = findElement("list-progress", HTMLElement);
  private readonly bar = findElement("list-bar", HTMLProgressElement);
  private readonly status = findElement("list-status", HTMLElement);
  private readonly result = findElement("list-answer", HTMLElement);
  private readonly mapping = findElement("mapping", HTMLElement);
  private readonly named = findElement("columns-field", HTMLElement);
  private readonly columns: ColumnMapping;
  private file: File | null = null;
  private request: AbortController | null = null;

  constructor(
    private readonly tool: ListTool,
    private readonly t: Translate,
    private readonly lang: string,
    private readonly announce: (text: string) => void,
  ) {
    this.columns = new ColumnMapping(this.mapping, t, tool.roles);
    tool.pasted?.addEventListener("input", () => {
      this.showProblem("");
    });
    this.input.addEventListener("change", () => {
      this.previewChosenFile();
    });
    this.previewChosenFile(); // a file may have been chosen before the script had loaded
    this.listenForDrops();
    this.stop.addEventListener("click", () => {
      this.request?.abort();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
  }

  /** Abort a request under way. */
  close(): void {
    this.request?.abort();
  }

  private listenForDrops(): void {
    for (const kind of ["dragenter", "dragover"]) {
      this.drop.addEventListener(kind, (event) => {
        event.preventDefault();
        this.drop.classList.add("drop--over");
      });
    }
    this.drop.addEventListener("dragleave", () => {
      this.drop.classList.remove("drop--over");
    });
    this.drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.drop.classList.remove("drop--over");
      const [file] = event.dataTransfer?.files ?? [];
      if (!file) return;
      this.input.required = false;
      void this.preview(file);
    });
  }

  private previewChosenFile(): void {
    const [file] = this.input.files ?? [];
    if (file) void this.preview(file);
  }

  private async preview(file: File): Promise<void> {
    this.request?.abort();
    this.result.replaceChildren();
    this.showProblem("");
    this.named.classList.add("needs-no-script");
    if (await isSpreadsheet(file)) {
      this.showSpreadsheet(file);
      return;
    }
    const preview = await readListPreview(file);
    this.file = preview ? file : null;
    if (!preview) {
      this.showProblem(this.t("tool.unreadable"));
      return;
    }
    this.columns.show(preview);
    const { encoding, header } = preview;
    const facts = this.t("tool.preview", { name: file.name, encoding, n: header.length });
    this.mapping.prepend(createElement("p", { class: "quiet" }, facts));
    this.announce(facts);
  }

  /** A spreadsheet is read by the service, which finds the columns by their headings or names. */
  private showSpreadsheet(file: File): void {
    this.file = file;
    this.columns.hide();
    this.named.classList.remove("needs-no-script");
    const facts = this.t("tool.spreadsheet", { name: file.name });
    this.mapping.replaceChildren(createElement("p", { class: "quiet" }, facts));
    this.mapping.hidden = false;
    this.announce(facts);
  }

  private async submit(): Promise<void> {
    const { file } = this;
    const pasted = this.tool.pasted?.value.trim() ?? "";
    if (!file && !pasted) {
      this.showProblem(this.t("tool.nothing_sent"));
      return;
    }
    const form = new FormData(this.form);
    if (file) form.set("data", file);
    else form.delete("data");
    if (!file || !this.columns.isHidden || !form.get("columns")) form.delete("columns");
    if (file && !this.columns.isHidden && !this.columns.fillForm(form)) {
      this.showProblem(this.tool.nothingChosen);
      return;
    }
    const list = { name: file?.name.replace(/\.[^.]*$/, "") ?? "list", file: file ?? new Blob([pasted]) };
    this.showProblem("");
    this.request?.abort();
    const request = (this.request = new AbortController());
    const progress = (done: number, total: number | null): void => {
      this.showProgress(done, total);
    };
    this.setWorking(true);
    try {
      await this.run({ ...list, form, signal: request.signal, progress });
    } catch (error) {
      this.showError(error);
    } finally {
      if (this.request === request) this.setWorking(false);
    }
  }

  private async run(run: ListRun): Promise<void> {
    let response: Response;
    try {
      response = await postForm(this.tool.action, replaceFields(run.form, this.tool.shown ?? {}), this.lang, run.signal);
    } catch (error) {
      if (!(error instanceof ServiceError && error.jobs && this.tool.job)) throw error;
      this.status.textContent = this.t("tool.queued");
      const results = await runInBackground(this.tool.job, run.form, this.lang, run.progress, run.signal);
      this.showDownloads(results);
      return;
    }
    await this.tool.showResult(response, run);
  }

  /** The results of a large list are files to download. */
  private showDownloads(results: JobResults): void {
    const links = Object.entries(results).flatMap(([format, url]) =>
      url ? createElement("a", { class: "button", href: url, download: "" }, `${this.t("tool.export")} · ${format}`) : [],
    );
    this.result.replaceChildren(createElement("p", { class: "tool__actions section" }, ...links));
  }

  private showProgress(done: number, total: number | null): void {
    if (total === null) {
      this.bar.removeAttribute("value");
      return;
    }
    this.bar.max = total;
    this.bar.value = done;
    this.status.textContent = this.t("tool.progress", { done, total });
  }

  private setWorking(isWorking: boolean): void {
    this.progress.hidden = !isWorking;
    this.stop.hidden = !isWorking;
    if (isWorking) {
      this.bar.removeAttribute("value");
      this.status.textContent = this.t("tool.sending");
      this.result.replaceChildren();
    }
  }

  private showError(error: unknown): void {
    if (error instanceof DOMException && error.name === "AbortError") {
      this.showProblem(this.t("tool.cancelled"));
    } else if (error instanceof ServiceError) {
      this.showProblem(this.t("tool.failed", { detail: error.message }));
    } else if (error instanceof TypeError) {
      this.showProblem(this.t("tool.away")); // fetch throws it where the network is down
    } else throw error;
  }

  private showProblem(text: string): void {
    this.problem.hidden = text === "";
    this.problem.textContent = text;
  }
}
