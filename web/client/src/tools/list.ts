import { Columns } from "./columns";
import { beginning } from "./csv";
import { find, make } from "./elements";
import { inBackground } from "./jobs";
import { Refused, post } from "./send";
import { type Say, counted } from "./texts";

/** What a tool does with a list. */
export interface ListTool {
  /** Where the form goes; larger files go to a job of `job`. */
  readonly action: string;
  readonly job: string;
  readonly roles: readonly string[];
  /** Show an answer; `again` is the form that was sent. */
  readonly show: (answer: Response, run: Run) => Promise<void>;
}

/** One sending of a list. */
export interface Run {
  readonly file: File;
  readonly form: FormData;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number | null) => void;
}

/** The form of a tool: a file is dropped or chosen, its columns are told, and it is sent. */
export class ListForm {
  private readonly form = find("list", HTMLFormElement);
  private readonly input = find("data", HTMLInputElement);
  private readonly drop = find("drop", HTMLElement);
  private readonly stop = find("cancel", HTMLButtonElement);
  private readonly problem = find("list-problem", HTMLElement);
  private readonly box = find("list-progress", HTMLElement);
  private readonly bar = find("list-bar", HTMLProgressElement);
  private readonly told = find("list-told", HTMLElement);
  private readonly answer = find("list-answer", HTMLElement);
  private readonly columns: Columns;
  private file: File | null = null;
  private sending: AbortController | null = null;

  constructor(
    private readonly tool: ListTool,
    private readonly say: Say,
    private readonly lang: string,
    private readonly announce: (text: string) => void,
  ) {
    this.columns = new Columns(find("mapping", HTMLElement), say, tool.roles);
    this.input.addEventListener("change", () => {
      this.takeChosen();
    });
    this.takeChosen(); // somebody may have been faster than the script
    this.listenForDrops();
    this.stop.addEventListener("click", () => {
      this.sending?.abort();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  /** Stop what is under way. */
  close(): void {
    this.sending?.abort();
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
      void this.take(file);
    });
  }

  private takeChosen(): void {
    const [file] = this.input.files ?? [];
    if (file) void this.take(file);
  }

  private async take(file: File): Promise<void> {
    this.sending?.abort();
    this.answer.replaceChildren();
    this.fail("");
    const found = await beginning(file);
    this.file = found ? file : null;
    if (!found) {
      this.fail(this.say("tool.unreadable"));
      return;
    }
    this.columns.show(found);
    const facts = { name: file.name, encoding: found.encoding, columns: found.header.length };
    find("mapping", HTMLElement).prepend(make("p", { class: "quiet" }, this.say("tool.preview", facts)));
    this.announce(this.say("tool.preview", facts));
  }

  private async send(): Promise<void> {
    const file = this.file;
    if (!file) return;
    const form = new FormData(this.form);
    form.delete("columns");
    form.set("data", file);
    if (!this.columns.fill(form)) {
      this.fail(this.say("tool.nothing_chosen"));
      return;
    }
    this.fail("");
    this.sending?.abort();
    const sending = (this.sending = new AbortController());
    const progress = (done: number, total: number | null): void => {
      this.advance(done, total);
    };
    this.working(true);
    try {
      await this.run({ file, form, signal: sending.signal, progress });
    } catch (error) {
      this.explain(error);
    } finally {
      if (this.sending === sending) this.working(false);
    }
  }

  private async run(run: Run): Promise<void> {
    let answer: Response;
    try {
      answer = await post(this.tool.action, run.form, this.lang, run.signal);
    } catch (error) {
      if (!(error instanceof Refused && error.jobs)) throw error;
      this.told.textContent = this.say("tool.queued");
      const results = await inBackground(this.tool.job, run.form, this.lang, run.progress, run.signal);
      this.offer(results);
      return;
    }
    await this.tool.show(answer, run);
  }

  /** The results of a large list are files to be saved. */
  private offer(results: Readonly<Record<string, string>>): void {
    const links = Object.entries(results).map(([format, url]) =>
      make("a", { class: "button", href: url, download: "" }, `${this.say("tool.export")} · ${format}`),
    );
    this.answer.replaceChildren(make("p", { class: "tool__actions section" }, ...links));
  }

  private advance(done: number, total: number | null): void {
    if (total === null) {
      this.bar.removeAttribute("value");
      return;
    }
    this.bar.max = total;
    this.bar.value = done;
    this.told.textContent = this.say("tool.progress", { done: counted(done), total: counted(total) });
  }

  private working(isWorking: boolean): void {
    this.box.hidden = !isWorking;
    this.stop.hidden = !isWorking;
    if (isWorking) {
      this.bar.removeAttribute("value");
      this.told.textContent = this.say("tool.sending");
      this.answer.replaceChildren();
    }
  }

  private explain(error: unknown): void {
    if (error instanceof DOMException && error.name === "AbortError") {
      this.fail(this.say("tool.cancelled"));
    } else if (error instanceof Refused) {
      this.fail(this.say("tool.failed", { detail: error.message }));
    } else if (error instanceof TypeError) {
      this.fail(this.say("tool.away")); // what fetch throws where the network is away
    } else throw error;
  }

  private fail(text: string): void {
    this.problem.hidden = text === "";
    this.problem.textContent = text;
  }
}
