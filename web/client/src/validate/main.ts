import "ol/ol.css";
import "./validate.css";

import { createElement, findElement } from "../tools/elements";
import { ServiceError, postForm } from "../tools/requests";
import { type Translate, readTranslations } from "../translations";
import { FindingsMap } from "./findings-map";
import { showReport } from "./report";
import type { Proposal, ValidationResult } from "./results";
import { showRule } from "./rule-dialog";

const MEGABYTE = 1 << 20;

type FormValues = Readonly<Record<string, string | readonly string[]>>;

/** The page that validates a layer: a file is dropped or chosen, sent, and its findings shown. */
class ValidatePage {
  private readonly form = findElement("layer-form", HTMLFormElement);
  private readonly input = findElement("data", HTMLInputElement);
  private readonly problem = findElement("problem", HTMLElement);
  private readonly progress = findElement("working", HTMLElement);
  private readonly status = findElement("working-status", HTMLElement);
  private readonly bar = findElement("bar", HTMLProgressElement);
  private readonly stop = findElement("cancel", HTMLButtonElement);
  private readonly report = findElement("report", HTMLElement);
  private readonly lang = document.documentElement.lang;
  private readonly proposableRules: ReadonlySet<string>;
  private file: File | null = null;
  private request: AbortController | null = null;
  private clock = 0;

  constructor(private readonly t: Translate) {
    this.proposableRules = new Set(this.form.dataset["proposableRules"]?.split(" "));
    this.input.addEventListener("change", () => {
      const [file] = this.input.files ?? [];
      if (file) this.setFile(file, "");
    });
    this.listenForDrops(findElement("drop", HTMLElement));
    this.stop.addEventListener("click", () => {
      this.request?.abort();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.validate();
    });
  }

