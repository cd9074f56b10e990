import "ol/ol.css";
import "./validate.css";

import { find, make } from "../tools/elements";
import { Refused, post } from "../tools/send";
import { type Say, readTexts } from "../tools/texts";
import type { Answer } from "./answer";
import { explain } from "./explain";
import { Plan } from "./plan";
import { showReport } from "./report";

const MEGABYTE = 1 << 20;

/** The page on which a layer is judged: a file is dropped or chosen, sent, and its findings shown. */
class ValidatePage {
  private readonly form = find("layer-form", HTMLFormElement);
  private readonly input = find("data", HTMLInputElement);
  private readonly problem = find("problem", HTMLElement);
  private readonly working = find("working", HTMLElement);
  private readonly stop = find("cancel", HTMLButtonElement);
  private readonly report = find("report", HTMLElement);
  private readonly lang = document.documentElement.lang;
  private file: File | null = null;
  private sending: AbortController | null = null;
  private clock = 0;

  constructor(private readonly say: Say) {
    this.input.addEventListener("change", () => {
      const [file] = this.input.files ?? [];
      if (file) this.take(file, "");
    });
    this.listenForDrops(find("drop", HTMLElement));
    this.stop.addEventListener("click", () => {
      this.sending?.abort();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.judge();
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
      this.take(file, file.name);
      void this.judge();
    });
  }

  /** `told`: what the field of the file does not tell itself. */
  private take(file: File, told: string): void {
    this.file = file;
    find("chosen", HTMLOutputElement).textContent = told;
    this.fail("");
  }

  private async judge(): Promise<void> {
    const file = this.file;
    if (!file) return;
    this.fail("");
    this.report.hidden = true;
    const answer = await this.asked(file, { outlines: "true" });
    if (!answer) return;
    const told = (await answer.json()) as Answer;
    showReport(this.report, told, {
      say: this.say,
      explain: (rule) => void this.explain(rule),
      save: (format, button) => void this.save(file, told, format, button),
      ask: async (id) => {
        const found = (await (await this.asked(file, { findings: id }))?.json()) as Answer | undefined;
        return found ? (found.features.find((one) => one.id === id)?.properties.proposals ?? []) : null;
      },
      copy: (accept, format) => void this.saveCopy(file, accept, format),
      judge: (accept) => void this.judgeCopy(file, accept),
      plan: (target, pick) => {
        const words = { zoomIn: this.say("judged.zoom_in"), zoomOut: this.say("judged.zoom_out") };
        return new Plan(target, words, pick);
      },
    });
  }

  /** The answer for a file with the options of the form; null if there is none, which is told. */
  private async asked(
    file: File,
    more: Readonly<Record<string, string | readonly string[]>>,
    address = "/v1/validate",
  ): Promise<Response | null> {
    const limit = Number(this.form.dataset["limitMb"]);
    if (file.size > limit * MEGABYTE) {
      this.fail(this.say("judged.too_large", { limit }));
      return null;
    }
    const form = new FormData(this.form);
    form.set("data", file);
    form.delete("format");
    for (const [name, value] of Object.entries(more)) {
      for (const one of typeof value === "string" ? [value] : value) form.append(name, one);
    }
    const judgement = uuid();
    form.set("progress", judgement);
    this.sending?.abort();
    const sending = (this.sending = new AbortController());
    this.work(file.name, judgement);
    try {
      return await post(address, form, this.lang, sending.signal);
    } catch (error) {
      this.tell(error);
      return null;
    } finally {
      if (this.sending === sending) this.rest();
    }
  }

  /** Findings as GeoJSON are here already; other formats are made by the service. */
  private async save(file: File, told: Answer, format: string, button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    const content = format === "geojson" ? bare(told) : await (await this.asked(file, { format }))?.blob();
    button.disabled = false;
    if (content) save(content, `findings.${format}`);
  }

  /** The layer with accepted proposals done; the file that was chosen stays as it is. */
  private async copied(file: File, accept: readonly string[], format: string): Promise<File | null> {
    const answer = await this.asked(file, { accept, format }, "/v1/validate/copy");
    const stem = file.name.split(".")[0] ?? "layer";
    const name = `${stem}-corrected.${format === "shp" ? "zip" : format}`;
    return answer ? new File([await answer.blob()], name) : null;
  }

  private async saveCopy(file: File, accept: readonly string[], format: string): Promise<void> {
    const copy = await this.copied(file, accept, format);
    if (copy) save(copy, copy.name);
  }

  private async judgeCopy(file: File, accept: readonly string[]): Promise<void> {
    const copy = await this.copied(file, accept, "gpkg");
    if (!copy) return;
    this.input.required = false;
    this.take(copy, copy.name);
    void this.judge();
  }

  private async explain(rule: string): Promise<void> {
    try {
      await explain(rule, this.lang, this.say);
    } catch (error) {
      this.tell(error);
    }
  }

  private work(name: string, judgement: string): void {
    const began = Date.now();
    const told = find("working-told", HTMLElement);
    const bar = find("bar", HTMLProgressElement);
    bar.removeAttribute("value");
    const tick = (): void => {
      const seconds = Math.round((Date.now() - began) / 1000);
      if (seconds) void this.hear(judgement, bar);
      const step = bar.hasAttribute("value") ? this.say("judged.step", { done: bar.value, total: bar.max }) : "";
      told.textContent = this.say("judged.working", { name, seconds }) + step;
    };
    clearInterval(this.clock);
    tick();
    this.clock = window.setInterval(tick, 1000);
    this.working.hidden = false;
    this.stop.hidden = false;
  }

  /** How many steps are done; nothing is known while the file is on its way. */
  private async hear(judgement: string, bar: HTMLProgressElement): Promise<void> {
    const answer = await fetch(`/v1/validate/${judgement}`).catch(() => null);
    if (!answer?.ok) return;
    const steps = (await answer.json()) as Steps;
    bar.max = steps.total;
    bar.value = steps.done;
  }

  private rest(): void {
    clearInterval(this.clock);
    this.working.hidden = true;
    this.stop.hidden = true;
  }

  private tell(error: unknown): void {
    if (error instanceof Refused) this.fail(error.message);
    else if (error instanceof DOMException && error.name === "AbortError") this.fail(this.say("judged.cancelled"));
    else if (error instanceof TypeError) this.fail(this.say("judged.away"));
    else throw error;
  }

  private fail(text: string): void {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }
}

/** How far a judgement is. */
interface Steps {
  readonly done: number;
  readonly total: number;
}

/** A random id; the browser's own is kept from pages that come without encryption. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  make("a", { href: address, download: name }).click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}

function bare({ type, summary, features }: Answer): Blob {
  return new Blob([JSON.stringify({ type, summary, features })], { type: "application/geo+json" });
}

new ValidatePage(readTexts());
