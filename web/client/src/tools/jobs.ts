import { type Progress, Refused, accepted, post } from "./send";

/** A piece of work in the background, as the service tells it. */
interface Job {
  readonly id: string;
  readonly state: "queued" | "running" | "finished" | "failed" | "cancelled";
  readonly rows_total: number | null;
  readonly rows_done: number;
  readonly problem: { readonly detail?: string } | null;
  readonly result: Readonly<Record<string, string>> | null;
}

const ASK_EVERY_MS = 1500;

/** Have a form worked on in the background; resolves with the addresses of its results by format. */
export async function inBackground(
  kind: string,
  form: FormData,
  lang: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  form.set("kind", kind);
  let job = (await (await post("/v1/jobs", form, lang, signal)).json()) as Job;
  const address = `/v1/jobs/${job.id}`;
  try {
    while (job.state === "queued" || job.state === "running") {
      progress(job.rows_done, job.rows_total);
      await pause(signal);
      job = (await (await accepted(await fetch(address, { signal }))).json()) as Job;
    }
  } catch (error) {
    // Nobody waits any longer: the work stops too.
    if (signal.aborted) void fetch(address, { method: "DELETE", keepalive: true });
    throw error;
  }
  if (job.state !== "finished" || !job.result) {
    throw new Refused(job.problem?.detail ?? job.state, null);
  }
  return job.result;
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ASK_EVERY_MS);
    signal.addEventListener("abort", stop, { once: true });
  });
}