  private listenForDrops(drop: HTMLElement): void {
    for (const kind of ["dragenter", "dragover"]) {
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.add("drop--over");
      });
    }
    drop.addEventListener("dragleave", () => {
      drop.classList.remove("drop--over");
    });
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("drop--over");
      const [file] = event.dataTransfer?.files ?? [];
      if (!file) return;
      this.input.required = false;
      this.setFile(file, file.name);
      void this.validate();
    });
  }

  /** `shownName` is empty where the file field itself shows the name. */
  private setFile(file: File, shownName: string): void {
    this.file = file;
    findElement("chosen", HTMLOutputElement).textContent = shownName;
    this.showProblem("");
  }

  private async validate(): Promise<void> {
    const file = this.file;
    if (!file) return;
    this.showProblem("");
    this.report.hidden = true;
    const response = await this.submit(file, { outlines: "true" });
    if (!response) return;
    const result = (await response.json()) as ValidationResult;
    showReport(this.report, result, {
      t: this.t,
      explain: (rule) => void this.explain(rule),
      saveFindings: (format, button) => void this.saveFindings(file, result, format, button),
      isProposable: ({ geometry, properties }) =>
        geometry !== null && this.proposableRules.has(properties.rule),
      fetchProposals: (id) => this.fetchProposals(file, id),
      saveCopy: (accept, format) => void this.saveCopy(file, accept, format),
      validateCopy: (accept) => void this.validateCopy(file, accept),
      createMap: (target, onSelect) => new FindingsMap(target, this.t, onSelect),
    });
  }

  /** The response to a file with the options of the form; null if it failed, which is shown. */
  private async submit(file: File, more: FormValues, url = "/v1/validate"): Promise<Response | null> {
    const limit = Number(this.form.dataset["limitMb"]);
    if (file.size > limit * MEGABYTE) {
      this.showProblem(this.t("validate.too_large", { limit }));
      return null;
    }
    const form = new FormData(this.form);
    form.set("data", file);
    form.delete("format");
    for (const [name, value] of Object.entries(more)) {
      for (const one of typeof value === "string" ? [value] : value) form.append(name, one);
    }
    const progressId = createUuid();
    form.set("progress", progressId);
    this.request?.abort();
    const request = (this.request = new AbortController());
    this.showProgress(file.name, progressId);
    try {
      return await postForm(url, form, this.lang, request.signal);
    } catch (error) {
      this.showError(error);
      return null;
    } finally {
      if (this.request === request) this.hideProgress();
    }
  }

  private async fetchProposals(file: File, id: string): Promise<readonly Proposal[] | null> {
    const response = await this.submit(file, { findings: id });
    if (!response) return null;
    const { features } = (await response.json()) as ValidationResult;
    return features.find((finding) => finding.id === id)?.properties.proposals ?? [];
  }

  /** Findings as GeoJSON are already here; other formats are made by the service. */
  private async saveFindings(
    file: File,
    result: ValidationResult,
    format: string,
    button: HTMLButtonElement,
  ): Promise<void> {
    button.disabled = true;
    const content = format === "geojson" ? toGeoJson(result) : await (await this.submit(file, { format }))?.blob();
    button.disabled = false;
    if (content) saveFile(content, `findings.${format}`);
  }

  /** The layer with accepted proposals applied; the chosen file is not changed. */
  private async fetchCopy(file: File, accept: readonly string[], format: string): Promise<File | null> {
    const response = await this.submit(file, { accept, format }, "/v1/validate/copy");
    const stem = file.name.split(".")[0] ?? "layer";
    const name = `${stem}-corrected.${format === "shp" ? "zip" : format}`;
    return response ? new File([await response.blob()], name) : null;
  }

  private async saveCopy(file: File, accept: readonly string[], format: string): Promise<void> {
    const copy = await this.fetchCopy(file, accept, format);
    if (copy) saveFile(copy, copy.name);
  }

  private async validateCopy(file: File, accept: readonly string[]): Promise<void> {
    const copy = await this.fetchCopy(file, accept, "gpkg");
    if (!copy) return;
    this.input.required = false;
    this.setFile(copy, copy.name);
    void this.validate();
  }

  private async explain(rule: string): Promise<void> {
    try {
      await showRule(rule, this.lang, this.t);
    } catch (error) {
      this.showError(error);
    }
  }

  private showProgress(name: string, progressId: string): void {
    const start = Date.now();
    this.bar.removeAttribute("value");
    const tick = (): void => {
      const seconds = Math.round((Date.now() - start) / 1000);
      if (seconds) void this.pollProgress(progressId);
      this.status.textContent = this.bar.hasAttribute("value")
        ? this.t("validate.working_step", { name, seconds, done: this.bar.value, total: this.bar.max })
        : this.t("validate.working", { name, seconds });
    };
    clearInterval(this.clock);
    tick();
    this.clock = window.setInterval(tick, 1000);
    this.progress.hidden = false;
    this.stop.hidden = false;
  }

  /** Update the progress bar; no steps are known while the file is being uploaded. */
  private async pollProgress(progressId: string): Promise<void> {
    const response = await fetch(`/v1/validate/${progressId}`).catch(() => null);
    if (!response?.ok) return;
    const { done, total } = (await response.json()) as ProgressSteps;
    this.bar.max = total;
    this.bar.value = done;
  }

  private hideProgress(): void {
    clearInterval(this.clock);
    this.progress.hidden = true;
    this.stop.hidden = true;
  }

  private showError(error: unknown): void {
    if (error instanceof ServiceError) this.showProblem(error.message);
    else if (error instanceof DOMException && error.name === "AbortError") {
      this.showProblem(this.t("validate.cancelled"));
    } else if (error instanceof TypeError) this.showProblem(this.t("validate.away"));
    else throw error;
  }

  private showProblem(text: string): void {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }
}

/** The steps of a running validation. */
interface ProgressSteps {
  readonly done: number;
  readonly total: number;
}

/** A random id; the browser's own function is missing on pages without encryption. */
function createUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  createElement("a", { href: url, download: name }).click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}

/** The result without the outlines for the map. */
function toGeoJson({ type, summary, features }: ValidationResult): Blob {
  return new Blob([JSON.stringify({ type, summary, features })], { type: "application/geo+json" });
}

new ValidatePage(readTranslations());
